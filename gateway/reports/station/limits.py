"""What the permit allows: limit by limit, with the standard it comes from and the days on which it holds."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.reports.document import Cell, DurationCell, FactorsCell, ReportTable, heads
from gateway.reports.station.equipment import bound


def permit_limits(configuration: Configuration) -> ReportTable:
    """A row for each limit of each line of the file, and each stretch of days."""
    rows: list[tuple[Cell, ...]] = []
    for line in configuration.sent:
        for dated in line.limits:
            limit, origin = dated.limit, dated.origin
            rows.append(
                (
                    line.line,
                    line.unit,
                    bound(limit.lowest),
                    bound(limit.highest),
                    None if limit.averaging_ms is None else DurationCell(limit.averaging_ms, in_hours=True),
                    None if origin is None else origin.standard,
                    None if origin is None else ", ".join(value for _, value in origin.choices) or None,
                    FactorsCell(origin.coefficients) if origin is not None and origin.coefficients else None,
                    dated.since,
                    dated.until,
                )
            )
    columns = (
        *heads("parameter", "unit", "limit_least", "limit_most", "averaged_over", "standard", "standard_column"),
        *heads("coefficients", "valid_from", "valid_until"),
    )
    return ReportTable(columns, tuple(rows))
