"""Section of a report: means of the year of the calendar so far, against limits for a year.

QCVN 05:2023, 1.3.9: a yearly mean is that of what was measured on the days of one year. Here it is the mean of the
days' means, so that each day weighs the same; how many days there must be, no source says (`min_coverage`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.core.averaging import Averaging
from gateway.core.clock_means import is_over, mean_of_days
from gateway.core.dated_limit import YEAR_MS, LimitSpan
from gateway.core.instants import day_begins_ms
from gateway.core.reading import Parameter
from gateway.reports.clock_sums import ClockSums, sums_of_days
from gateway.reports.document import Cell, ReportSection, ReportTable, TermCell, ValueCell, heads
from gateway.reports.hours_and_days import HoursAndDays
from gateway.reports.report_data import MeasuredColumn, ReportData

_COLUMNS = ("parameter", "unit", "year", "limit_least", "limit_most", "year_mean", "year_until", "days_counted")
Days = dict[date, float | None]
"""The mean of each day; `None`: too little was measured."""


def year_section(counted: HoursAndDays) -> ReportSection:
    """A row for each limit for a year that held when the year began, and each year that the report touches."""
    data = counted.data
    yearly = [one for one in counted.limited if any(span.limit.averaging_ms == YEAR_MS for span in one.limits)]
    rows: list[tuple[Cell, ...]] = []
    if yearly and counted.sums.days:
        means = _means(data, counted.sums, yearly)
        for year in range(counted.sums.days[0].year, counted.sums.days[-1].year + 1):
            begins_ms = day_begins_ms(date(year, 1, 1), ZoneInfo(data.period.zone))
            for one in yearly:
                days = {day: mean for day, mean in means[one.parameter].items() if day.year == year}
                spans = (span for span in data.limit_history(one.parameter) if span.limit.averaging_ms == YEAR_MS)
                rows += [_row(one, year, span, days, data) for span in spans if span.holds_at(begins_ms)]
    columns = heads(*_COLUMNS, "not_enough", "outcome")
    return ReportSection("years", ReportTable(columns, tuple(rows)))


def _means(data: ReportData, sums: ClockSums, yearly: list[MeasuredColumn]) -> Mapping[Parameter, Days]:
    """From the first day of the first year on, to the report's last whole day."""
    averaging: Mapping[Parameter, Averaging] = {one.parameter: one.averaging for one in yearly}
    found: Mapping[Parameter, Days] = {parameter: {} for parameter in averaging}
    first, behind = date(sums.days[0].year, 1, 1), sums.days[0]
    for portion in (*sums_of_days(data, first, behind - timedelta(days=1), averaging), sums):
        for parameter, days in found.items():
            own = portion.by_parameter[parameter].day_means(portion.first_day, portion.behind_day, data.counting)
            days.update(zip(portion.days, (one.mean for one in own), strict=True))
    return found


def _row(one: MeasuredColumn, year: int, span: LimitSpan, days: Days, data: ReportData) -> tuple[Cell, ...]:
    limit, known = span.limit, [mean for mean in days.values() if mean is not None]
    mean = mean_of_days(known, len(days), one.averaging, data.counting)
    outcome = "not_enough" if mean is None else "over" if is_over(mean, limit) else "within"
    return (
        one.parameter.symbol,
        one.parameter.unit,
        str(year),
        *(None if bound is None else ValueCell.exact(bound, one.decimals) for bound in (limit.lowest, limit.highest)),
        None if mean is None else ValueCell(mean, one.decimals),
        max(days),
        len(days),
        len(days) - len(known),
        TermCell(outcome, "year", is_alarming=outcome == "over"),
    )
