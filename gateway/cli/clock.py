"""`gateway clock`: is the time right, and who says so."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gateway.cli.coloured import coloured
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json
from gateway.cli.speech import said
from gateway.cli.terms import called
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from gateway.cli.drawing import PlainTable
    from gateway.clock.store import WitnessReport
    from gateway.config import Configuration
    from gateway.reports.clock import ClockReport

COLOURS = {"trusted": "green", "drifting": "yellow", "assumed": "yellow", "untrusted": "red"}
_VERDICT_COLOURS = {"ok": "green", "silent": "dim"}
_MEANS = {
    "trusted": "",
    "drifting": Phrase("the clock is used, and has to be set: see chrony in the operator's guide"),
    "assumed": Phrase("the clock is used although nobody vouches for it"),
    "untrusted": Phrase(
        "readings are kept; no slot is closed and nothing is sent until somebody vouches for the clock"
    ),
}


def clock(
    now: Annotated[bool, typer.Option("--now", help="Ask the time servers, instead of what the daemon knows.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Show what is thought of the clock, what each time server says, and when the clock was set. The daemon need not
    run."""
    from gateway.reports.clock import clock_to_json

    configuration = load_configuration(config)
    report = read_clock(configuration, ask=now)
    if as_json:
        print_json(clock_to_json(report, configuration.station.timezone))
        return
    _print(report, configuration)


def read_clock(configuration: Configuration, *, ask: bool) -> ClockReport:
    """From the database, if there is one; with `ask`, what witnesses say at this moment in place of what they said.

    Raises:
        GatewayError: there is a database, and it is not for this user.
    """
    from dataclasses import replace

    from gateway.app.clock_wiring import witnesses_of
    from gateway.cli.storage import may_have_run, open_storage
    from gateway.core.clock_trust import TrustState
    from gateway.core.instants import milliseconds
    from gateway.reports.clock import ClockReport, clock_report
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock, boot_id

    clock, storage = SystemClock(), configuration.storage.path
    if may_have_run(configuration):
        with closing(open_storage(configuration)) as database:
            running, most_ms = lock.is_held(storage), milliseconds(configuration.clock.max_offset)
            report = clock_report(database, boot_id(), clock.now(), running=running, max_offset_ms=most_ms)
    else:
        never = Phrase("the gateway has never run here")
        report = ClockReport(TrustState.UNTRUSTED, None, None, None, never, (), (), None, 0, 0)
    if ask:
        looked = witnesses_of(configuration, clock).look(report.last_good_ms)
        report = replace(report, witnesses=tuple(looked.reports))
    return report


def _print(report: ClockReport, configuration: Configuration) -> None:
    from rich.text import Text

    from gateway.cli.drawing import open_console

    console = open_console()
    for part in [*_lines(report, configuration), *([_table(report)] if report.witnesses else [])]:
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)
    for one in report.witnesses:
        if one.detail:
            console.print(coloured(Phrase("{name}: {detail}", name=one.name, detail=one.detail)), soft_wrap=True)
    for jump in report.jumps:
        from_, to = _local(jump.at_ms, configuration), _local(jump.now_ms, configuration)
        console.print(
            coloured(Phrase("set by {by:+,.0f} s: from {begin} to {to}", by=jump.by_ms / 1000, begin=from_, to=to)),
            soft_wrap=True,
        )


def _lines(report: ClockReport, configuration: Configuration) -> Iterator[object]:
    from rich.text import Text

    state = report.state.value
    since = "" if report.since_ms is None else Phrase(" since {since}", since=_local(report.since_ms, configuration))
    yield Text.assemble(
        said(Phrase("the clock is ")),
        (said(called(report.state)), COLOURS[state]),
        said(Phrase("{since}: {reason}", since=since, reason=report.reason)),
    )
    if report.offset_ms is not None:
        yield coloured(
            Phrase(
                "by that it is {offset:,.3f} s {way}",
                offset=abs(report.offset_ms) / 1000,
                way=(Phrase("behind") if report.offset_ms > 0 else Phrase("ahead")),
            )
        )
    if _MEANS[state]:
        yield coloured(_MEANS[state], COLOURS[state])
    if report.waiting:
        yield coloured(Phrase("{waiting:,} samples wait for their time", waiting=report.waiting), "yellow")
    if report.timeless:
        yield coloured(
            Phrase(
                "{timeless:,} samples were taken before a power cut that nobody knows the time of",
                timeless=report.timeless,
            ),
            "yellow",
        )


def _table(report: ClockReport) -> PlainTable:
    from gateway.cli.drawing import table

    drawn = table()
    right = (Phrase("offset"), Phrase("delay"), Phrase("stratum"))
    for title in (Phrase("witness"), Phrase("kind"), *right, Phrase("verdict")):
        justify: Literal["left", "right"] = "right" if title in right else "left"
        drawn.add_column(title, justify=justify, is_whole=title != "witness")
    for one in report.witnesses:
        drawn.add_row(*row_of(one))
    return drawn


def row_of(one: WitnessReport) -> tuple[str | Text, ...]:
    """One witness, as the cells of a table."""

    colour = _VERDICT_COLOURS.get(one.verdict.value, "yellow")
    return (
        one.name,
        called(one.kind),
        "–" if one.offset_ms is None else f"{one.offset_ms / 1000:+,.3f} s",
        "" if one.delay_ms is None else f"{one.delay_ms / 1000:.3f} s",
        "" if one.stratum is None else str(one.stratum),
        coloured(called(one.verdict), colour),
    )


def _local(at_ms: int, configuration: Configuration) -> str:
    from gateway.core.instants import local_time

    return f"{local_time(at_ms, configuration.station.timezone):%Y-%m-%d %H:%M:%S}"
