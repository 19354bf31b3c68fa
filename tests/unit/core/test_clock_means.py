"""Means of hours, windows and days, and which of them are over a limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gateway.core.averaging import Averaging
from gateway.core.clock_days import clock_days, hour_label
from gateway.core.clock_means import (
    ClockMean,
    CountingRules,
    DayBy,
    HourSums,
    Windows,
    count_over,
    is_by_clock,
    is_over,
    mean_of_days,
)
from gateway.core.dated_limit import YEAR_MS, LimitSpan
from gateway.core.days_over import Following, JudgedDay, judged_days, runs_of
from gateway.core.instants import DAY_MS, FAR_FUTURE_MS, HOUR_MS, MINUTE_MS
from gateway.core.limits import Limit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RULES = CountingRules()
SLOT_MS = 5 * MINUTE_MS


def sums(
    hours: Sequence[Sequence[float]], averaging: Averaging = Averaging.MEAN, slot_ms: int = SLOT_MS, days: int = 2
) -> HourSums:
    """From 2026-05-01 on; these are the valid values of the first hours."""
    found = HourSums.empty(clock_days(date(2026, 5, 1), date(2026, 5, days), ZONE), slot_ms, averaging)
    for hour, values in enumerate(hours):
        found.add(hour, values)
    return found


def steady(*means: float | None, slot_ms: int = SLOT_MS) -> list[list[float]]:
    """Hours whose slots all have that value; `None`: none has any."""
    return [[] if mean is None else [mean] * (HOUR_MS // slot_ms) for mean in means]


def test_an_hour_needs_nine_of_twelve_slots() -> None:
    hours = sums([[10.0] * 9, [10.0] * 8, []])
    assert [one.mean for one in hours.hour_means(0, 3, RULES)] == [10.0, None, None]


@pytest.mark.parametrize("slot_ms", [10_000, MINUTE_MS, SLOT_MS, HOUR_MS])
def test_whatever_the_slots_length_three_quarters_of_an_hour_are_needed(slot_ms: int) -> None:
    slots = HOUR_MS // slot_ms
    needed = -(-slots * 3 // 4)
    hours = sums([[5.0] * needed, [5.0] * (needed - 1)], slot_ms=slot_ms)
    assert [one.mean for one in hours.hour_means(0, 2, RULES)] == [5.0, None]


def test_a_day_is_the_mean_of_its_slots_not_of_its_hours() -> None:
    """An hour of nine slots weighs less than one of twelve; the hours may lack data where the day does not."""
    day = sums([[100.0] * 9, [40.0] * 8, *steady(*[10.0] * 22)])
    (mean,) = day.day_means(0, 1, RULES)
    assert mean.mean == pytest.approx((900 + 320 + 22 * 120) / (9 + 8 + 264), rel=1e-15)


def test_windows_end_with_each_hour_and_begin_the_evening_before() -> None:
    hours = sums(steady(*[None] * 17, *[150.0] * 7, 150.0, *[20.0] * 23))
    means = [one.mean for one in hours.window_means(8, 24, 48, RULES)]
    assert len(means) == 24
    assert (means[0], means[7]) == (150.0, (150 + 7 * 20) / 8)


def test_windows_side_by_side_are_three_a_day() -> None:
    hours = sums(steady(*[1.0] * 8, *[2.0] * 8, *[3.0] * 8, *[4.0] * 8))
    rules = CountingRules(windows=Windows.SIDE_BY_SIDE)
    found = list(hours.window_means(8, 0, 48, rules))
    assert [one.mean for one in found] == [1.0, 2.0, 3.0, 4.0, None, None]
    assert [hour_label(one.end_ms, ZONE) for one in found[:3]] == ["8:00", "16:00", "24:00"]


def test_amounts_are_added_up_and_directions_have_no_arithmetic_mean() -> None:
    assert [one.mean for one in sums(steady(0.5), Averaging.SUM).hour_means(0, 1, RULES)] == [6.0]
    around_north = [350.0, 10.0] * 6
    assert [one.mean for one in sums([around_north], Averaging.VECTOR).hour_means(0, 1, RULES)] == [0.0]
    opposite = [0.0, 180.0] * 6
    assert [one.mean for one in sums([opposite], Averaging.VECTOR).hour_means(0, 1, RULES)] == [None]


@pytest.mark.parametrize(
    ("values", "highest"), [([0.1] * 12, 0.1), ([7.1, 6.9] * 6, 7.0), ([45.3, 44.7, 45.0] * 4, 45.0), ([0.1, -0.1], 0)]
)
def test_what_lies_on_the_limit_is_not_over_it(values: list[float], highest: float) -> None:
    (mean,) = sums([values]).hour_means(0, 1, CountingRules(min_coverage=1))
    assert mean.mean is not None
    assert not is_over(mean.mean, Limit(None, highest))
    assert is_over(mean.mean + 1e-6, Limit(None, highest))


def test_both_bounds_count_and_the_worst_lies_farthest_outside() -> None:
    """pH 5.5 to 9."""
    span = LimitSpan(Limit(5.5, 9.0))
    means = [ClockMean(0, 1, 0, mean) for mean in (9.2, 7.0, None, 5.1, 9.0, 5.5)]
    count = count_over(means, span)
    assert (count.passed, count.judged, count.not_enough, count.over) == (6, 5, 1, 2)
    assert count.worst is not None
    assert count.worst.mean == 5.1


def test_a_mean_inside_is_the_worst_where_none_is_outside() -> None:
    count = count_over([ClockMean(0, 1, 0, mean) for mean in (5.7, 8.7, 7.2)], LimitSpan(Limit(5.5, 9.0)))
    assert count.worst is not None
    assert (count.over, count.worst.mean) == (0, 5.7)


def change_at(hour: int, averaging_ms: int | None = None) -> tuple[LimitSpan, LimitSpan]:
    at_ms = sums([]).clock.hour_edges_ms[hour]
    return (
        LimitSpan(Limit(None, 50.0, averaging_ms), until_ms=at_ms),
        LimitSpan(Limit(None, 45.0, averaging_ms), at_ms, FAR_FUTURE_MS),
    )


def test_an_hour_is_judged_by_the_limit_that_held_when_it_began() -> None:
    hours = sums(steady(*[48.0] * 48))
    counts = [count_over(hours.hour_means(0, 48, RULES), span) for span in change_at(24)]
    assert [(one.passed, one.over) for one in counts] == [(24, 0), (24, 24)]


def test_a_window_is_judged_with_its_last_hour() -> None:
    hours = sums(steady(*[48.0] * 48))
    counts = [count_over(hours.window_means(8, 24, 48, RULES), span) for span in change_at(24)]
    assert [(one.passed, one.over) for one in counts] == [(0, 0), (24, 24)]


def judged(hours: HourSums, averaging_ms: int | None, rules: CountingRules = RULES) -> list[JudgedDay]:
    return list(judged_days(hours, change_at(24, averaging_ms), averaging_ms, rules, 0, len(hours.clock.days)))


@pytest.mark.parametrize("averaging_ms", [None, DAY_MS])
def test_a_day_is_judged_by_its_mean(averaging_ms: int | None) -> None:
    days = judged(sums(steady(*[48.0] * 24, *[60.0] * 12, *[20.0] * 12)), averaging_ms)
    assert [(one.is_over, one.worst) for one in days] == [(False, 48.0), (False, 40.0)]


def test_by_its_hours_a_day_is_over_as_soon_as_one_is() -> None:
    hours = sums(steady(*[48.0] * 24, *[60.0] * 2, *[20.0] * 22))
    for averaging_ms, rules in ((HOUR_MS, RULES), (None, CountingRules(every_value=DayBy.HOUR_MEAN))):
        days = judged(hours, averaging_ms, rules)
        assert [(one.is_over, one.over, one.worst) for one in days] == [(False, 0, 48.0), (True, 2, 60.0)]


def test_a_day_of_which_too_little_was_measured_is_neither_over_nor_within() -> None:
    hours = sums(steady(*[10.0] * 17, *[None] * 7, 60.0, *[None] * 23))
    assert [one.is_over for one in judged(hours, HOUR_MS)] == [None, True], "one hour over is enough to know"
    assert [one.is_over for one in judged(hours, DAY_MS)] == [None, None]


def test_a_day_without_a_limit_is_not_over_it() -> None:
    hours = sums(steady(*[60.0] * 48))
    days = judged_days(hours, change_at(24)[1:], None, RULES, 0, 2)
    assert [(one.limit, one.is_over) for one in days] == [(None, False), (Limit(None, 45.0), True)]


def test_runs_end_with_a_day_within_and_with_one_that_nobody_knows() -> None:
    said = [True, True, False, True, None, None, True, True, True]
    limit = Limit(None, 50.0)
    days = [JudgedDay(date(2026, 5, n), limit, one, 50.0 + n if one else None) for n, one in enumerate(said, 1)]
    assert [(run.first.day, run.last.day, run.days, run.worst, run.followed_by) for run in runs_of(days)] == [
        (1, 2, 2, 52.0, Following.WITHIN),
        (4, 4, 1, 54.0, Following.NOT_ENOUGH),
        (7, 9, 3, 59.0, Following.NOT_OVER_YET),
    ]


def test_the_worst_of_a_run_is_reckoned_from_each_days_own_limit() -> None:
    days = [
        JudgedDay(date(2026, 5, 1), Limit(None, 50.0), True, 51.0),
        JudgedDay(date(2026, 5, 2), Limit(None, 40.0), True, 48.0),
    ]
    assert runs_of(days)[0].worst == 48.0


def test_a_year_weighs_each_day_alike_and_needs_three_quarters_of_them() -> None:
    assert mean_of_days([40.0, 50.0, 60.0], 4, Averaging.MEAN, RULES) == 50.0
    assert mean_of_days([40.0, 50.0], 3, Averaging.MEAN, RULES) is None
    assert mean_of_days([], 0, Averaging.MEAN, RULES) is None


@pytest.mark.parametrize(
    ("averaging_ms", "is_counted"),
    [(None, True), (HOUR_MS, True), (8 * HOUR_MS, True), (DAY_MS, True), (YEAR_MS, False), (90 * MINUTE_MS, False)],
)
def test_only_whole_hours_and_days_are_counted_by_the_clock(averaging_ms: int | None, is_counted: bool) -> None:
    assert is_by_clock(averaging_ms) is is_counted


def test_an_hour_that_ends_at_midnight_is_the_24th() -> None:
    clock = clock_days(date(2026, 5, 1), date(2026, 5, 1), ZONE)
    labels = [hour_label(end_ms, ZONE) for end_ms in clock.hour_edges_ms[1:]]
    assert (labels[0], labels[9], labels[23]) == ("1:00", "10:00", "24:00")
    half = ZoneInfo("Asia/Kolkata")
    assert hour_label(clock_days(date(2026, 5, 1), date(2026, 5, 1), half).hour_edges_ms[24], half) == "24:00"
