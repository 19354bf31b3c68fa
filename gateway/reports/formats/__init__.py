"""Formats of a report: text, page, CSV, workbook, document, JSON: a module with a function each. `render` chooses."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from gateway.config import Language
from gateway.reports.document import Report
from gateway.texts import Wording


class ReportFormat(StrEnum):
    TEXT = "text"
    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"
    DOCX = "docx"
    JSON = "json"

    @property
    def is_text(self) -> bool:
        """Whether it may stand on a terminal."""
        return self not in (ReportFormat.XLSX, ReportFormat.DOCX)


def render(report: Report, file_format: ReportFormat, language: Language) -> bytes:
    """The report in that format; text as UTF-8.

    Raises:
        GatewayError: a package that the format needs is not installed.
    """
    return _renderer(file_format)(report, Wording.of(language))


def _renderer(file_format: ReportFormat) -> Callable[[Report, Wording], bytes]:
    """Imported when asked for: openpyxl costs a box that never writes a workbook a quarter of a second."""
    if file_format is ReportFormat.TEXT:
        from gateway.reports.formats.plain_text import plain_text

        return plain_text
    if file_format is ReportFormat.HTML:
        from gateway.reports.formats.html_page import html_page

        return html_page
    if file_format is ReportFormat.CSV:
        from gateway.reports.formats.csv_tables import csv_tables

        return csv_tables
    if file_format is ReportFormat.XLSX:
        from gateway.reports.formats.workbook import workbook

        return workbook
    if file_format is ReportFormat.DOCX:
        from gateway.reports.formats.office_document import office_document

        return office_document
    from gateway.reports.formats.json_object import json_object

    return json_object
