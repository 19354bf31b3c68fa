"""Counts of hours and days add up, whatever was measured and whenever the law changed."""

from __future__ import annotations

import itertools
from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.averaging import Averaging
from gateway.core.clock_days import clock_days
from gateway.core.clock_means import CountingRules, HourSums, Windows, count_over, is_over
from gateway.core.dated_limit import LimitSpan
from gateway.core.days_over import JudgedDay, judged_days, runs_of
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.limits import Limit

DAYS = 4
CLOCK = clock_days(date(2026, 1, 30), date(2026, 2, 2), ZoneInfo("Asia/Ho_Chi_Minh"))
SLOT_MS = HOUR_MS // 4

hundredths = st.integers(-500, 20_000)
hours = st.lists(st.lists(hundredths, max_size=4), min_size=CLOCK.hours, max_size=CLOCK.hours)
rules = st.builds(CountingRules, st.sampled_from([1.0, 50.0, 75.0, 100.0]), st.sampled_from(Windows))


def filled(values: list[list[int]]) -> HourSums:
    sums = HourSums.empty(CLOCK, SLOT_MS, Averaging.MEAN)
    for hour, own in enumerate(values):
        sums.add(hour, [one / 100 for one in own])
    return sums


def split(bound: int, hour: int, averaging_ms: int | None) -> list[LimitSpan]:
    """The same limit, told as two that follow one another."""
    at_ms = CLOCK.hour_edges_ms[hour]
    limit = Limit(None, bound / 100, averaging_ms)
    return [LimitSpan(limit, until_ms=at_ms), LimitSpan(limit, from_ms=at_ms)]


@given(hours, st.integers(1, 15_000), st.integers(0, CLOCK.hours - 1), rules)
def test_a_change_of_law_splits_hours_windows_and_days_without_a_rest(
    values: list[list[int]], bound: int, hour: int, chosen: CountingRules
) -> None:
    sums, whole = filled(values), LimitSpan(Limit(None, bound / 100))
    for means in (
        list(sums.hour_means(0, CLOCK.hours, chosen)),
        list(sums.window_means(8, 24, CLOCK.hours, chosen)),
        list(sums.day_means(0, DAYS, chosen)),
    ):
        all_of, parts = count_over(means, whole), [count_over(means, one) for one in split(bound, hour, None)]
        for figure in ("passed", "judged", "over", "not_enough"):
            assert sum(getattr(one, figure) for one in parts) == getattr(all_of, figure)
        assert all_of.passed == len(means)
        assert 0 <= all_of.over <= all_of.judged <= all_of.passed


@given(hours, st.integers(1, 15_000))
def test_a_mean_is_over_exactly_if_the_written_numbers_say_so(values: list[list[int]], bound: int) -> None:
    """On the limit too, which is allowed."""
    limit = Limit(None, bound / 100)
    for own, one in zip(values, filled(values).hour_means(0, CLOCK.hours, CountingRules(min_coverage=1)), strict=True):
        assert (one.mean is None) == (not own)
        if one.mean is not None:
            assert is_over(one.mean, limit) == (Fraction(sum(own), len(own)) > bound)


@given(hours, st.integers(1, 15_000), st.integers(0, DAYS - 1), rules)
def test_days_over_lie_each_in_one_run(
    values: list[list[int]], bound: int, changed: int, chosen: CountingRules
) -> None:
    sums = filled(values)
    for averaging_ms in (None, HOUR_MS, 8 * HOUR_MS, DAY_MS):
        spans = split(bound, CLOCK.first_hours[changed], averaging_ms)
        days = list(judged_days(sums, spans, averaging_ms, chosen, 0, DAYS))
        assert [one.day for one in days] == list(CLOCK.days)
        over = [one.day for one in days if one.is_over]
        runs = runs_of(days)
        assert [CLOCK.days[at] for run in runs for at in range(place(run.first), place(run.last) + 1)] == over
        assert all(run.days == place(run.last) - place(run.first) + 1 for run in runs)
        assert all(before.last < after.first for before, after in itertools.pairwise(runs))
        assert judged_whole(sums, bound, averaging_ms, chosen) == days, "no law changed but in name"


def place(day: date) -> int:
    return CLOCK.days.index(day)


def judged_whole(sums: HourSums, bound: int, averaging_ms: int | None, chosen: CountingRules) -> list[JudgedDay]:
    span = LimitSpan(Limit(None, bound / 100, averaging_ms))
    return list(judged_days(sums, [span], averaging_ms, chosen, 0, DAYS))
