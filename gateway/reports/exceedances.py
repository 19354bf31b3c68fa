"""Report: where the permit's limits were exceeded: what the records show, and what was noticed meanwhile."""

from __future__ import annotations

from gateway.core.limits import Limit
from gateway.reports.document import Cell, Length, Measure, Moment, Report, Section, Share, Table, heads
from gateway.reports.events import Topic
from gateway.reports.noted import table_of
from gateway.reports.statistics import chart, statistics
from gateway.reports.survey import Measured, Survey


def exceedances(seen: Survey) -> Report:
    limited = [one for one in seen.measured if one.limits]
    counts = [statistics(one, 0, seen.columns.slots).exceeded or 0 for one in limited]
    noted = seen.events.noted(Topic.EXCEEDANCE, seen.period.from_ms, seen.period.until_ms)
    return Report(
        "exceedances",
        seen.heading,
        (
            ("limited_parameters", len(limited)),
            ("exceeded_parameters", sum(count > 0 for count in counts)),
            ("exceeded_slots", sum(counts)),
            ("noted_exceedances", len(noted)),
        ),
        (
            Section("limits", _limits(limited, seen)),
            Section("exceedances", table_of(noted, seen)),
            Section("charts", pictures=[chart(one, seen) for one in limited]),
        ),
    )


def _limits(limited: list[Measured], seen: Survey) -> Table:
    columns = (
        *heads("parameter", "unit", "averaged_over", "limit_least", "limit_most"),
        *heads("valid", "exceeded", "exceeded_share", "farthest", "farthest_at"),
    )
    return Table(columns, tuple(_row(one, limit, seen) for one in limited for limit in one.limits))


def _row(measured: Measured, limit: Limit, seen: Survey) -> tuple[Cell, ...]:
    """Means over an hour or more are judged while they form: for them there is what was noted."""
    return (
        measured.parameter.symbol,
        measured.parameter.unit,
        None if limit.averaging_ms is None else Length(limit.averaging_ms),
        *(None if bound is None else Measure(bound, measured.decimals) for bound in (limit.lowest, limit.highest)),
        *((None,) * 5 if limit.averaging_ms is not None else _compared(measured, seen)),
    )


def _compared(measured: Measured, seen: Survey) -> tuple[Cell, Cell, Cell, Cell, Cell]:
    found = statistics(measured, 0, seen.columns.slots)
    exceeded = found.exceeded or 0
    share = Share(exceeded / found.valid) if found.valid else None
    return found.valid, exceeded, share, *_farthest(measured, seen)


def _farthest(measured: Measured, seen: Survey) -> tuple[Cell, Cell]:
    """The value that lay farthest outside, and when."""
    bounds, column = measured.bounds, measured.column
    outside = [
        (bounds.excess(column.values[position]), -position)
        for position in range(seen.columns.slots)
        if bounds is not None and column.is_valid(position) and bounds.are_exceeded_by(column.values[position])
    ]
    if not outside:
        return None, None
    position = -max(outside)[1]
    return Measure(column.values[position], measured.decimals), Moment(seen.columns.end_ms(position))
