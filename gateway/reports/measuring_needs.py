"""What of measuring needs a person: the outermost cause, once it has lasted. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.core.component import ComponentState
from gateway.core.findings import CALIBRATION_OVERDUE, DRIFT, VALVE_NOT_CLOSED, Topic
from gateway.core.instants import DAY_MS
from gateway.core.limits import Level
from gateway.core.quality import QualityFlag
from gateway.core.reading import Status
from gateway.core.reason import Reason
from gateway.db.board import Component
from gateway.readings.calibrations import BY_ITSELF
from gateway.reports.need import Need, NeedKind, is_long, need_of
from gateway.reports.parameter_status import ParameterStatus
from gateway.reports.status import StationStatus

FORGOTTEN_MS = DAY_MS
"""A declared calibration without a planned end that lasts so long was forgotten."""
MOST_NAMED = 4
_AT_ONCE = frozenset({DRIFT, VALVE_NOT_CLOSED, QualityFlag.OVER_LIMIT_FOR_DAYS})
_TOLD_OTHERWISE = frozenset({CALIBRATION_OVERDUE, QualityFlag.LOW_COVERAGE})
"""By when a calibration is due; by why a parameter is 02."""


def measuring_needs(status: StationStatus) -> Iterator[Need]:
    """Of links, instruments, values and calibrations, while the gateway runs."""
    yield from _instruments(status)
    yield from _values(status)
    yield from _calibrations(status)


def _instruments(status: StationStatus) -> Iterator[Need]:
    """The outermost cause alone: a dead link stands for its instruments, an instrument for its parameters."""
    links, instruments = _dead_links(status), _dead_instruments(status)
    for link in links.values():
        yield need_of(NeedKind.LINK, link)
    for name, one in instruments.items():
        yield Need(NeedKind.INSTRUMENT, name, f"term.reason_{one.state}", one.since_ms, one.last_error or "")
    silent = {shown.name for shown in status.instruments if shown.link in links} | instruments.keys()
    alike: dict[tuple[str | None, Reason | None], list[ParameterStatus]] = {}
    for shown in status.parameters:
        if shown.instrument not in silent and _is_at_fault_for_long(shown, status):
            alike.setdefault((shown.instrument, shown.reason), []).append(shown)
    for (_, reason), group in alike.items():
        since_ms = min((one.state.off_since_ms for one in group if one.state is not None), default=None)
        yield Need(NeedKind.PARAMETER, _named(group), "need.parameter", since_ms, reason or "")


def _dead_links(status: StationStatus) -> dict[str, Component]:
    return {
        name: one
        for name, one in status.links
        if one is not None and one.state is not ComponentState.UP and is_long(one.since_ms, status)
    }


def _dead_instruments(status: StationStatus) -> dict[str, Component]:
    """Whose link is well, or not dead for long."""
    links = _dead_links(status)
    return {
        shown.name: one
        for shown in status.instruments
        if (one := shown.component) is not None
        and shown.link not in links
        and one.state is not ComponentState.ANSWERING
        and (one.state is ComponentState.WRONG_DEVICE or is_long(one.since_ms, status))
    }


def _is_at_fault_for_long(shown: ParameterStatus, status: StationStatus) -> bool:
    state = shown.state
    is_at_fault = shown.reading is not None and shown.reading.status is Status.FAULT
    return is_at_fault and state is not None and state.lasts and is_long(state.off_since_ms, status)


def _named(group: list[ParameterStatus]) -> str:
    symbols = [one.parameter.symbol for one in group]
    return ", ".join(symbols[:MOST_NAMED]) + (" …" if len(symbols) > MOST_NAMED else "")


def _values(status: StationStatus) -> Iterator[Need]:
    told = set()
    for shown in status.parameters:
        for one in shown.lasting:
            kind, since_ms = str(one.episode.kind), one.episode.begin_ms
            if (one.subject, kind, one.detail) in told:
                continue  # what is of an instrument stands at each of its parameters
            told.add((one.subject, kind, one.detail))
            if one.topic is Topic.EXCEEDANCE and kind == Level.EXCEEDED:
                yield Need(NeedKind.EXCEEDED, one.subject, "term.noted_exceeded", since_ms, one.detail)
            elif (
                one.topic is Topic.QUALITY
                and kind not in _TOLD_OTHERWISE
                and (kind in _AT_ONCE or is_long(since_ms, status))
            ):
                yield Need(NeedKind.QUALITY, one.subject, f"term.noted_{kind}", since_ms, one.detail)


def _calibrations(status: StationStatus) -> Iterator[Need]:
    for due in status.calibrations:
        if due.is_overdue:
            yield Need(NeedKind.CALIBRATION, due.instrument, "term.noted_calibration_overdue", due.due_ms)
    for shown in status.parameters:
        one = shown.calibration
        if one is None or one.begun_by == BY_ITSELF or one.planned_ms is not None:
            continue
        if status.at_ms - one.began_ms >= FORGOTTEN_MS:
            detail = f"{one.begun_by}: {one.reason}"
            yield Need(NeedKind.CALIBRATION, shown.parameter.symbol, "need.calibration_forgotten", one.began_ms, detail)
