"""What is noticed about a station's records, slot by slot: findings of quality, parameters frozen together, limits.

Pure and incremental: the state that `step_record` returns is all that it needs the next time, and a restart in between
changes nothing. Findings of quality are about what the instrument said, limits about what is sent. No value is ever
changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gateway.core.averaging import Average
from gateway.core.component import ComponentState
from gateway.core.dated_limit import YEAR_MS, LimitSpan
from gateway.core.episode import Episode, EpisodeState, Event, Transition, abandoned
from gateway.core.frozen import FrozenGroupRule, FrozenState, step_frozen
from gateway.core.instants import HOUR_MS
from gateway.core.lateness import DelayCause
from gateway.core.limits import LevelFractions, Limit, RollingWindow, step_levels
from gateway.core.permit_limit import Detail, PermitLimit
from gateway.core.quality import Observation, QualityRules, QualityState
from gateway.core.quality import step as step_quality
from gateway.core.reading import Parameter, Status
from gateway.core.reason import Reason
from gateway.core.record import Line, Record, measured_value

LONGEST_GAP_MS = HOUR_MS
"""Slots farther apart than this are not compared, and what was found before ended before."""


class Topic(StrEnum):
    QUALITY = "quality"
    EXCEEDANCE = "exceedance"
    OUTAGE = "outage"
    """Not about records: `gateway.core.long_outage`."""
    DELIVERY = "delivery"
    """A file that is not as we would have it at the far end."""
    STORAGE = "storage"
    """The database, and the card on which it lies."""
    CLOCK = "clock"
    PORT = "port"
    """Not as declared: `gateway.core.ports`."""
    BOX = "box"
    """What the box notices about itself: heat, voltage, memory, wear."""
    INSTRUMENT = "instrument"
    """One that gives nothing: `INSTRUMENT_KINDS`."""


OTHER_BYTES = "other_bytes"
"""Of deliveries: under a file's name lies something else, or what may not be read."""
NOT_PROVEN = "not_proven"
"""Of deliveries: files that a server accepted whole and then did not show; they wait for a person."""
ORDERS_LATE = "orders_late"
"""Of deliveries: transport orders wait for more than the three minutes that are promised."""
REJECTED = "rejected"
"""Of deliveries: the destination does not let us in, or is not the one we know."""
UNREACHABLE = "unreachable"
"""Of deliveries: the destination cannot be reached, or takes nothing, for a quarter of an hour."""
CERTIFICATE_ENDING = "certificate_ending"
"""Of deliveries: the destination's certificate has ended or soon will."""
DESTINATION_KINDS = (REJECTED, UNREACHABLE, CERTIFICATE_ENDING)
INSTRUMENT_KINDS = (
    ComponentState.SILENT.value,
    ComponentState.GARBLED.value,
    ComponentState.REFUSED.value,
    ComponentState.WRONG_DEVICE.value,
)
"""Of instruments: how one gives nothing."""
DRIFT = "drift"
CALIBRATION_OVERDUE = "calibration_overdue"
VALVE_NOT_CLOSED = "valve_not_closed"
CALIBRATION_KINDS = (DRIFT, CALIBRATION_OVERDUE, VALVE_NOT_CLOSED)
"""Of quality, and not about records: what calibrations showed, that none came, that a gas may still flow."""
ROLLED_BACK = "rolled_back"
"""Of the storage: the database is older than what was done with it."""
JOURNAL_ALTERED = "journal_altered"
"""Of the storage: entries of the journal were rewritten, or another key signs it."""


@dataclass(frozen=True, slots=True)
class LineRules:
    """One line of the file, with what to look for in it. `rules` are for what the instrument says, `days` for how long
    the sent value is over the limit for every slot, whichever is in force. `limits` are all that are known to have been
    in force and to come, each with its time."""

    sent: Parameter
    rules: QualityRules
    days: QualityRules | None
    limits: tuple[LimitSpan, ...]

    def watched_limits(self) -> tuple[LimitSpan, ...]:
        """Those that a slot or a mean that ends with it is held against: the mean of a year is made in reports."""
        return tuple(one for one in self.limits if (one.limit.averaging_ms or 0) < YEAR_MS)


@dataclass(frozen=True, slots=True)
class FrozenGroup:
    """Parameters of one instrument that do not usually stay the same together."""

    name: str
    symbols: tuple[str, ...]
    rule: FrozenGroupRule


@dataclass(frozen=True, slots=True)
class FindingRules:
    """Everything to look for at a station."""

    lines: tuple[LineRules, ...]
    groups: tuple[FrozenGroup, ...]
    fractions: LevelFractions
    slot_ms: int

    @property
    def longest_mean_ms(self) -> int:
        """Over how long the slots must be known again after a restart."""
        return max((span.limit.averaging_ms or 0 for one in self.lines for span in one.watched_limits()), default=0)


