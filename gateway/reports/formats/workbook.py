"""Format: a workbook (xlsx), a sheet for each table. Numbers stay numbers, so that they can be reckoned with."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError
from gateway.core.instants import DAY_MS, local_time
from gateway.core.printable import printable
from gateway.reports.document import (
    Cell,
    DurationCell,
    OngoingCell,
    RatioCell,
    Report,
    ReportSection,
    TimeCell,
    ValueCell,
)
from gateway.reports.formats.cells import CellWords
from gateway.reports.spreadsheet_text import is_armed
from gateway.texts import Wording

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

_LONGEST_NAME = 31
"""Of a sheet; and none of these characters may stand in it."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_WIDEST = 60


def workbook(report: Report, wording: Wording) -> bytes:
    """
    Raises:
        GatewayError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
    except ModuleNotFoundError:
        raise GatewayError("xlsx needs openpyxl: pip install 'station-gateway[reports]', or use --format csv") from None
    words = CellWords.of(report, wording)
    book = Workbook()
    _summary(book, report, words)
    for section in report.sections:
        if section.table is not None:
            _sheet(book, section, words)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _summary(book: Workbook, report: Report, words: CellWords) -> None:
    sheet = book.worksheets[0]
    title = words.wording.texts(f"report.{report.kind}")
    sheet.title = _name(title)
    lines = (title, *words.lines_of(report.heading))
    for row, line in enumerate(lines, 1):
        _put_texts(sheet, row, [line])
    for row, (key, cell) in enumerate(report.facts, len(lines) + 2):
        _put_texts(sheet, row, [words.wording.texts(f"fact.{key}")])
        _put(sheet, row, 2, cell, words)
    _style(sheet, 1)


def _sheet(book: Workbook, section: ReportSection, words: CellWords) -> None:
    if section.table is None:
        return
    sheet: Worksheet = book.create_sheet(_name(words.wording.texts(f"section.{section.key}")))
    _put_texts(sheet, 1, [words.head(head) for head in section.table.columns])
    for number, row in enumerate(section.table.rows, 2):
        for column, (head, cell) in enumerate(zip(section.table.columns, row, strict=True), 1):
            _put(sheet, number, column, words.noted(head, cell), words)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    _style(sheet, 1)


def _put(sheet: Worksheet, row: int, column: int, cell: Cell, words: CellWords) -> None:
    shown = sheet.cell(row, column)
    match cell:
        case TimeCell(at_ms):
            shown.value = local_time(at_ms, words.zone).replace(tzinfo=None)  # workbooks know no zones
            shown.number_format = "dd/mm/yyyy hh:mm" if words.wording.is_vietnamese else "yyyy-mm-dd hh:mm"
        case DurationCell(milliseconds):
            shown.value = milliseconds / DAY_MS
            shown.number_format = "[h]:mm:ss"
        case RatioCell(ratio):
            shown.value, shown.number_format = ratio, "0.0%"
        case ValueCell(value, decimals):
            shown.value = value
            shown.number_format = "0." + "0" * decimals if decimals else "0"
        case date():
            shown.value = cell
            shown.number_format = "dd/mm/yyyy" if words.wording.is_vietnamese else "yyyy-mm-dd"
        case int() | None:
            shown.value = cell
        case OngoingCell():
            shown.value = words.cell(cell)
        case _:
            _put_text(shown, words.cell(cell))


def _put_texts(sheet: Worksheet, row: int, texts: list[str]) -> None:
    for column, text in enumerate(texts, 1):
        _put_text(sheet.cell(row, column), text)


def _put_text(shown: SheetCell | MergedCell, text: str) -> None:
    shown.value = printable(text)
    shown.data_type = "s"  # a text that begins with "=" is no formula …
    if is_armed(text):
        shown.quotePrefix = True  # … and becomes none when somebody edits the cell


def _name(title: str) -> str:
    return title.translate(_FORBIDDEN)[:_LONGEST_NAME]


def _style(sheet: Worksheet, head_row: int) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.header_footer import HeaderFooterItem
    from openpyxl.worksheet.properties import PageSetupProperties

    for cell in sheet[head_row]:
        cell.font = Font(bold=True)
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = HeaderFooterItem()
    footer.right.text = "&P / &N"
    sheet.oddFooter = footer
    for number, column in enumerate(sheet.iter_cols(), 1):
        longest = max(len(str(cell.value)) for cell in column) if column else 0
        sheet.column_dimensions[get_column_letter(number)].width = min(_WIDEST, longest + 2)
