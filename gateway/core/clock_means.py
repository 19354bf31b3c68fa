"""Means of clock hours, of windows of several hours and of days, and how many of them are over a limit.

What the records hold is summed up by the hour, once; windows, days and years are made of these sums, so that years of
records pass through a few kilobytes for each parameter. Only what was measured (status 00) counts.

Sources: QCVN 05:2023, 1.3.6 to 1.3.9: a mean over 1, 8, 24 hours is the mean of the values measured within them. It is
silent on how much must have been measured, and on where 8 hours begin; the 24 windows of a day that end at each hour
are those of VN_AQI (decision 1459/QĐ-TCMT, 2.2.2a). See docs/decisions/0039-hours-and-days-as-an-officer-counts.md.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.core.averaging import Averaging, direction, vector_mean
from gateway.core.clock_days import ClockDays
from gateway.core.dated_limit import LimitSpan
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.limits import MEAN_COVERAGE_PERCENT, Limit

_DIGITS = 12
"""Of a bound, to which a mean is known when it is compared: sums of doubles lose less than that. Twelve values of 0.1
have the mean 0.1, and are not over a limit of 0.1."""


class Windows(StrEnum):
    """Where the windows of a limit for the mean over several hours, such as 8, lie."""

    EACH_HOUR = "each_hour"
    """One ends with each hour: 24 a day, the first of which began the evening before."""
    SIDE_BY_SIDE = "side_by_side"
    """1:00 to 8:00, 9:00 to 16:00, 17:00 to 24:00; what is left of a day that they do not fill is not counted."""


class DayBy(StrEnum):
    """By what a day is judged, where the limit is one for every value."""

    DAY_MEAN = "day_mean"
    HOUR_MEAN = "hour_mean"
    """By its hours: over the limit as soon as one is."""


@dataclass(frozen=True, slots=True)
class CountingRules:
    """How an office counts, as far as no regulation says. `min_coverage`: percent of the slots that an hour, a window
    or a day needs for a mean, and of its days that a year needs. `days_in_a_row`: so many days over a limit are listed
    as a run."""

    min_coverage: float = MEAN_COVERAGE_PERCENT
    windows: Windows = Windows.EACH_HOUR
    every_value: DayBy = DayBy.DAY_MEAN
    days_in_a_row: int = 2


@dataclass(frozen=True, slots=True)
class ClockMean:
    """Of the slots that begin in `[begin_ms, end_ms)`; `None`: too few were measured. Limits are those that hold at
    `judged_ms`: when the hour or the day began; of a window, when its last hour began, as a rolling mean is judged with
    its newest slot."""

    begin_ms: int
    end_ms: int
    judged_ms: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class HourSums:
    """One parameter's valid values, by the hour. `sums`: of the values; of directions, of their parts to the east, and
    `norths` of those to the north."""

    clock: ClockDays
    slot_ms: int
    averaging: Averaging
    sums: array[float] = field(default_factory=lambda: array("d"))
    norths: array[float] = field(default_factory=lambda: array("d"))
    counts: array[int] = field(default_factory=lambda: array("L"))

    @classmethod
    def empty(cls, clock: ClockDays, slot_ms: int, averaging: Averaging) -> HourSums:
        zeros = array("d", bytes(8 * clock.hours))
        return cls(clock, slot_ms, averaging, zeros, zeros[:], array("L", [0]) * clock.hours)

    def add(self, hour: int, values: Sequence[float]) -> None:
        """Valid values of slots that begin in that hour."""
        if self.averaging is Averaging.VECTOR:
            radians = [math.radians(value) for value in values]
            self.sums[hour] += math.fsum(map(math.sin, radians))
            self.norths[hour] += math.fsum(map(math.cos, radians))
        else:
            self.sums[hour] += math.fsum(values)
        self.counts[hour] += len(values)

    def mean(self, first: int, behind: int, min_coverage: float) -> float | None:
        """Of the hours `[first, behind)`: the arithmetic mean of their slots' values, of amounts (rain) the total, of
        directions the mean direction. `None` if fewer than `min_coverage` % of their slots have a valid value.

        Worked, 75 %, slots of 5 minutes: an hour needs 9 of 12, 8 hours 72 of 96, a day 216 of 288.
        """
        count = sum(self.counts[first:behind])
        edges = self.clock.hour_edges_ms
        if not count or count * 100 < min_coverage * slots_between(edges[first], edges[behind], self.slot_ms):
            return None
        amount = math.fsum(self.sums[first:behind])
        if self.averaging is Averaging.VECTOR:
            return direction(amount, math.fsum(self.norths[first:behind]), count)
        return amount if self.averaging is Averaging.SUM else amount / count

    def hour_means(self, first: int, behind: int, rules: CountingRules) -> Iterator[ClockMean]:
        """One for each of these hours."""
        return (self._of(hour, hour + 1, rules) for hour in range(first, behind))

    def window_means(self, width: int, first: int, behind: int, rules: CountingRules) -> Iterator[ClockMean]:
        """One for each window of `width` hours that ends with one of these hours and does not begin before the first
        day."""
        for hour in range(max(first, width - 1), behind):
            begins = self.clock.first_hours[self.clock.day_of(hour)]
            if rules.windows is Windows.EACH_HOUR or (hour + 1 - begins) % width == 0:
                yield self._of(hour + 1 - width, hour + 1, rules)

    def day_means(self, first: int, behind: int, rules: CountingRules) -> Iterator[ClockMean]:
        """One for each of these days."""
        for day in range(first, behind):
            begin_ms, end_ms = self.clock.day_edges_ms[day : day + 2]
            hours = self.clock.first_hours[day : day + 2]
            yield ClockMean(begin_ms, end_ms, begin_ms, self.mean(hours[0], hours[1], rules.min_coverage))

    def means(self, averaging_ms: int, first: int, behind: int, rules: CountingRules) -> Iterator[ClockMean]:
        """Those of less than a day over which a limit is meant: of hours, or of windows of hours."""
        width = averaging_ms // HOUR_MS
        return self.hour_means(first, behind, rules) if width == 1 else self.window_means(width, first, behind, rules)

    def _of(self, first: int, behind: int, rules: CountingRules) -> ClockMean:
        edges = self.clock.hour_edges_ms
        mean = self.mean(first, behind, rules.min_coverage)
        return ClockMean(edges[first], edges[behind], edges[behind - 1], mean)


def mean_of_days(known: Sequence[float], passed: int, averaging: Averaging, rules: CountingRules) -> float | None:
    """Of a year: of the means of the days that have one, each of the same weight; of amounts the total, of directions
    the mean direction. `None` if fewer than `min_coverage` % of the days that have passed have one."""
    if not known or len(known) * 100 < rules.min_coverage * passed:
        return None
    if averaging is Averaging.VECTOR:
        return vector_mean(known)
    return math.fsum(known) if averaging is Averaging.SUM else math.fsum(known) / len(known)


def slots_between(from_ms: int, until_ms: int, slot_ms: int) -> int:
    """How many slots begin in `[from_ms, until_ms)`."""
    return -(-until_ms // slot_ms) - -(-from_ms // slot_ms)


def is_by_clock(averaging_ms: int | None) -> bool:
    """Whether a limit is counted by clock hours and days: for every value, for a day, for one or several whole hours.
    One for half an hour, or for 90 minutes, has the rolling mean alone."""
    return averaging_ms is None or averaging_ms % HOUR_MS == 0 and averaging_ms <= DAY_MS


@dataclass(frozen=True, slots=True)
class ClockCount:
    """Of means that could be compared with a limit: how many there might have been, how many there are, how many lie
    outside; and the one farthest outside, or nearest to it."""

    passed: int = 0
    judged: int = 0
    over: int = 0
    worst: ClockMean | None = None

    @property
    def not_enough(self) -> int:
        return self.passed - self.judged


def count_over(means: Iterable[ClockMean], span: LimitSpan) -> ClockCount:
    """Of those for which this limit was in force.

    Worked, at most 50: 48, none, 51, 50 → passed 4, judged 3, over 1 (the limit itself is allowed), worst 51.
    """
    passed = judged = over = 0
    worst, worst_excess = None, -math.inf
    for one in means:
        if not span.holds_at(one.judged_ms):
            continue
        passed += 1
        if one.mean is None:
            continue
        judged += 1
        farness = excess(one.mean, span.limit)
        over += farness > 0
        if farness > worst_excess:
            worst, worst_excess = one, farness
    return ClockCount(passed, judged, over, worst)


def excess(mean: float, limit: Limit) -> float:
    """How far a mean lies outside; 0 on the limit, negative inside. See `_DIGITS`."""
    sides = []
    if limit.highest is not None:
        sides.append(_settled(mean, limit.highest) - limit.highest)
    if limit.lowest is not None:
        sides.append(limit.lowest - _settled(mean, limit.lowest))
    return max(sides)


def is_over(mean: float, limit: Limit) -> bool:
    """Whether it lies outside: the limit itself is allowed."""
    return excess(mean, limit) > 0


def _settled(mean: float, bound: float) -> float:
    return round(mean, _DIGITS - (math.frexp(bound)[1] * 3) // 10)
