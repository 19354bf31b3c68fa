"""`gateway resend`: have slots sent again that were delivered before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import say
from gateway.cli.slots import From, Name, To, both_bounds, still_served
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.db import Database


def resend(
    destination: Name,
    first: From = None,
    last: To = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace whatever lies there; also of files set aside.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many it would be.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Send delivered slots again, with the same bytes. What still lies there is left as it is: what is missing is
    repaired, and other bytes are set aside for you. Only --force replaces them. When a file first arrived stays in the
    ledger as it was."""
    configuration = load_configuration(config)
    from_ms, until_ms = both_bounds(configuration, first, last)

    from gateway.outbox.action import Action
    from gateway.outbox.interventions import DeliverySelection, Interventions
    from gateway.runtime.clock import SystemClock

    action = Action.REPLACE if force else Action.RESEND
    selection = DeliverySelection(destination, from_ms, until_ms)
    database = open_storage(configuration, to_change=not dry_run)
    try:
        still_served(configuration, database, destination)
        if force:
            _tell_if_nothing_is_replaced(configuration, database, destination)
        interventions = Interventions(database)
        if dry_run:
            say(Phrase("{count} files would be sent again", count=len(interventions.concerned(action, selection))))
            return
        count = interventions.act(action, selection, user_name(), SystemClock().now().wall_ms)
    finally:
        database.close()
    say(
        Phrase("{count} files wait to be sent again", count=count)
        if count
        else Phrase("nothing was delivered there in that time")
    )


def _tell_if_nothing_is_replaced(configuration: Configuration, database: Database, name: str) -> None:
    """What the server has shown, before anything is done."""
    from gateway.core.instants import local_time
    from gateway.core.manner import Manner
    from gateway.core.publishing import Publishing
    from gateway.outbox.server_manners import known_of_account

    wanted = next(one for one in configuration.destinations if one.name == name)
    if wanted.publish is not Publishing.RENAME:
        return
    for one in known_of_account(database, name, configuration.destinations):
        if one.manner is Manner.NO_REPLACEMENT:
            learned = local_time(one.learned_ms, configuration.station.timezone)
            say(
                Phrase(
                    "gateway: {name} has shown on {learned} that it replaces no file ({words}): what lies there"
                    " stays as it is, and delivered in the ledger. publish: rename-delete removes it first",
                    name=name,
                    learned=f"{learned:%Y-%m-%d %H:%M}",
                    words=one.words,
                ),
                err=True,
            )
