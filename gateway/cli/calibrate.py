"""`gateway calibrate`: declare that a parameter is being calibrated, so that its values bear status 01 for that time.
What came of it is kept by `calibration_results`.

The daemon learns of it through the database within seconds, and by the instant that the command wrote down: readings
taken since then have the status, whenever they are committed.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.calibration_results import result, results
from gateway.cli.calibration_runs import close, refuse_under_way, run, runs, stop_sequences
from gateway.cli.lines import advice, line_meant
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.readings.calibrations import Calibration

LISTED = 50

calibrate = typer.Typer(help="Status 01 by hand, with a reason; results of calibrations.", no_args_is_help=True)
calibrate.command("result")(result)
calibrate.command("results")(results)
calibrate.command("run")(run)
calibrate.command("close")(close)
calibrate.command("runs")(runs)

What = Annotated[
    str, typer.Argument(help="A parameter as it stands in the file, or an instrument: all that it measures.")
]
Who = Annotated[str | None, typer.Option("--by", help="Who does it.", show_default="the user")]


@calibrate.command("start")
def start(
    what: What,
    reason: Annotated[str, typer.Option("--reason", help="Why: it is kept.")],
    lasting: Annotated[
        str | None, typer.Option("--for", help="When it ends by itself, such as 30min.", show_default="when stopped")
    ] = None,
    by: Who = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Begin: from now on, readings have status 01. The values are kept and sent as they are; a fault stays a fault."""
    from gateway.readings.calibrations import CalibrationStore
    from gateway.runtime.clock import SystemClock

    if not reason.strip():
        raise typer.BadParameter(Phrase("say why"), param_hint="--reason")
    length_ms = None if lasting is None else _length_ms(lasting)
    configuration = load_configuration(config)
    symbols = _symbols(configuration, what)
    refuse_under_way(configuration, symbols)
    now_ms = SystemClock().now().wall_ms
    planned_ms = None if length_ms is None else now_ms + length_ms
    with closing(open_storage(configuration, to_change=True)) as database:
        store = CalibrationStore(database)
        store.begin(symbols, planned_ms, reason.strip(), by or user_name(), now_ms, user_name())
        _show([one for one in store.lasting() if one.symbol in symbols], configuration, as_json=as_json)


@calibrate.command("stop")
def stop(what: What, by: Who = None, config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """End it now; a sequence of the gateway's own closes its valves and purges first. Exit code 1 if none lasts."""
    from gateway.readings.calibrations import CalibrationStore
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    symbols, who = _symbols(configuration, what), by or user_name()
    with closing(open_storage(configuration, to_change=True)) as database:
        stopped = stop_sequences(configuration, database, symbols, who)
        symbols = [one for one in symbols if one not in stopped]
        ended = CalibrationStore(database).end(symbols, who, SystemClock().now().wall_ms, user_name())
        _show(ended, configuration, as_json=as_json)
    if not ended and not stopped:
        say(Phrase("gateway: no calibration of {what} lasts", what=what), err=True)
        raise typer.Exit(1)


@calibrate.command("list")
def listing(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """The latest calibrations, newest first."""
    from gateway.readings.calibrations import CalibrationStore

    configuration = load_configuration(config)
    with closing(open_storage(configuration)) as database:
        found = CalibrationStore(database).newest(LISTED)
    if not found and not as_json:
        say(Phrase("there has been no calibration yet"))
    _show(found, configuration, as_json=as_json)


def _length_ms(text: str) -> int:
    from gateway.config.file.form_error import FormError
    from gateway.config.units import parse_duration, within
    from gateway.core.instants import milliseconds

    try:
        return milliseconds(within("1s", "30d")(parse_duration(text)))
    except FormError as fault:
        raise typer.BadParameter(
            Phrase("{wrong}; {right}", wrong=fault.wrong, right=fault.right), param_hint="--for"
        ) from None


def _symbols(configuration: Configuration, what: str) -> list[str]:
    """The lines that are meant. Ends the command with exit code 2 if there are none."""
    for instrument in configuration.instruments:
        if instrument.name == what:
            return [measured.line for measured in instrument.parameters]
    lines = [measured.line for instrument in configuration.instruments for measured in instrument.parameters]
    line = line_meant(what, lines)
    if line is None:
        names = [instrument.name for instrument in configuration.instruments]
        raise usage(
            Phrase(
                "{what} is neither a parameter nor an instrument; {hint}",
                what=what,
                hint=advice(what, [*lines, *names]),
            )
        )
    return [line]


def _show(calibrations: list[Calibration], configuration: Configuration, *, as_json: bool) -> None:
    if as_json:
        shown = [_to_json(one, configuration) for one in calibrations]
        print_json(shown)
        return
    for one in calibrations:
        until = _local(one.until_ms, configuration) or Phrase("stopped by hand")
        ended = Phrase("  ended by {ended_by}", ended_by=one.ended_by) if one.ended_by else ""
        say(
            Phrase(
                "{symbol:<8}  {began} until {until}  {begun_by}: {reason}{ended}",
                symbol=one.symbol,
                began=_local(one.began_ms, configuration),
                until=until,
                begun_by=one.begun_by,
                reason=one.reason,
                ended=ended,
            )
        )


def _to_json(one: Calibration, configuration: Configuration) -> dict[str, Any]:
    return {
        "parameter": one.symbol,
        "began": _local(one.began_ms, configuration),
        "planned_end": _local(one.planned_ms, configuration),
        "ended": _local(one.ended_ms, configuration),
        "reason": one.reason,
        "begun_by": one.begun_by,
        "ended_by": one.ended_by,
    }


def _local(at_ms: int | None, configuration: Configuration) -> str | None:
    from gateway.core.instants import local_text

    return local_text(at_ms, configuration.station.timezone, "seconds")
