"""`gateway deliveries`: what became of each file on its way to a destination, and the two things that only a person
decides: to try again what was set aside, and to give up what will not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from gateway.cli.coloured import coloured
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import From, Name, To, bounds, known, still_served, usage
from gateway.cli.storage import open_storage
from gateway.cli.terms import called, cause_code_words
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase, in_a_row
from gateway.outbox.delivery_state import DeliveryState

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.config import Configuration
    from gateway.outbox.action import Action
    from gateway.reports.deliveries import DeliveryList, ListedDelivery

LISTED = 50
_COLOURS = {DeliveryState.DELIVERED: "green", DeliveryState.WAITING: "yellow", DeliveryState.REFUSED: "red"}


class _ShowsByDefault(TyperGroup):
    """`gateway deliveries NAME …` is `gateway deliveries show NAME …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] != "--help" and args[0] not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)


deliveries = typer.Typer(
    cls=_ShowsByDefault,
    no_args_is_help=True,
    help="What became of the files meant for a destination: gateway deliveries DESTINATION [OPTIONS].",
)
All = Annotated[bool, typer.Option("--all", help="Every slot there ever was.")]


@deliveries.command("show")
def show(
    destination: Name,
    first: From = None,
    last: To = None,
    late: Annotated[bool, typer.Option("--late", help="Only what is late, and through what.")] = False,
    state: Annotated[
        str | None, typer.Option("--state", help=f"One of {', '.join(DeliveryState)}.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help=f"The newest so many [{LISTED} in the table, all in JSON]")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Each file's way: delivered when, late through what, in the server's words.

    Without --from: the last 24 hours; with --late or --state, everything that is kept.
    """
    configuration = load_configuration(config)
    if state is not None and state not in tuple(DeliveryState):
        raise usage(Phrase("--state {state}: write one of {states}", state=state, states=", ".join(DeliveryState)))
    from_ms, until_ms = bounds(configuration, first, last)

    from gateway.core.instants import DAY_MS, FAR_FUTURE_MS, milliseconds
    from gateway.outbox.digest_deliveries import DigestDeliveries
    from gateway.reports.deliveries import EARLIEST_MS, DeliveryQuery, collect, to_json
    from gateway.reports.digests import counts_to_json
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock

    now_ms = SystemClock().now().wall_ms
    if from_ms is None:
        from_ms = EARLIEST_MS if late or state or until_ms is not None else now_ms - DAY_MS
    most = limit if limit is not None or as_json else LISTED
    wanted = None if state is None else DeliveryState(state)
    slots = {one.name: milliseconds(one.interval_length) for one in configuration.active_destinations}
    until_ms = FAR_FUTURE_MS if until_ms is None else until_ms
    query = DeliveryQuery(destination, from_ms, until_ms, late, wanted, most, slots.get(destination))
    database = open_storage(configuration)
    try:
        known(configuration, database, destination)
        listing = collect(database, query, now_ms, runs_now=lock.is_held(configuration.storage.path))
        digests = DigestDeliveries(database).counts(destination)
    finally:
        database.close()
    if as_json:
        zone = configuration.station.timezone
        print_json({**to_json(listing, zone), "digests": counts_to_json(digests, zone)})
        return
    _print(listing, configuration)
    if digests is not None:
        say(Phrase("digests of the journal: {digests}", digests=digests.words))


@deliveries.command("release")
def release(
    destination: Name,
    first: From = None,
    last: To = None,
    everything: All = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Let wait again what the destination refused and was set aside, once the reason is gone; and send once more what
    it accepted, was not proven to be there, and is held."""
    from gateway.outbox.action import Action

    count = _act(load_configuration(config), Action.RELEASE, destination, first, last, everything)
    say(Phrase("{count} set aside wait again", count=count) if count else Phrase("nothing is set aside there"))


@deliveries.command("close")
def close(
    destination: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why: it is kept for ever.", show_default=False)],
    first: From = None,
    last: To = None,
    everything: All = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Give up what waits or was set aside: it will not be sent.

    Of a destination that is no longer configured, everything; otherwise say which slots.
    """
    if not reason.strip():
        raise usage(Phrase("--reason is empty: write why these files need not arrive"))
    configuration = load_configuration(config)
    is_gone = destination not in {one.name for one in configuration.destinations}
    unbounded = everything or (is_gone and first is None and last is None)

    from gateway.outbox.action import Action

    count = _act(configuration, Action.CLOSE, destination, first, last, unbounded, reason.strip())
    say(Phrase("{count} given up", count=count) if count else Phrase("nothing waits there"))


def _act(
    configuration: Configuration,
    action: Action,
    destination: str,
    first: str | None,
    last: str | None,
    everything: bool,
    reason: str | None = None,
) -> int:
    if everything == (first is not None or last is not None):
        raise usage(Phrase("say which slots: --from and --to, or --all"))
    from_ms, until_ms = bounds(configuration, first, last)

    from gateway.outbox.action import Action
    from gateway.outbox.interventions import DeliverySelection, Interventions
    from gateway.runtime.clock import SystemClock

    database = open_storage(configuration, to_change=True)
    try:
        (known if action is Action.CLOSE else still_served)(configuration, database, destination)
        selection = DeliverySelection(destination, from_ms, until_ms)
        return Interventions(database).act(action, selection, user_name(), SystemClock().now().wall_ms, reason)
    finally:
        database.close()


def _print(listing: DeliveryList, configuration: Configuration) -> None:
    from gateway.cli.drawing import open_console, table
    from gateway.core.instants import MINUTE_MS

    zone = configuration.station.timezone
    drawn = table(collapse_padding=True)
    right = (Phrase("after end"), Phrase("tries"))
    for title in (Phrase("slot"), Phrase("state"), right[0], Phrase("lane"), right[1], Phrase("why late")):
        drawn.add_column(title, justify="right" if title in right else "left", is_whole=True)
    drawn.add_column(Phrase("answer"))
    are_short = any(listed.entry.times.end_ms % MINUTE_MS for listed in listing.shown)
    slots = "%Y-%m-%d %H:%M:%S" if are_short else "%Y-%m-%d %H:%M"
    for listed in listing.shown:
        drawn.add_row(*_row(listed, zone, slots))
    console = open_console()
    if listing.shown:
        console.print(drawn)
    for line in _totals(listing, zone):
        console.print(line, soft_wrap=not console.is_terminal)


def _row(listed: ListedDelivery, zone: str, slots: str) -> tuple[str | Text, ...]:
    """`slots` is the strftime pattern of a slot's end."""

    from gateway.core.instants import local_time

    entry, times = listed.entry, listed.entry.times
    after = "" if times.delivered_ms is None else _duration((times.delivered_ms - times.end_ms) / 1000)
    state = called(entry.state)
    if entry.is_resend and entry.state is DeliveryState.WAITING:
        state = Phrase("{state}, again", state=state)
    state = Phrase("held") if entry.is_held else state
    answer = entry.close_reason or entry.answer or ""
    if entry.resent_ms is not None:
        answer = Phrase(
            "sent again {resent}: {answer}", resent=f"{local_time(entry.resent_ms, zone):%Y-%m-%d %H:%M}", answer=answer
        )
    return (
        local_time(times.end_ms, zone).strftime(slots),
        coloured(state, _COLOURS.get(entry.state, "dim")),
        after,
        called(entry.lane) if entry.lane else "",
        str(entry.tries),
        coloured(cause_code_words(listed.cause.value), "red") if listed.cause else "",
        answer,
    )


def _totals(listing: DeliveryList, zone: str) -> list[str]:
    from gateway.core.instants import local_time

    states = [
        Phrase("{count} {state}", count=count, state=called(state)) for state, count in sorted(listing.states.items())
    ]
    files = Phrase("{destination}: {total} files", destination=listing.query.destination, total=listing.states.total())
    if states:
        files += Phrase(": {states}", states=in_a_row(states, ", "))
    if len(listing.shown) < listing.states.total():
        files += Phrase(" (the newest {count} are shown; --limit shows more)", count=len(listing.shown))
    lines: list[str] = [files]
    if listing.held:
        from gateway.audit.held_watch import held_words

        lines.append(held_words(listing.query.destination, listing.held))
    if listing.late:
        counted = [
            Phrase("{count} {cause}", count=count, cause=cause_code_words(cause.value))
            for cause, count in listing.causes.most_common()
        ]
        lines.append(Phrase("late: {late}: {causes}", late=listing.late, causes=in_a_row(counted, ", ")))
    for gap in listing.not_made[-10:]:
        first, last = (f"{local_time(at_ms, zone):%Y-%m-%d %H:%M:%S}" for at_ms in (gap.first_ms, gap.last_ms))
        lines.append(
            Phrase(
                "never made: {slots} slots, {first} – {last}: {cause}",
                slots=gap.slots,
                first=first,
                last=last,
                cause=cause_code_words(gap.cause.value),
            )
        )
    for told in listing.outages[-10:]:
        ended = (
            Phrase("still lasts")
            if told.outage.ended_ms is None
            else f"{local_time(told.outage.ended_ms, zone):%Y-%m-%d %H:%M}"
        )
        began = f"{local_time(told.outage.began_ms, zone):%Y-%m-%d %H:%M}"
        lines.append(
            Phrase(
                "outage: {cause}, {began} – {ended}, tried {tries} times: {error}",
                cause=cause_code_words(told.outage.cause.value),
                began=began,
                ended=ended,
                tries=told.tries,
                error=told.error,
            )
        )
    return lines


def _duration(seconds: float) -> str:
    if abs(seconds) < 120:
        return Phrase("{seconds:.1f} s", seconds=seconds)
    minutes = round(seconds / 60)
    return (
        Phrase("{minutes} min", minutes=minutes)
        if abs(minutes) < 120
        else Phrase("{minutes} h {minutes2:02} min", minutes=minutes // 60, minutes2=minutes % 60)
    )
