"""What the newest calibration and comparison of each parameter showed."""

from __future__ import annotations

from gateway.calibrations.results import CalibrationResults
from gateway.config import Configuration
from gateway.core.calibration_check import CheckKind
from gateway.db import Database
from gateway.reports.document import Cell, ReportTable, TermCell, TimeCell, ValueCell, heads


def newest_calibrations(configuration: Configuration, database: Database) -> ReportTable:
    """A row for each kind of check that a parameter ever had, in the order of the file. The whole history is a report
    of its own."""
    results = CalibrationResults(database)
    rows: list[tuple[Cell, ...]] = []
    for line in configuration.sent:
        for kind in CheckKind:
            newest = results.newest_valid(line.line, (kind,))
            if newest is None:
                continue
            check, decimals = newest.check, line.shown_decimals + 1
            rows.append(
                (
                    check.symbol,
                    check.unit,
                    TermCell(check.kind, "check"),
                    TimeCell(check.at_ms),
                    ValueCell.exact(check.reference, 0),
                    ValueCell(check.measured, decimals),
                    ValueCell(check.deviation, decimals),
                    newest.kept_by,
                    newest.standard.certificate,
                )
            )
    columns = heads(
        "parameter", "unit", "check", "measured_at", "reference", "measured", "deviation", "done_by", "certificate"
    )
    return ReportTable(columns, tuple(rows))
