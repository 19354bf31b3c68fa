"""Reports: what was measured, day by day and over the whole time. From records of status 00 alone, each taken as it is:
nothing is smoothed, filled in or left out."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.averaging import Averaging, arithmetic_mean, total, vector_mean
from gateway.records.columns import Columns
from gateway.reports.air_days import air_sections
from gateway.reports.completeness import destination_table
from gateway.reports.document import (
    Cell,
    Chart,
    Head,
    RatioCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TimeCell,
    ValueCell,
    heads,
)
from gateway.reports.interruptions import counted, interruptions
from gateway.reports.limit_table import limits_section
from gateway.reports.limits import Bounds
from gateway.reports.report_data import MeasuredColumn, ReportData
from gateway.reports.thinning import step_ms, thinned

MOST_STEPS = 750
"""Of a picture: an hour each in a month. More would not be seen on paper."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the valid slots at some positions: `None` where there is none. `mean` of an angle is that of its vectors;
    `total` is there for amounts, such as rain, which have no mean."""

    expected: int
    valid: int
    least: float | None
    mean: float | None
    greatest: float | None
    total: float | None
    exceeded: int | None
    """How many lie outside the limit; `None` if there is no limit."""

    @property
    def share(self) -> float:
        return self.valid / self.expected if self.expected else 0.0


def statistics(measured: MeasuredColumn, columns: Columns, begin: int, end: int) -> Statistics:
    """Of the slots at `[begin, end)`."""
    values = measured.column.valid(begin, end)
    mean = amount = None
    if values and measured.averaging is Averaging.SUM:
        amount = total(values)
    elif values:
        mean = vector_mean(values) if measured.averaging is Averaging.VECTOR else arithmetic_mean(values)
    return Statistics(
        end - begin,
        len(values),
        min(values, default=None),
        mean,
        max(values, default=None),
        amount,
        _exceeded(measured, columns, begin, end) if measured.has_bounds else None,
    )


def _exceeded(measured: MeasuredColumn, columns: Columns, begin: int, end: int) -> int:
    """How many slots lie outside the limit that was in force when they began."""
    column, count = measured.column, 0
    for span in measured.limits:
        if span.limit.averaging_ms is None:
            bounds = Bounds(span.limit.lowest, span.limit.highest)
            first, last = (min(max(position, begin), end) for position in columns.within(span.from_ms, span.until_ms))
            count += sum(map(bounds.are_exceeded_by, column.valid(first, last)))
    return count


def daily(data: ReportData) -> Report:
    """A row for each day and parameter."""
    rows: list[tuple[Cell, ...]] = []
    for day, first_ms, last_ms in data.period.days():
        begin, end = data.columns.position(first_ms - 1), data.columns.position(last_ms)
        rows += [(day, *_row(measured, data.columns, begin, end)) for measured in data.measured]
    table = ReportTable((*heads("day"), *_heads()), tuple(rows))
    return Report(
        ReportKind.DAILY,
        data.heading,
        _facts(data),
        (ReportSection("daily", table), *air_sections(data), *limits_section(data), _charts(data)),
    )


def monthly(data: ReportData) -> Report:
    """A row for each parameter, when its extremes were, and what became of it all at the authorities."""
    extremes = heads("parameter", "least", "least_at", "greatest", "greatest_at")
    return Report(
        ReportKind.MONTHLY,
        data.heading,
        _facts(data),
        (
            ReportSection(
                "monthly",
                ReportTable(_heads(), tuple(_row(one, data.columns, 0, data.columns.slots) for one in data.measured)),
            ),
            ReportSection("extremes", ReportTable(extremes, tuple(_extremes(one, data) for one in data.measured))),
            ReportSection("destinations", destination_table(data)),
            *air_sections(data),
            *limits_section(data),
            _charts(data),
        ),
    )


def chart(measured: MeasuredColumn, data: ReportData) -> Chart:
    """The parameter through the whole time."""
    columns = data.columns
    width = step_ms(columns.length_ms, columns.slots * columns.length_ms, MOST_STEPS) // columns.length_ms
    steps = thinned(measured.column, measured.averaging, width)
    return Chart(
        measured.parameter.symbol,
        measured.parameter.unit,
        columns.after_ms,
        width * columns.length_ms,
        tuple(step.extremes for step in steps),
        measured.limits,
    )


def _facts(data: ReportData) -> tuple[tuple[str, Cell], ...]:
    recorded, slots = sum(data.columns.recorded), data.columns.slots
    count = counted(interruptions(data))
    return (
        ("expected_slots", slots),
        ("recorded_slots", recorded),
        ("recorded_share", RatioCell(recorded / slots if slots else 0.0)),
        ("interruptions", count.interruptions),
        ("reportable", count.reportable),
    )


def _heads() -> tuple[Head, ...]:
    return heads(
        "parameter", "unit", "least", "mean", "greatest", "total", "valid", "expected", "valid_share", "exceeded"
    )


def _row(measured: MeasuredColumn, columns: Columns, begin: int, end: int) -> tuple[Cell, ...]:
    found = statistics(measured, columns, begin, end)
    return (
        measured.parameter.symbol,
        measured.parameter.unit,
        *(_shown(value, measured) for value in (found.least, found.mean, found.greatest, found.total)),
        found.valid,
        found.expected,
        RatioCell(found.share),
        found.exceeded,
    )


def _extremes(measured: MeasuredColumn, data: ReportData) -> tuple[Cell, ...]:
    values = measured.column.valid(0, data.columns.slots)
    if not values:
        return (measured.parameter.symbol, None, None, None, None)
    cells: list[Cell] = [measured.parameter.symbol]
    for extreme in (min(values), max(values)):
        cells += [_shown(extreme, measured), TimeCell(_first_ms(measured, extreme, data))]
    return tuple(cells)


def _first_ms(measured: MeasuredColumn, value: float, data: ReportData) -> int:
    """End of the first valid slot with that value."""
    column = measured.column
    position = next(at for at in range(data.columns.slots) if column.values[at] == value and column.is_valid(at))
    return data.columns.end_ms(position)


def _shown(value: float | None, measured: MeasuredColumn) -> ValueCell | None:
    return None if value is None else ValueCell(value, measured.decimals)


def _charts(data: ReportData) -> ReportSection:
    return ReportSection("charts", pictures=[chart(one, data) for one in data.measured])
