"""Report: where the permit's limits were exceeded: what the records of the whole time show, and what was noticed.

A limit of means over an hour or more is compared with the mean that ends with each slot, as the watch over the records
does, so that a time in which nobody watched is judged by the same rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.averaging import rolling_means
from gateway.core.dated_limit import YEAR_MS, LimitSpan
from gateway.core.limit_days import dated
from gateway.core.limits import MEAN_COVERAGE_PERCENT, Level, Limit
from gateway.core.record import measured_value
from gateway.records.store import RecordStore
from gateway.reports.document import (
    Cell,
    DurationCell,
    RatioCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TimeCell,
    ValueCell,
    heads,
)
from gateway.reports.event_tables import approach_table, event_table
from gateway.reports.events import Topic
from gateway.reports.hours_and_days import (
    counting_facts,
    day_section,
    days_over_section,
    hour_section,
    hours_and_days,
    run_section,
    window_section,
)
from gateway.reports.limit_table import limits_section
from gateway.reports.limits import Bounds
from gateway.reports.report_data import MeasuredColumn, ReportData
from gateway.reports.statistics import chart
from gateway.reports.years import year_section


@dataclass(frozen=True, slots=True)
class _Compared:
    """What a limit is about, slot by slot: values, or means that end with the slot; `None` where there is none, and
    where another limit was in force."""

    measured: MeasuredColumn
    span: LimitSpan
    values: Sequence[float | None]

    @property
    def limit(self) -> Limit:
        return self.span.limit

    @property
    def valid(self) -> int:
        return sum(value is not None for value in self.values)

    @property
    def outside(self) -> list[tuple[float, int]]:
        """How far each that exceeds the limit lies beyond it, and its position negated."""
        bounds = Bounds(self.limit.lowest, self.limit.highest)
        excesses = [(bounds.excess(value), -at) for at, value in enumerate(self.values) if value is not None]
        return [one for one in excesses if one[0] > 0]


def exceedances(data: ReportData) -> Report:
    limited = [one for one in data.measured if one.limits]
    compared = [
        _compared(one, span, data) for one in limited for span in one.limits if (span.limit.averaging_ms or 0) < YEAR_MS
    ]
    exceeded = [one for one in compared if one.outside]
    counted = hours_and_days(data)
    levels = data.events.findings(Topic.EXCEEDANCE, data.period.from_ms, data.period.until_ms)
    findings = [one for one in levels if one.episode.kind == Level.EXCEEDED]
    return Report(
        ReportKind.EXCEEDANCES,
        data.heading,
        (
            ("limited_parameters", len(limited)),
            ("exceeded_parameters", len({one.measured.parameter for one in exceeded})),
            ("exceeded_slots", sum(len(one.outside) for one in exceeded)),
            *counting_facts(counted),
            ("noted_exceedances", len(findings)),
        ),
        (
            *limits_section(data),
            ReportSection("limits", _limits(compared, data)),
            hour_section(counted),
            window_section(counted),
            day_section(counted),
            days_over_section(counted),
            run_section(counted),
            year_section(counted),
            ReportSection("charts", pictures=[chart(one, data) for one in limited]),
            ReportSection("exceedances", event_table(findings, data)),
            ReportSection(
                "approaches", approach_table([one for one in levels if one.episode.kind != Level.EXCEEDED], data)
            ),
        ),
    )


def _compared(measured: MeasuredColumn, span: LimitSpan, data: ReportData) -> _Compared:
    column, limit = measured.column, span.limit
    begin, end = data.columns.within(span.from_ms, span.until_ms)

    def in_force(values: Sequence[float | None]) -> Sequence[float | None]:
        return [value if begin <= position < end else None for position, value in enumerate(values)]

    values = [column.values[position] if column.is_valid(position) else None for position in range(data.columns.slots)]
    if limit.averaging_ms is None:
        return _Compared(measured, span, in_force(values))
    length_ms, after_ms = data.columns.length_ms, data.columns.after_ms
    width = max(1, limit.averaging_ms // length_ms)
    before: list[float | None] = [None] * (width - 1)
    first_ms = after_ms - len(before) * length_ms
    for end_ms, average in RecordStore(data.database).series(measured.parameter, length_ms, first_ms, after_ms):
        before[(end_ms - first_ms) // length_ms - 1] = measured_value(average)
    means = rolling_means([*before, *values], width, MEAN_COVERAGE_PERCENT)
    return _Compared(measured, span, in_force(means[len(before) :]))


def _limits(compared: list[_Compared], data: ReportData) -> ReportTable:
    columns = (
        *heads("parameter", "unit", "averaged_over", "limit_least", "limit_most", "valid_from", "valid_until"),
        *heads("valid", "exceeded", "exceeded_share", "farthest", "farthest_at"),
    )
    return ReportTable(columns, tuple(_row(one, data) for one in compared))


def _row(one: _Compared, data: ReportData) -> tuple[Cell, ...]:
    measured, limit, outside = one.measured, one.limit, one.outside
    held = dated(one.span, data.period.zone)
    return (
        measured.parameter.symbol,
        measured.parameter.unit,
        None if limit.averaging_ms is None else DurationCell(limit.averaging_ms, in_hours=True),
        *(
            None if bound is None else ValueCell.exact(bound, measured.decimals)
            for bound in (limit.lowest, limit.highest)
        ),
        *(held.since, held.until),
        one.valid,
        len(outside),
        RatioCell(len(outside) / one.valid) if one.valid else None,
        *_farthest(one, outside, data),
    )


def _farthest(one: _Compared, outside: list[tuple[float, int]], data: ReportData) -> tuple[Cell, Cell]:
    """What lay farthest outside, and when."""
    if not outside:
        return None, None
    position = -max(outside)[1]
    value = one.values[position]
    return None if value is None else ValueCell(value, one.measured.decimals), TimeCell(data.columns.end_ms(position))
