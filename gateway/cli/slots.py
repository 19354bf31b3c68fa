"""Options that say which destination and which slots are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.output import say
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.db import Database

Name = Annotated[str, typer.Argument(metavar="DESTINATION", help="Its name in the configuration.", show_default=False)]
From = Annotated[
    str | None,
    typer.Option("--from", help="First slot: a day (2026-01-31) or an instant, local time.", show_default=False),
]
To = Annotated[str | None, typer.Option("--to", help="Last slot: a day, all of it, or an instant.", show_default=False)]

_DAY = len("2026-01-31")


def bounds(configuration: Configuration, first: str | None, last: str | None) -> tuple[int | None, int | None]:
    """Ends of the first and the last slot that are meant, in UTC milliseconds; `None`: no bound.

    Ends the command with exit code 2 if they cannot be read, or are the wrong way round.
    """
    from gateway.core.span import first_ms, last_ms

    zone = configuration.station.zone
    try:
        from_ms = None if first is None else first_ms(first, zone)
        until_ms = None if last is None else last_ms(last, zone)
    except ValueError as fault:
        raise usage(fault) from None
    if from_ms is not None and until_ms is not None and from_ms > until_ms:
        raise usage(Phrase("--from {first} lies behind --to {last}", first=first, last=last))
    return from_ms, until_ms


def both_bounds(configuration: Configuration, first: str | None, last: str | None) -> tuple[int, int]:
    """As `bounds`, of a command that wants both; ends it with exit code 2 if one is missing, too."""
    if first is None or last is None:
        raise usage(Phrase("say which slots: --from and --to"))
    from_ms, until_ms = bounds(configuration, first, last)
    return from_ms or 0, until_ms or 0  # neither is None: both were given


def slot_end_ms(configuration: Configuration, slot: str) -> int:
    """The end of the one slot that is meant. Ends the command with exit code 2 if it cannot be read, or is a day."""
    from gateway.core.span import first_ms

    try:
        end_ms = first_ms(slot, configuration.station.zone)
    except ValueError as fault:
        raise usage(fault) from None
    if len(slot) <= _DAY:
        raise usage(
            Phrase(
                "{slot} is a day: write the slot's end, the time in the file's name, such as 2026-01-05T10:05",
                slot=slot,
            )
        )
    return end_ms


def known(configuration: Configuration, database: Database, name: str) -> None:
    """End the command with exit code 2 unless the destination is configured, or something was ever meant for it."""
    from gateway.outbox.store import OutboxStore

    names = [destination.name for destination in configuration.destinations]
    names += [gone for gone in OutboxStore(database).destinations() if gone not in names]
    if name not in names:
        raise usage(Phrase("no destination is called {name}; there are: {names}", name=name, names=", ".join(names)))


def still_served(configuration: Configuration, database: Database, name: str) -> None:
    """End the command with exit code 2 unless the destination is configured: else what waits for it goes nowhere."""
    known(configuration, database, name)
    if name not in {destination.name for destination in configuration.destinations}:
        raise usage(
            Phrase(
                "{name} is not configured any more, so nothing would be sent; put it back into the configuration",
                name=name,
            )
        )


def usage(message: object) -> typer.Exit:
    """Say what was wrong with the command; raise what this returns."""
    say(Phrase("gateway: {message}", message=message), err=True)
    return typer.Exit(2)
