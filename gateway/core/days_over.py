"""Days over a limit, and days over it one after the other: what an officer looks for in a month.

A day is judged by the limit that was in force when it began: by its mean where the limit is for 24 hours, by its hours
or windows of hours where it is for less (one that is over makes the day one over the limit), and as the configuration
says where it is for every value. It is known to be within its limit only if enough of it could be judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.core.clock_means import ClockMean, CountingRules, DayBy, HourSums, excess
from gateway.core.dated_limit import LimitSpan
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.limits import Limit


@dataclass(frozen=True, slots=True)
class JudgedDay:
    """`limit`: the one in force; `None`: none was, and the day is not over it. `is_over`: `None`: too little was
    measured. `worst`: of the means by which it is judged, the farthest outside or the nearest to the limit. `over`: how
    many of them are outside."""

    day: date
    limit: Limit | None
    is_over: bool | None
    worst: float | None = None
    over: int = 0


class Following(StrEnum):
    """What comes after the last day of a run."""

    WITHIN = "within"
    """A day within the limit, or one on which there was none."""
    NOT_ENOUGH = "not_enough"
    """A day of which too little was measured: whether it was over, nobody knows."""
    NOT_OVER_YET = "not_over_yet"
    """The day that is under way, or the newest of which there are records."""


@dataclass(frozen=True, slots=True)
class DayRun:
    """Days over the limit without another between. `worst`: of all their means, the farthest outside."""

    first: date
    last: date
    days: int
    worst: float
    followed_by: Following


def judged_days(
    sums: HourSums,
    spans: Sequence[LimitSpan],
    averaging_ms: int | None,
    rules: CountingRules,
    first: int,
    behind: int,
) -> Iterator[JudgedDay]:
    """The days `[first, behind)` of the clock, each held against the limit for that averaging time in force on it."""
    in_force = [span for span in spans if span.limit.averaging_ms == averaging_ms]
    clock = sums.clock
    for day in range(first, behind):
        begin_ms = clock.day_edges_ms[day]
        limit = next((span.limit for span in in_force if span.holds_at(begin_ms)), None)
        if limit is None:
            yield JudgedDay(clock.days[day], None, False)
            continue
        yield _judged(clock.days[day], limit, _means_of(sums, averaging_ms, rules, day), rules)


def by_day_mean(averaging_ms: int | None, rules: CountingRules) -> bool:
    """Whether a day is judged by its mean; otherwise by its hours, or windows of hours."""
    return averaging_ms == DAY_MS or (averaging_ms is None and rules.every_value is DayBy.DAY_MEAN)


def _means_of(sums: HourSums, averaging_ms: int | None, rules: CountingRules, day: int) -> Iterator[ClockMean]:
    if by_day_mean(averaging_ms, rules):
        return sums.day_means(day, day + 1, rules)
    first, behind = sums.clock.first_hours[day : day + 2]
    return sums.means(averaging_ms or HOUR_MS, first, behind, rules)


def _judged(day: date, limit: Limit, means: Iterable[ClockMean], rules: CountingRules) -> JudgedDay:
    passed = over = known = 0
    worst, farthest = None, -math.inf
    for one in means:
        passed += 1
        if one.mean is not None:
            known += 1
            farness = excess(one.mean, limit)
            over += farness > 0
            if farness > farthest:
                worst, farthest = one.mean, farness
    is_over = True if over else False if known and known * 100 >= rules.min_coverage * passed else None
    return JudgedDay(day, limit, is_over, worst, over)


def runs_of(days: Iterable[JudgedDay]) -> list[DayRun]:
    """Every run, of one day too, oldest first. The days follow one another.

    A day of which too little was measured ends a run: nobody knows whether it was over. A change of the limit does not:
    the next day is judged by the new one.

    Worked: over, over, within, over, not enough, over → 2 days (within), 1 day (not enough), 1 day (not over yet).
    """
    runs: list[DayRun] = []
    lasting: list[JudgedDay] = []
    for one in days:
        if one.is_over:
            lasting.append(one)
        elif lasting:
            runs.append(_run(lasting, Following.NOT_ENOUGH if one.is_over is None else Following.WITHIN))
            lasting = []
    return [*runs, _run(lasting, Following.NOT_OVER_YET)] if lasting else runs


def _run(days: Sequence[JudgedDay], followed_by: Following) -> DayRun:
    known = [(one.worst, one.limit) for one in days if one.worst is not None and one.limit is not None]
    worst, _ = max(known, key=lambda one: excess(*one))
    return DayRun(days[0].day, days[-1].day, len(days), worst, followed_by)
