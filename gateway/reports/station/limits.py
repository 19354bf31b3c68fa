"""What the permit allows: limit by limit, with the standard it comes from."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.reports.document import Cell, DurationCell, FactorsCell, ReportTable, heads
from gateway.reports.station.equipment import bound


def permit_limits(configuration: Configuration) -> ReportTable:
    """A row for each limit of each line of the file."""
    rows: list[tuple[Cell, ...]] = []
    for line in configuration.sent:
        for limit in line.limits:
            averaging_ms, by = limit.averaging_ms, line.limit
            named = () if by is None else (("kq", by.kq), ("kf", by.kf), ("kp", by.kp), ("kv", by.kv))
            factors = tuple((name, factor) for name, factor in named if factor is not None)
            rows.append(
                (
                    line.line,
                    line.unit,
                    bound(limit.lowest),
                    bound(limit.highest),
                    None if averaging_ms is None else DurationCell(averaging_ms, in_hours=True),
                    None if by is None else by.standard,
                    None if by is None else by.column,
                    FactorsCell(factors) if factors else None,
                )
            )
    columns = heads(
        "parameter", "unit", "limit_least", "limit_most", "averaged_over", "standard", "standard_column", "coefficients"
    )
    return ReportTable(columns, tuple(rows))
