"""Sections of reports: clock hours and days over the permit's limits, counted as an officer does.

Beside the comparison slot by slot, and not in its place: that is what the watch over the records sees while it happens.
How it is counted, and what no regulation says: docs/decisions/0039-hours-and-days-as-an-officer-counts.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gateway.core.clock_days import hour_label
from gateway.core.clock_means import count_over, is_by_clock
from gateway.core.dated_limit import LimitSpan
from gateway.core.days_over import DayRun, by_day_mean, runs_of
from gateway.core.instants import DAY_MS, HOUR_MS, local_time
from gateway.core.limits import Limit
from gateway.reports.clock_sums import ClockSums, sums_of_period
from gateway.reports.days_around import Judged, Watched, days_of_period, with_days_around
from gateway.reports.document import (
    Cell,
    DurationCell,
    RatioCell,
    ReportSection,
    ReportTable,
    TermCell,
    ValueCell,
    heads,
)
from gateway.reports.report_data import MeasuredColumn, ReportData

_LIMIT = ("parameter", "unit", "averaged_over", "limit_least", "limit_most")
_WORST = ("worst_mean", "worst_day", "worst_hour")


@dataclass(frozen=True, slots=True)
class HoursAndDays:
    """What is counted of a report's time. `days` are those that lie in it, `runs` of days over a limit those that touch
    it, each as a whole."""

    data: ReportData
    limited: tuple[MeasuredColumn, ...]
    sums: ClockSums
    days: Judged
    runs: dict[Watched, list[DayRun]]

    def spans(self) -> Iterator[tuple[MeasuredColumn, LimitSpan]]:
        """Of each parameter, what was in force at some time of the report's days. Its first slot began the day before:
        a limit that ended with that day is of no hour or day that is counted."""
        period = self.data.period
        for one in self.limited:
            for span in one.limits:
                is_of_period = span.from_ms <= period.until_ms and period.from_ms < span.until_ms
                if is_by_clock(span.limit.averaging_ms) and is_of_period:
                    yield one, span


def hours_and_days(data: ReportData) -> HoursAndDays:
    limited = tuple(one for one in data.measured if one.limits)
    sums = sums_of_period(data, limited)
    days = days_of_period(data, limited, sums)
    runs = {
        one: [run for run in runs_of(judged) if run.first <= sums.days[-1] and sums.days[0] <= run.last]
        for one, judged in with_days_around(data, days).items()
    }
    return HoursAndDays(data, limited, sums, days, runs)


def counting_facts(counted: HoursAndDays) -> tuple[tuple[str, Cell], ...]:
    over = {day.day for judged in counted.days.values() for day in judged if day.is_over}
    longest = max((run.days for runs in counted.runs.values() for run in runs), default=0)
    coverage = RatioCell(counted.data.counting.min_coverage / 100)
    return (("days_over", len(over)), ("longest_run", longest), ("mean_coverage", coverage))


def hour_section(counted: HoursAndDays) -> ReportSection:
    """A row for each limit for an hour, and for every value: how many of the clock's hours have a mean beyond it."""
    rows = tuple(
        _counted(counted, one, span, HOUR_MS)
        for one, span in counted.spans()
        if span.limit.averaging_ms in (None, HOUR_MS)
    )
    columns = heads(*_LIMIT, "hours", "not_enough", "hours_over", "over_share", *_WORST)
    return ReportSection("clock_hours", ReportTable(columns, rows))


def window_section(counted: HoursAndDays) -> ReportSection:
    """A row for each limit for several hours, but not a day."""
    rows = tuple(
        _counted(counted, one, span, width_ms)
        for one, span in counted.spans()
        if (width_ms := span.limit.averaging_ms) is not None and HOUR_MS < width_ms < DAY_MS
    )
    columns = heads(*_LIMIT, "windows", "not_enough", "windows_over", "over_share", *_WORST)
    return ReportSection("clock_windows", ReportTable(columns, rows))


def day_section(counted: HoursAndDays) -> ReportSection:
    """A row for each limit: how many days are over it, and the longest time without another day between."""
    columns = heads(*_LIMIT, "judged_by", "days_counted", "not_enough", "days_over", "over_share", "longest_run")
    return ReportSection(
        "limit_days", ReportTable(columns, tuple(_days(counted, one, span) for one, span in counted.spans()))
    )


