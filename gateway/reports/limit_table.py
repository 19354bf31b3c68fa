"""The limits that something was held against, as reports show them: the number, the standard that it comes from with
what the permit chose of it, and the days on which it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.core.dated_limit import DatedLimit
from gateway.core.limit_days import dated
from gateway.core.reading import Parameter
from gateway.reports.document import (
    Cell,
    DurationCell,
    FactorsCell,
    ReportSection,
    ReportTable,
    ValueCell,
    heads,
)
from gateway.reports.report_data import ReportData

ORIGIN_HEADS = heads("standard", "standard_column", "coefficients", "valid_from", "valid_until")


def origin_cells(limit: DatedLimit) -> tuple[Cell, ...]:
    """One for each of `ORIGIN_HEADS`."""
    origin = limit.origin
    if origin is None:
        return (None, None, None, limit.since, limit.until)
    chosen = ", ".join(value if name == "column" else f"{name}: {value}" for name, value in origin.choices)
    factors = FactorsCell(origin) if origin.coefficients else None
    return (origin.standard, chosen or None, factors, limit.since, limit.until)


def limit_table(limits: Iterable[tuple[Parameter, DatedLimit]]) -> ReportTable:
    """A row for each."""
    rows = tuple(
        (
            parameter.symbol,
            parameter.unit,
            *(None if bound is None else ValueCell.exact(bound, 0) for bound in (one.limit.lowest, one.limit.highest)),
            None if one.limit.averaging_ms is None else DurationCell(one.limit.averaging_ms, in_hours=True),
            *origin_cells(one),
        )
        for parameter, one in limits
    )
    return ReportTable((*heads("parameter", "unit", "limit_least", "limit_most", "averaged_over"), *ORIGIN_HEADS), rows)


def limits_section(data: ReportData) -> Iterator[ReportSection]:
    """Those that were in force at some time of the report; nothing, if none was."""
    found = [(one.parameter, dated(span, data.period.zone)) for one in data.measured for span in one.limits]
    if found:
        yield ReportSection("limits_in_force", limit_table(found))
