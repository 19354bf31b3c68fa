"""What is noticed about a station's records, slot by slot: findings of quality, parameters frozen together, limits.

Pure and incremental: the state that `look` returns is all that it needs the next time, and a restart in between changes
nothing. Findings are about what the instrument said, limits about what is sent. No value is ever changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.core.averaging import Average
from gateway.core.episode import Episode, Event, Moment, Run
from gateway.core.frozen import FrozenState, Togetherness, step_together
from gateway.core.lateness import Cause
from gateway.core.limits import Fractions, Limit, Window, step_levels
from gateway.core.permitted import Detail, Permitted
from gateway.core.quality import Observation, QualityState, Rules
from gateway.core.quality import step as step_quality
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record, measured_value

LONGEST_GAP_MS = 3_600_000
"""Slots farther apart than this are not compared, and what was found before ended before."""


class Topic(StrEnum):
    QUALITY = "quality"
    EXCEEDANCE = "exceedance"
    OUTAGE = "outage"
    """Not about records: `gateway.core.silence`."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One line of the file, with what to look for in it. `rules` are for what the instrument says, `days` for how long
    the sent value is over its limit; `decimals` only for words."""

    sent: Parameter
    rules: Rules
    days: Rules | None
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters of one instrument that do not rest together."""

    name: str
    symbols: tuple[str, ...]
    rule: Togetherness


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Everything to look for at a station."""

    watched: tuple[Watched, ...]
    groups: tuple[Group, ...]
    fractions: Fractions
    slot_ms: int

    @property
    def longest_mean_ms(self) -> int:
        """Over how long the slots must be known again after a restart."""
        return max((limit.averaging_ms or 0 for one in self.watched for limit in one.limits), default=0)


@dataclass(frozen=True, slots=True)
class Noted:
    """An episode, and whose it is: a parameter's line, an instrument's name; of an outage, a destination's name or the
    station's code. `detail`: which limit. `cause`: of an outage, as far as it is known."""

    subject: str
    episode: Episode
    topic: Topic = Topic.QUALITY
    detail: Detail = ""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What must be remembered between two slots. `means` hold nothing that the records do not."""

    quality: Mapping[str, QualityState] = field(default_factory=dict)
    days: Mapping[str, QualityState] = field(default_factory=dict)
    frozen: Mapping[str, FrozenState] = field(default_factory=dict)
    levels: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    means: Mapping[str, Window] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one slot: what to remember, the news, and how everything that lasts stands now."""

    memory: Memory
    began: tuple[Noted, ...]
    ended: tuple[Noted, ...]
    lasting: tuple[Noted, ...]


def look(record: Record, watchlist: Watchlist, memory: Memory) -> Look:
    """Look at the next record. Records come in the order of time."""
    at_ms = record.slot.end_ms
    sent = {line.parameter: line.average for line in record.lines}
    said = {line.parameter.symbol: line.average for line in (*record.lines, *record.measured)}
    scribe = _Scribe()
    means = _means(record, watchlist, memory)
    states, days, levels = {}, {}, {}
    for one in watchlist.watched:
        symbol, average = one.sent.symbol, sent.get(one.sent)
        own = said.get(symbol)
        state, events = step_quality(_state(memory.quality, symbol), _observed(at_ms, own), one.rules)
        states[symbol] = state
        scribe.note(symbol, Topic.QUALITY, "", events, state.runs)
        if one.days is not None:
            seen = Observation(at_ms, None if average is None else measured_value(average))
            days[symbol], events = step_quality(_state(memory.days, symbol), seen, one.days)
            scribe.note(symbol, Topic.QUALITY, "", events, days[symbol].runs)
        for limit in one.limits:
            name = key(symbol, limit)
            value = means[name].mean() if name in means else None if average is None else measured_value(average)
            levels[name], events = step_levels(
                memory.levels.get(name, ()), at_ms, value, limit, watchlist.fractions, LONGEST_GAP_MS
            )
            scribe.note(symbol, Topic.EXCEEDANCE, Permitted(limit, one.sent.unit), events, levels[name])
    groups = {}
    for group in watchlist.groups:
        values = {symbol: measured_value(said[symbol]) for symbol in group.symbols if symbol in said}
        before = memory.frozen.get(group.name, FrozenState())
        groups[group.name], events = step_together(before, at_ms, values, group.rule)
        run = groups[group.name].run
        scribe.note(group.name, Topic.QUALITY, "", events, () if run is None else (run,))
    return scribe.look(Memory(states, days, groups, levels, means))


def remembered(records: Sequence[Record], watchlist: Watchlist, memory: Memory) -> Memory:
    """The memory with its rolling means filled again from these records."""
    for record in records:
        means = _means(record, watchlist, memory)
        memory = Memory(memory.quality, memory.days, memory.frozen, memory.levels, means)
    return memory


def key(symbol: str, limit: Limit) -> str:
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


def _means(record: Record, watchlist: Watchlist, memory: Memory) -> dict[str, Window]:
    values = {line.parameter: _value(line) for line in record.lines}
    means = {}
    for one in watchlist.watched:
        for limit in one.limits:
            if limit.averaging_ms is not None:
                name = key(one.sent.symbol, limit)
                window = memory.means.get(name, Window(limit.averaging_ms, watchlist.slot_ms))
                means[name] = window.with_slot(record.slot.end_ms, values.get(one.sent))
    return means


def _value(line: Line) -> float | None:
    return measured_value(line.average)


class _Scribe:
    """Sorts events into what began, what ended, and what lasts."""

    def __init__(self) -> None:
        self._began: list[Noted] = []
        self._ended: list[Noted] = []
        self._lasting: list[Noted] = []

    def note(self, subject: str, topic: Topic, detail: Detail, events: Sequence[Event], runs: Sequence[Run]) -> None:
        for event in events:
            news = self._began if event.moment is Moment.BEGAN else self._ended
            news.append(Noted(subject, event.episode, topic, detail))
        self._lasting += [Noted(subject, run.episode(), topic, detail) for run in runs if run.told]

    def look(self, memory: Memory) -> Look:
        return Look(memory, tuple(self._began), tuple(self._ended), tuple(self._lasting))