def days_over_section(counted: HoursAndDays) -> ReportSection:
    """Every day over a limit, by name."""
    rows: list[tuple[Cell, ...]] = []
    found = ((day, one) for one, judged in counted.days.items() for day in judged if day.is_over)
    for day, one in sorted(found, key=lambda pair: pair[0].day):
        if day.limit is not None and day.worst is not None:
            is_one_mean = by_day_mean(one.averaging_ms, counted.data.counting)
            worst = ValueCell(day.worst, one.decimals)
            rows.append((day.day, *_limit_cells(one, day.limit), worst, None if is_one_mean else day.over))
    return ReportSection("days_over", ReportTable(heads("day", *_LIMIT, "worst_mean", "means_over"), tuple(rows)))


def run_section(counted: HoursAndDays) -> ReportSection:
    """Days over a limit one after the other, each time as a whole."""
    rows = tuple(
        (
            one.parameter.symbol,
            one.parameter.unit,
            _length(one.averaging_ms),
            run.first,
            run.last,
            run.days,
            ValueCell(run.worst, one.decimals),
            TermCell(run.followed_by, "after_run"),
        )
        for one, runs in counted.runs.items()
        for run in runs
        if run.days >= counted.data.counting.days_in_a_row
    )
    columns = ("parameter", "unit", "averaged_over", "first_day", "last_day", "run_days", "worst_mean", "followed_by")
    return ReportSection("runs", ReportTable(heads(*columns), rows))


def _counted(counted: HoursAndDays, one: MeasuredColumn, span: LimitSpan, width_ms: int) -> tuple[Cell, ...]:
    sums, rules = counted.sums, counted.data.counting
    means = sums.by_parameter[one.parameter].means(width_ms, sums.first_hour, sums.behind_hour, rules)
    count = count_over(means, span)
    worst: tuple[Cell, ...] = (None, None, None)
    if count.worst is not None and count.worst.mean is not None:
        zone, end_ms = ZoneInfo(counted.data.period.zone), count.worst.end_ms
        day = local_time(end_ms - 1, zone).date()
        worst = (ValueCell(count.worst.mean, one.decimals), day, hour_label(end_ms, zone))
    share = _share(count.over, count.judged)
    return (*_limit_cells(one, span.limit), count.passed, count.not_enough, count.over, share, *worst)


def _days(counted: HoursAndDays, measured: MeasuredColumn, span: LimitSpan) -> tuple[Cell, ...]:
    averaging_ms, sums = span.limit.averaging_ms, counted.sums
    one = Watched.of(measured, averaging_ms)
    begins_ms = sums.clock.day_edges_ms[sums.first_day : sums.behind_day]
    days = [day for day, begin_ms in zip(counted.days[one], begins_ms, strict=True) if span.holds_at(begin_ms)]
    over, not_enough = (sum(day.is_over is said for day in days) for said in (True, None))
    runs = [run for run in counted.runs.get(one, ()) if days and run.first <= days[-1].day and days[0].day <= run.last]
    by = "windows" if averaging_ms is not None and averaging_ms > HOUR_MS else "hours"
    return (
        *_limit_cells(measured, span.limit),
        TermCell("day_mean" if by_day_mean(averaging_ms, counted.data.counting) else by, "judged_by"),
        len(days),
        not_enough,
        over,
        _share(over, len(days) - not_enough),
        max((run.days for run in runs), default=0),
    )


def _limit_cells(one: MeasuredColumn | Watched, limit: Limit) -> tuple[Cell, ...]:
    bounds = (limit.lowest, limit.highest)
    return (
        one.parameter.symbol,
        one.parameter.unit,
        _length(limit.averaging_ms),
        *(None if bound is None else ValueCell.exact(bound, one.decimals) for bound in bounds),
    )


def _length(averaging_ms: int | None) -> DurationCell | None:
    return None if averaging_ms is None else DurationCell(averaging_ms, in_hours=True)


def _share(over: int, judged: int) -> RatioCell | None:
    return RatioCell(over / judged) if judged else None