@dataclass(frozen=True, slots=True)
class Finding:
    """An episode, and whose it is: a parameter's line, an instrument's name; of an outage, a destination's name or the
    station's code. `detail`: which limit. `cause`: of an outage, as far as it is known. `reason`: of slots that are not
    00, what most of them say."""

    subject: str
    episode: Episode
    topic: Topic = Topic.QUALITY
    detail: Detail = ""
    cause: DelayCause | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class FindingState:
    """What must be remembered between two slots. `means` hold nothing that the records do not."""

    quality: Mapping[str, QualityState] = field(default_factory=dict)
    days: Mapping[str, QualityState] = field(default_factory=dict)
    frozen: Mapping[str, FrozenState] = field(default_factory=dict)
    levels: Mapping[str, tuple[EpisodeState, ...]] = field(default_factory=dict)
    means: Mapping[str, RollingWindow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of one slot: what to remember, the news, and how everything that lasts stands now."""

    state: FindingState
    began: tuple[Finding, ...]
    ended: tuple[Finding, ...]
    lasting: tuple[Finding, ...]


def step_record(record: Record, rules: FindingRules, state: FindingState) -> StepResult:
    """What the next record shows. Records come in the order of time."""
    at_ms = record.slot.end_ms
    sent = {line.parameter: line.average for line in record.lines}
    said = {line.parameter.symbol: line.average for line in (*record.lines, *record.measured)}
    collector = _Collector()
    means = _means(record, rules, state)
    quality, days, levels = {}, {}, {}
    for one in rules.lines:
        symbol, average = one.sent.symbol, sent.get(one.sent)
        own = said.get(symbol)
        quality[symbol], events = step_quality(_state(state.quality, symbol), _observed(at_ms, own), one.rules)
        collector.add(symbol, Topic.QUALITY, "", events, quality[symbol].episodes)
        if one.days is not None:
            days_rules = _days_rules(one.days, one.limits, record.slot.start_ms)
            seen = Observation(at_ms, None if average is None else measured_value(average))
            days[symbol], events = step_quality(_state(state.days, symbol), seen, days_rules)
            collector.add(symbol, Topic.QUALITY, "", events, days[symbol].episodes)
        in_force = {span.limit for span in one.watched_limits() if span.holds_at(record.slot.start_ms)}
        for limit in dict.fromkeys(span.limit for span in one.watched_limits()):
            name = limit_key(symbol, limit)
            if limit not in in_force:
                ended = tuple(event for episode in state.levels.get(name, ()) for event in abandoned(episode))
                collector.add(symbol, Topic.EXCEEDANCE, PermitLimit(limit, one.sent.unit), ended, ())
                continue
            value = means[name].mean() if name in means else None if average is None else measured_value(average)
            levels[name], events = step_levels(
                state.levels.get(name, ()), at_ms, value, limit, rules.fractions, LONGEST_GAP_MS
            )
            collector.add(symbol, Topic.EXCEEDANCE, PermitLimit(limit, one.sent.unit), events, levels[name])
    groups = {}
    for group in rules.groups:
        values = {symbol: measured_value(said[symbol]) for symbol in group.symbols if symbol in said}
        before = state.frozen.get(group.name, FrozenState())
        groups[group.name], events = step_frozen(before, at_ms, values, group.rule)
        episode = groups[group.name].episode
        collector.add(group.name, Topic.QUALITY, "", events, () if episode is None else (episode,))
    return collector.result(FindingState(quality, days, groups, levels, means))


def _days_rules(rules: QualityRules, limits: Sequence[LimitSpan], at_ms: int) -> QualityRules:
    """The rules with the limit for every slot that is in force then; without one, nothing is over it."""
    for span in limits:
        if span.limit.averaging_ms is None and span.holds_at(at_ms):
            return replace(rules, limit=(span.limit.lowest, span.limit.highest))
    return rules


def refilled(records: Sequence[Record], rules: FindingRules, state: FindingState) -> FindingState:
    """The state with its rolling means filled again from these records."""
    for record in records:
        means = _means(record, rules, state)
        state = FindingState(state.quality, state.days, state.frozen, state.levels, means)
    return state


def limit_key(symbol: str, limit: Limit) -> str:
    """The name under which the state of a limit is remembered: its levels are those of this very limit."""
    return f"{symbol}|{limit.lowest}|{limit.highest}|{limit.averaging_ms}"


def _state(states: Mapping[str, QualityState], symbol: str) -> QualityState:
    return states.get(symbol, QualityState())


def _observed(at_ms: int, average: Average | None) -> Observation:
    """Of a slot in fault none of the readings counts as covered; a calibration is no lack of them."""
    if average is None or average.status is Status.CALIBRATING:
        return Observation(at_ms, None)
    covered = average.readings if average.status is Status.MEASURING else 0
    return Observation(at_ms, measured_value(average), min(100.0, 100 * covered / average.expected))


def _means(record: Record, rules: FindingRules, state: FindingState) -> dict[str, RollingWindow]:
    values = {line.parameter: _value(line) for line in record.lines}
    means = {}
    for one in rules.lines:
        for span in one.watched_limits():
            limit = span.limit
            if limit.averaging_ms is not None:
                name = limit_key(one.sent.symbol, limit)
                window = state.means.get(name, RollingWindow(limit.averaging_ms, rules.slot_ms))
                means[name] = window.with_slot(record.slot.end_ms, values.get(one.sent))
    return means


def _value(line: Line) -> float | None:
    return measured_value(line.average)


class _Collector:
    """Sorts events into what began, what ended, and what lasts."""

    def __init__(self) -> None:
        self._began: list[Finding] = []
        self._ended: list[Finding] = []
        self._lasting: list[Finding] = []

    def add(
        self, subject: str, topic: Topic, detail: Detail, events: Sequence[Event], episodes: Sequence[EpisodeState]
    ) -> None:
        for event in events:
            news = self._began if event.transition is Transition.BEGAN else self._ended
            news.append(Finding(subject, event.episode, topic, detail))
        self._lasting += [Finding(subject, episode.episode(), topic, detail) for episode in episodes if episode.is_told]

    def result(self, state: FindingState) -> StepResult:
        return StepResult(state, tuple(self._began), tuple(self._ended), tuple(self._lasting))
