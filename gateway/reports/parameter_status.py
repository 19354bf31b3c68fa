"""How each parameter and each instrument of the station fares: the newest value as it is sent, why it is not 00, what
is odd about it. From the database alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.audit.events import EventStore
from gateway.config import Configuration, Instrument
from gateway.config.parameters.counting import Counter
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.core.averaging import Average
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.dated_limit import DatedLimit
from gateway.core.derivation import derive
from gateway.core.findings import Finding, Topic
from gateway.core.instants import HOUR_MS, milliseconds
from gateway.core.interfaces import Instant
from gateway.core.limits import Level
from gateway.core.phrase import Phrase, in_a_row
from gateway.core.quality import distance_outside
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.reason import Cause, Reason
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.core.validity import VALIDITY_KINDS
from gateway.db import Database
from gateway.db.board import Component
from gateway.readings.calibrations import Calibration, CalibrationStore
from gateway.readings.parameter_state import ParameterState, parameter_states
from gateway.readings.store import ReadingStore
from gateway.readings.unstamped import UnstampedStore
from gateway.records.slot_reasons import SlotReasonStore
from gateway.records.store import RecordStore
from gateway.reports.limits_on_day import limits_at


@dataclass(frozen=True, slots=True)
class SlotStatus:
    """What the newest slot's record says of a parameter, and why if that is not 00."""

    end_ms: int
    value: float | None
    status: Status
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ParameterStatus:
    """Newest value of a parameter as it is sent; `at_ms` is `None` if there is none within the last hour.

    `instrument` is `None` for a computed one. `measured` is what a converted one was measured as.
    """

    parameter: Parameter
    instrument: str | None
    reading: Reading | None
    at_ms: int | None
    measured: Line | None
    calibration: Calibration | None
    """The one that a person declared and that holds now."""
    lasting: tuple[Finding, ...]
    """Findings and exceedances that last."""
    range: tuple[float, float] | None = None
    """What its values as they are read lie in; `None` of one that is converted before it is sent."""
    reason: Reason | None = None
    """Why the newest reading is not 00; `None`: it is, or nobody has said yet."""
    state: ParameterState | None = None
    """How its readings have fared, if some were not 00; lasting or not."""
    newest_slot: SlotStatus | None = None
    counter: Counter | None = None
    """What the number is, where amounts are summed: of a running total only the growth is sent."""
    symbol: str = ""
    """The regulation's, which two lines of the file may share."""
    limits: tuple[DatedLimit, ...] = ()
    """What it is held against now."""

    @property
    def is_in_range(self) -> bool | None:
        """`None`: there is no value, or no range to compare it with."""
        if self.range is None or self.reading is None or self.reading.value is None:
            return None
        return distance_outside(self.reading.value, *self.range) == 0

    @property
    def findings(self) -> tuple[str, ...]:
        """What is odd about its values now."""
        kinds = (str(finding.episode.kind) for finding in self.lasting if finding.topic is Topic.QUALITY)
        return tuple(dict.fromkeys(kinds))

    @property
    def level(self) -> Level | None:
        """How near to a limit, or how far beyond."""
        reached = {finding.episode.kind for finding in self.lasting if finding.topic is Topic.EXCEEDANCE}
        return max((level for level in Level if level in reached), key=list(Level).index, default=None)


@dataclass(frozen=True, slots=True)
class InstrumentStatus:
    """How an instrument fares. `reason`: why it is not answering, or why none of its parameters is 00."""

    name: str
    link: str
    poll_s: float
    """Its period."""
    component: Component | None
    reason: str | None
    failures: int
    """Polls in a row that brought nothing."""
    last_good_ms: int | None
    """When any of its parameters was last 00; `None`: not known."""


def parameter_statuses(
    configuration: Configuration,
    database: Database,
    unstamped: UnstampedStore,
    now: Instant,
    slot_ms: int,
    newest_slot_ms: int | None,
) -> tuple[ParameterStatus, ...]:
    """Conversions and formulas as for a slot, of the newest reading of everything. Those that have no time yet are told
    with the one that the clock would give them, right or wrong: so they are as old as they look."""
    now_ms = now.wall_ms
    booted_ms = now_ms - round(now.mono_s * 1000)
    waiting = {
        parameter: (booted_ms + mono_ms, reading)
        for parameter, (mono_ms, reading) in unstamped.newest().items()
        if booted_ms + mono_ms > now_ms - HOUR_MS
    }
    newest = ReadingStore(database).newest(now_ms) | waiting
    declared = {one.symbol: one for one in CalibrationStore(database).lasting() if one.holds(now_ms)}
    owners = {
        measured.line: (instrument.name, measured.measured)
        for instrument in configuration.instruments
        for measured in instrument.parameters
    }
    instants = {line: newest[parameter][0] for line, (_, parameter) in owners.items() if parameter in newest}
    record = derive(_snapshot(newest, [parameter for _, parameter in owners.values()]), configuration.derivation)
    told = {line.parameter: line.average for line in record.lines}
    measured = {line.parameter.symbol: line for line in record.measured}
    noted = EventStore(database).lasting((Topic.QUALITY, Topic.EXCEEDANCE))
    lasting = [one for one in noted if one.episode.kind not in VALIDITY_KINDS]  # a device may bear an instrument's name
    periods_ms = {one.name: milliseconds(one.poll) for one in configuration.instruments}
    states = {
        one.parameter: _until_now(one, newest.get(one.parameter), periods_ms.get(one.instrument))
        for one in parameter_states(database)
    }
    slots = _slot_statuses(database, slot_ms, newest_slot_ms)
    needs = {step.sent.symbol: step.needs for step in configuration.derivation.steps}
    by_symbol = {parameter.symbol: average for parameter, average in told.items()}
    totals = {one.line for instrument in configuration.instruments for one in instrument.parameters if one.is_total}
    limits = {one.parameter: one.held for one in limits_at(configuration, database, now_ms)}
    found = []
    for sent in configuration.sent:
        average = told.get(sent.parameter)
        if not totals.isdisjoint(needs.get(sent.line, ())):
            average = None  # computed of amounts, and what was read is the total
        owner, own = owners.get(sent.line, (None, sent.parameter))
        state = states.get(own)
        needed = [(symbol, by_symbol.get(symbol)) for symbol in needs.get(sent.line, ())]
        found.append(
            ParameterStatus(
                sent.parameter,
                owner,
                None if average is None else Reading(average.value, average.status),
                instants.get(sent.line, None if average is None else min(instants.values(), default=None)),
                measured.get(sent.line),
                declared.get(sent.line),
                tuple(finding for finding in lasting if finding.subject in (sent.line, owner)),
                _range(sent),
                _reason(average, newest.get(own), state, needed),
                state if state is not None and state.instrument == owner else None,
                slots.get(sent.line),
                sent.counter if isinstance(sent, Quantity) else None,
                sent.symbol,
                limits.get(sent.parameter, ()),
            )
        )
    return tuple(found)


