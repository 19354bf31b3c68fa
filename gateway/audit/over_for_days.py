"""Values over the limit for days, from the records: the same whoever watched, and whenever the records came.

The rule is that of the watch (`gateway.core.findings`), fed with the records again from where nothing can have been
lasting: back until every parameter has a value within its limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gateway.core.episode import Event, Transition
from gateway.core.findings import Finding, FindingRules, LineRules, Topic
from gateway.core.instants import DAY_MS, EARLIEST_MS
from gateway.core.quality import Observation, QualityRules, QualityState, distance_outside, step
from gateway.records.columns import Column, Columns, read_columns
from gateway.records.store import RecordStore

_PORTION_MS = 7 * DAY_MS
"""Read at a time."""
States = dict[str, QualityState]
Bounds = tuple[float | None, float | None]


def days_states(records: RecordStore, rules: FindingRules, until_ms: int) -> States:
    """What the watch would remember, by symbol, had it looked at every record up to the slot that ends then."""
    states: States = {}
    for columns in _portions(records, rules.slot_ms, _begin_ms(records, rules, until_ms), until_ms):
        _follow_all(columns, rules, states)
    return states


def over_for_days(records: RecordStore, rules: FindingRules, from_ms: int, until_ms: int, now_ms: int) -> list[Finding]:
    """What touches `[from_ms, until_ms]`, oldest first, each as a whole: also what of it lies before and after.

    Both are edges of slots; records of slots that end after `now_ms` are left alone.
    """
    states: States = {}
    found: list[Finding] = []
    for columns in _portions(records, rules.slot_ms, _begin_ms(records, rules, from_ms), now_ms):
        if columns.after_ms >= until_ms and not any(
            episode.since_ms <= until_ms for state in states.values() for episode in state.episodes
        ):
            break
        found += _follow_all(columns, rules, states)
    found += told(states)
    touching = (
        one
        for one in found
        if one.episode.begin_ms <= until_ms and (one.episode.end_ms is None or one.episode.end_ms >= from_ms)
    )
    return sorted(touching, key=lambda one: (one.episode.begin_ms, one.subject))


def _portions(records: RecordStore, slot_ms: int, from_ms: int, until_ms: int) -> Iterator[Columns]:
    for begin_ms in range(from_ms, until_ms, _PORTION_MS):
        yield read_columns(records, slot_ms, begin_ms, min(until_ms, begin_ms + _PORTION_MS))


def _begin_ms(records: RecordStore, rules: FindingRules, until_ms: int) -> int:
    """From where on the records are to be looked at, so that what lasts at `until_ms` is known from its beginning."""
    oldest_ms = records.oldest_ms(EARLIEST_MS)
    begin_ms, unsettled = until_ms, [one for one in rules.lines if one.days is not None]
    while unsettled and oldest_ms is not None and oldest_ms <= begin_ms:
        columns = read_columns(records, rules.slot_ms, begin_ms - _PORTION_MS, begin_ms)
        unsettled = [one for one in unsettled if not _has_an_end(columns, one)]
        begin_ms -= _PORTION_MS
    return begin_ms


def _has_an_end(columns: Columns, line: LineRules) -> bool:
    """Whether some value lies within its limit, or none is over it: what began before has ended then."""
    column = columns.by_parameter.get(line.sent)
    if column is None:
        return True
    valid = over = 0
    for begin, end, bounds in _stretches(columns, line):
        values = column.valid(begin, end)
        valid += len(values)
        over += sum(distance_outside(value, *bounds) > 0 for value in values)
    return over == 0 or over < valid


def _follow_all(columns: Columns, rules: FindingRules, states: States) -> list[Finding]:
    """What ended in these slots; `states` are those after them."""
    ended: list[Finding] = []
    for line in rules.lines:
        column = columns.by_parameter.get(line.sent)
        if line.days is None or column is None:
            continue
        symbol = line.sent.symbol
        state = states.get(symbol, QualityState())
        for begin, end, bounds in _stretches(columns, line):
            state, events = _follow(state, columns, column, (begin, end), replace(line.days, limit=bounds))
            ended += [Finding(symbol, one.episode, Topic.QUALITY) for one in _ends(events)]
        states[symbol] = state
    return ended


def _ends(events: Iterable[Event]) -> Iterator[Event]:
    return (one for one in events if one.transition is Transition.ENDED)


def _follow(
    state: QualityState, columns: Columns, column: Column, place: tuple[int, int], rules: QualityRules
) -> tuple[QualityState, list[Event]]:
    """The rule over these slots. While nothing lasts, what lies within the limit changes nothing and is passed over."""
    events: list[Event] = []
    for position in range(*place):
        if not state.episodes and not (
            column.is_valid(position) and distance_outside(column.values[position], *rules.limit) > 0
        ):
            continue
        if not columns.recorded[position]:
            continue
        value = column.values[position] if column.is_valid(position) else None
        state, news = step(state, Observation(columns.end_ms(position), value), rules)
        events += news
    return state, events


def _stretches(columns: Columns, line: LineRules) -> list[tuple[int, int, Bounds]]:
    """All slots, by the limit for every value that was in force when they began; without one nothing is over it."""
    found: list[tuple[int, int, Bounds]] = []
    behind = 0
    spans = (span for span in line.limits if span.limit.averaging_ms is None)
    for span in sorted(spans, key=lambda one: one.from_ms):
        begin, end = columns.within(span.from_ms, span.until_ms)
        begin = max(begin, behind)
        if begin < end:
            found += [(behind, begin, (None, None)), (begin, end, (span.limit.lowest, span.limit.highest))]
            behind = end
    return [one for one in (*found, (behind, columns.slots, (None, None))) if one[0] < one[1]]


def told(states: Mapping[str, QualityState]) -> list[Finding]:
    """What lasts, and has lasted long enough to be told."""
    return [
        Finding(symbol, episode.episode())
        for symbol, state in states.items()
        for episode in state.episodes
        if episode.is_told
    ]
