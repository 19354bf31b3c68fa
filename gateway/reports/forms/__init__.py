"""A report's forms: text, page, CSV, workbook, JSON. Each is a module with one function; `render` leads in."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from gateway.config import Language
from gateway.reports.document import Report
from gateway.texts import Wording


class Form(StrEnum):
    TEXT = "text"
    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"

    @property
    def is_text(self) -> bool:
        """Whether it may stand on a terminal."""
        return self is not Form.XLSX


def render(report: Report, form: Form, language: Language) -> bytes:
    """The report in that form; text as UTF-8.

    Raises:
        GatewayError: a package that the form needs is not installed.
    """
    return _renderer(form)(report, Wording.of(language))


def _renderer(form: Form) -> Callable[[Report, Wording], bytes]:
    """Imported when asked for: openpyxl costs a box that never writes a workbook a quarter of a second."""
    if form is Form.TEXT:
        from gateway.reports.forms.plain import plain

        return plain
    if form is Form.HTML:
        from gateway.reports.forms.page import page

        return page
    if form is Form.CSV:
        from gateway.reports.forms.separated import separated

        return separated
    if form is Form.XLSX:
        from gateway.reports.forms.workbook import workbook

        return workbook
    from gateway.reports.forms.json_object import json_object

    return json_object
