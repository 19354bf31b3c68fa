"""`gateway calibrate run`, `close` and `runs`: zero and span gas by the running gateway, asked for by a person.

Requests go to the daemon through the database: one program speaks to the valves, and it alone knows what it opened.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.lines import advice
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.terms import called
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.calibrations.runs import CalibrationRun, CalibrationRuns
    from gateway.config import Configuration
    from gateway.db import Database

LISTED = 20
LOOK_EVERY_S = 0.2
PATIENCE_S = 30.0
"""Until the gateway has begun, or refused."""

Name = Annotated[
    str, typer.Argument(metavar="INSTRUMENT", help="One whose calibration has valves.", show_default=False)
]
By = Annotated[str | None, typer.Option("--by", help="Who does it.", show_default="the user")]


def run(
    instrument: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why: it is kept.")],
    wait: Annotated[bool, typer.Option("--wait", help="Until it measures again.")] = False,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Begin zero and span now. Its readings have status 01 until the purge is over. Exit code 1 if it is refused, or
    with --wait if it fails."""
    if not reason.strip():
        raise typer.BadParameter(Phrase("say why"), param_hint="--reason")
    _ask(load_configuration(config), instrument, "sequence", reason.strip(), by, wait=wait, as_json=as_json)


def close(
    instrument: Name,
    wait: Annotated[bool, typer.Option("--wait", help="Until it measures again.")] = False,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Put its valves back to measuring, whoever opened them."""
    _ask(load_configuration(config), instrument, "close", "", by, wait=wait, as_json=as_json)


def runs(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """The latest sequences, newest first, with each thing that was done to a valve."""
    from gateway.calibrations.runs import CalibrationRuns

    configuration = load_configuration(config)
    with closing(open_storage(configuration)) as database:
        store = CalibrationRuns(database)
        shown = [_to_json(one, store, configuration) for one in store.newest(LISTED)]
    if as_json:
        print_json(shown)
        return
    for one in shown:
        _say(one)
        for step in one["steps"]:
            until = step["after"] or Phrase("nobody knows what came of it")
            say(
                Phrase(
                    "        {step:<12} {place}  {before} … {until}  {outcome}",
                    step=step["step"],
                    place=step["place"],
                    before=step["before"],
                    until=until,
                    outcome=step["outcome"] or "",
                )
            )
    if not shown:
        say(Phrase("no sequence was ever asked for"), err=True)


def stop_sequences(configuration: Configuration, database: Database, symbols: Collection[str], by: str) -> set[str]:
    """Have the sequences stopped that hold any of these lines. Returns the lines that they hold: these end by
    themselves, once the valves are closed and the purge is over."""
    from gateway.calibrations.runs import CalibrationRuns
    from gateway.runtime.clock import SystemClock

    store, held = CalibrationRuns(database), set[str]()
    for one, lines in _under_way(configuration, store):
        if not lines.isdisjoint(symbols):
            store.ask_to_stop(one.id, by, SystemClock().now().wall_ms, user_name())
            held |= lines
            say(
                Phrase(
                    "{instrument}: its valves are being closed; it measures again after the purge",
                    instrument=one.instrument,
                ),
                err=True,
            )
    return held


def refuse_under_way(configuration: Configuration, symbols: Collection[str]) -> None:
    """Raises GatewayError: the gateway is calibrating one of these itself."""
    from gateway.calibrations.runs import CalibrationRuns

    with closing(open_storage(configuration)) as database:
        for one, lines in _under_way(configuration, CalibrationRuns(database)):
            if not lines.isdisjoint(symbols):
                stop = Phrase("gateway calibrate stop {instrument} ends that", instrument=one.instrument)
                raise GatewayError(
                    Phrase(
                        "the gateway is calibrating {instrument} itself: {stop}", instrument=one.instrument, stop=stop
                    )
                )


def _under_way(configuration: Configuration, store: CalibrationRuns) -> list[tuple[CalibrationRun, set[str]]]:
    lines = {one.name: {measured.line for measured in one.parameters} for one in configuration.instruments}
    return [(one, lines.get(one.instrument, set())) for one in store.open() if one.began_ms is not None]


def _ask(
    configuration: Configuration,
    name: str,
    wanted: str,
    reason: str,
    by: str | None,
    *,
    wait: bool,
    as_json: bool,
) -> None:
    from gateway.calibrations.runs import CalibrationRuns, RunState, RunWish
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock

    _have_valves(configuration, name)
    if not lock.is_held(configuration.storage.path):
        raise GatewayError(
            Phrase("the gateway is not running, and it is what speaks to the valves: start it (gateway run)")
        )
    with closing(open_storage(configuration, to_change=True)) as database:
        store, clock, pause = CalibrationRuns(database), SystemClock(), threading.Event()
        for other in store.open(name):
            if wanted == RunWish.CLOSE:
                store.ask_to_stop(other.id, by or user_name(), clock.now().wall_ms, user_name())
            else:
                raise GatewayError(
                    Phrase(
                        "sequence {id} of {name} is {state} already: gateway calibrate runs",
                        id=other.id,
                        name=name,
                        state=called(other.state),
                    )
                )
        number = store.ask(name, RunWish(wanted), reason, by or user_name(), clock.now().wall_ms, user_name())
        give_up_s = clock.now().mono_s + PATIENCE_S
        found = store.find(number)
        while found is not None and found.ended_ms is None:
            has_begun = found.state is not RunState.WAITING
            if (has_begun and not wait) or (not has_begun and clock.now().mono_s > give_up_s):
                break
            pause.wait(LOOK_EVERY_S)
            found = store.find(number)
        if found is None:
            raise GatewayError(Phrase("request {number} is lost: its row is damaged", number=number))
        shown = _to_json(found, store, configuration)
    if as_json:
        print_json(shown)
    else:
        _say(shown)
    if found.state in (RunState.REFUSED, RunState.FAILED, RunState.STOPPED, RunState.WAITING):
        raise typer.Exit(1)


def _have_valves(configuration: Configuration, name: str) -> None:
    able = [one.name for one in configuration.instruments if one.calibration is not None and one.calibration.phases]
    if name in able:
        return
    if not able:
        raise usage(Phrase("no instrument has a section calibration with a valve (zero or span)"))
    raise usage(
        Phrase("{name} is no instrument whose calibration has valves; {hint}", name=name, hint=advice(name, able))
    )


_WISHES = {"sequence": Phrase("sequence"), "close": Phrase("close valves")}


def _say(one: dict[str, Any]) -> None:
    from gateway.calibrations.runs import RunState

    why = f": {one['reason']}" if one["reason"] else ""
    until = Phrase(" until {ended}", ended=one["ended"]) if one["ended"] else ""
    outcome = f"  ({one['outcome']})" if one["outcome"] else ""
    say(
        Phrase(
            "{number:>4}  {instrument}  {wanted} {state}  {at}{until}  {by}{why}{outcome}",
            number=one["number"],
            instrument=one["instrument"],
            wanted=_WISHES[one["wanted"]],
            state=called(RunState(one["state"])),
            at=one["began"] or one["asked"],
            until=until,
            by=one["by"],
            why=why,
            outcome=outcome,
        )
    )


def _to_json(one: CalibrationRun, store: CalibrationRuns, configuration: Configuration) -> dict[str, Any]:
    from gateway.core.instants import local_text

    zone = configuration.station.timezone
    return {
        "number": one.id,
        "instrument": one.instrument,
        "wanted": one.wanted.value,
        "state": one.state.value,
        "asked": local_text(one.asked_ms, zone, "seconds"),
        "by": one.asked_by,
        "reason": one.reason,
        "began": local_text(one.began_ms, zone, "seconds"),
        "ended": local_text(one.ended_ms, zone, "seconds"),
        "stopped_by": one.stop_by,
        "outcome": one.outcome,
        "steps": [
            {
                "step": step.step,
                "place": step.place,
                "before": local_text(step.before_ms, zone, "seconds"),
                "after": local_text(step.after_ms, zone, "seconds"),
                "outcome": step.outcome,
                "words": step.words,
            }
            for step in store.steps(one.id)
        ],
    }
