"""Format: CSV of the report's first table, for programs: stable keys, decimal points, ISO times, ratios from 0 to 1."""

from __future__ import annotations

import csv
import io

from gateway.reports.document import Report
from gateway.reports.formats.cells import value_of
from gateway.reports.spreadsheet_text import unarmed
from gateway.texts import Wording


def csv_tables(report: Report, wording: Wording) -> bytes:
    """All tables of a report would not fit one another; workbook and JSON have them all."""
    table = next(section.table for section in report.sections if section.table is not None)
    zone = report.heading.period.zone
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(head.key for head in table.columns)
    rows.writerows([unarmed(value_of(cell, zone)) for cell in row] for row in table.rows)
    return written.getvalue().encode("utf-8")