def instrument_statuses(
    configuration: Configuration,
    board: Mapping[tuple[ComponentKind, str], Component],
    parameters: Sequence[ParameterStatus],
) -> tuple[InstrumentStatus, ...]:
    """In the order of the configuration."""
    return tuple(
        _instrument(one, board.get((ComponentKind.INSTRUMENT, one.name)), parameters)
        for one in configuration.instruments
    )


def _instrument(
    configured: Instrument, component: Component | None, parameters: Sequence[ParameterStatus]
) -> InstrumentStatus:
    own = [one for one in parameters if one.instrument == configured.name]
    is_answering = component is None or component.state is ComponentState.ANSWERING
    states = [one.state for one in own if one.state is not None and one.state.lasts]
    good_ms = [one.at_ms for one in own if one.reading is not None and one.reading.status is Status.MEASURING]
    good_ms += [one.good_ms for one in states]
    reasons = {one.reason for one in own}
    only = reasons.pop() if len(reasons) == 1 else None
    reason = only.to_text() if only is not None else None
    if reason is None and not is_answering and component is not None:
        reason = component.last_error
    return InstrumentStatus(
        configured.name,
        configured.link,
        milliseconds(configured.poll) / 1000,
        component,
        reason,
        0 if is_answering else max((one.times for one in states), default=0),
        max((at_ms for at_ms in good_ms if at_ms is not None), default=None),
    )


def _until_now(state: ParameterState, newest: tuple[int, Reading] | None, period_ms: int | None) -> ParameterState:
    """With the readings that came since it was written down, which is not done for each: one in every period."""
    if not state.lasts or newest is None or period_ms is None or newest[1].status is not state.status:
        return state
    more = max(0, round((newest[0] - state.last_ms) / period_ms))
    return replace(state, times=state.times + more, today=state.today + more, last_ms=max(state.last_ms, newest[0]))


def _range(sent: SentLine) -> tuple[float, float] | None:
    return sent.range_as_read if isinstance(sent, Quantity) else sent.range


def _reason(
    average: Average | None,
    newest: tuple[int, Reading] | None,
    state: ParameterState | None,
    needed: Sequence[tuple[str, Average | None]],
) -> Reason | None:
    """Of the value as it is sent: its own reading's, or else that of what it needs."""
    if average is None or average.status is Status.MEASURING:
        return None
    if newest is not None and newest[1].status is not Status.MEASURING:
        return state.reason if state is not None and state.lasts else None
    lacking = [
        Phrase("{symbol} has none", symbol=symbol)
        if one is None
        else Phrase("{symbol} is {value}", symbol=symbol, value=one.status.value)
        for symbol, one in needed
        if one is None or one.status is not Status.MEASURING
    ]
    return Reason(Cause.INPUT, in_a_row(lacking, ", ") if lacking else Phrase("the result is not defined"))


def _slot_statuses(database: Database, length_ms: int, end_ms: int | None) -> dict[str, SlotStatus]:
    """By the line's symbol."""
    if end_ms is None:
        return {}
    reasons = {
        one.symbol: one.reason
        for one in SlotReasonStore(database).touching(end_ms - 1, end_ms)
        if one.length_ms == length_ms
    }
    return {
        line.parameter.symbol: SlotStatus(
            end_ms,
            line.average.value,
            line.average.status,
            None if line.average.status is Status.MEASURING else reasons.get(line.parameter.symbol),
        )
        for record in RecordStore(database).records(length_ms, end_ms - 1, end_ms)
        for line in record.lines
    }


def _snapshot(newest: Mapping[Parameter, tuple[int, Reading]], parameters: Sequence[Parameter]) -> Record:
    known = [(parameter, newest[parameter][1]) for parameter in parameters if parameter in newest]
    lines = (Line(parameter, Average(reading.value, reading.status, 1, 1)) for parameter, reading in known)
    return Record(Slot(0, HOUR_MS), tuple(lines))
