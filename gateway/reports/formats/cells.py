"""Cells in words, for people, and as values, for programs. What came from outside (a server's answer, a station's name)
is escaped in words; programs get it as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.core.dated_limit import LimitSpan
from gateway.core.instants import local_text, local_time
from gateway.core.limit_days import dated
from gateway.core.number_form import readable
from gateway.core.permit_limit import PermitLimit
from gateway.core.printable import printable
from gateway.files.formats.tt10 import number
from gateway.reports.document import (
    BilingualCell,
    Calendar,
    Cell,
    Chart,
    DurationCell,
    FactorsCell,
    Head,
    Heading,
    NameCell,
    OngoingCell,
    Photo,
    RatioCell,
    Report,
    ReportSection,
    ReportTable,
    SettingCell,
    TermCell,
    TimeCell,
    ValueCell,
)
from gateway.reports.formats.column_form import ColumnForm
from gateway.texts import Wording
from gateway.texts.limit_wording import LimitWording
from gateway.texts.phrases import said

NOTHING = "–"
_UNITS = ("unit", "range_unit")
"""Columns whose cells are units."""
_NOTED = ("last_error", "detail", "was_found")
"""Columns whose texts were written down in English as they were noticed."""


@dataclass(frozen=True, slots=True)
class CellWords:
    """Everything a report says, in one language and one time zone."""

    wording: Wording
    zone: str

    @classmethod
    def of(cls, report: Report, wording: Wording) -> CellWords:
        return cls(wording, report.heading.period.zone)

    def cell(self, cell: Cell) -> str:
        match cell:
            case None:
                return NOTHING
            case TimeCell(at_ms):
                return self.moment(at_ms)
            case DurationCell(milliseconds, in_hours):
                return self.wording.hours(milliseconds) if in_hours else self.wording.length(milliseconds)
            case SettingCell(milliseconds):
                return self.wording.setting(milliseconds)
            case OngoingCell():
                return self.wording.texts("report.lasting")
            case RatioCell(ratio):
                return self.wording.percent(ratio)
            case ValueCell(value, decimals):
                return self.wording.number(readable(value, number(value, decimals)))
            case PermitLimit():
                return printable(self.wording.permit_limit(cell))
            case NameCell():
                return printable(cell.shown)
            case BilingualCell(vi, en):
                return vi if self.wording.is_vietnamese else en
            case FactorsCell(origin):
                shown = "; ".join(LimitWording(self.wording).coefficients(origin))
                return printable(shown.replace(" = ", "\u00a0=\u00a0"))
            case TermCell():
                return self.wording.texts(cell.key) if self.wording.texts.has(cell.key) else printable(cell.code)
            case int():
                return self.wording.count(cell)
            case date():
                return self.wording.date(cell)
            case _:
                return printable(cell)

    def rows(self, table: ReportTable) -> list[list[str]]:
        """What its cells say: units as they are printed, the numbers of a column in one form."""
        forms = [ColumnForm.of(row[at] for row in table.rows) for at in range(len(table.columns))]
        return [
            [
                self._text(head, cell) if isinstance(cell, str) else self._in_form(cell, form)
                for head, cell, form in zip(table.columns, row, forms, strict=True)
            ]
            for row in table.rows
        ]

    def noted(self, head: Head, cell: Cell) -> Cell:
        """What was written down as it was noticed, in the reader's language; of any other column the cell."""
        return said(cell, self.wording.texts.language) if head.key in _NOTED and isinstance(cell, str) else cell

    def _text(self, head: Head, text: str) -> str:
        return printable(self.wording.unit(text) if head.key in _UNITS else str(self.noted(head, text)))

    def _in_form(self, cell: Cell, form: ColumnForm) -> str:
        match cell:
            case TimeCell(at_ms):
                return self.wording.moment(local_time(at_ms, self.zone), has_seconds=form.has_seconds)
            case DurationCell(milliseconds, False):
                return self.wording.length_in(milliseconds, form.units_ms)
            case ValueCell(value, decimals):
                return self.wording.number(readable(value, number(value, decimals)), is_grouped=form.is_grouped)
            case _:
                return self.cell(cell)

    def moment(self, at_ms: int) -> str:
        return self.wording.moment(local_time(at_ms, self.zone))

    def _to_the_minute(self, at_ms: int) -> str:
        return self.wording.moment(local_time(at_ms, self.zone).replace(second=0))

    def head(self, head: Head) -> str:
        return printable(head.title) if head.title is not None else self.wording.texts(f"column.{head.key}")

    def title(self, picture: Chart | Calendar) -> str:
        return self.wording.texts(picture.title) if self.wording.texts.has(picture.title) else printable(picture.title)

    def limit(self, span: LimitSpan, unit: str) -> str:
        """A limit with where it comes from and when it holds."""
        return printable(LimitWording(self.wording).whole(dated(span, self.zone), unit))

    def caption(self, photo: Photo) -> str:
        return " – ".join(self.cell(cell) for cell in photo.caption if cell is not None)

    def note(self, section: ReportSection) -> str | None:
        key = f"section.{section.key}_note"
        return self.wording.texts(key) if self.wording.texts.has(key) else None

    def lines_of(self, heading: Heading) -> list[str]:
        """Whose report, and of which time."""
        texts, period = self.wording.texts, heading.period
        begin, end, made = map(self._to_the_minute, (period.from_ms, period.until_ms, heading.made_ms))
        lines = [
            texts("report.of_station", name=heading.station_name, code=heading.station_code),
            texts(
                "report.place",
                facility=heading.facility_shown,
                province=heading.province_shown,
                kind=texts(f"station_kind.{heading.station_kind}"),
            ),
            texts("report.period", begin=begin, end=end),
            texts("report.made", time=made, zone=self.wording.zone(local_time(heading.made_ms, period.zone))),
        ]
        if period.from_ms == period.until_ms:
            del lines[2]  # about no time: as things were when it was made
        if period.month is not None:
            lines.insert(2, texts("report.month", month=self.wording.month(period.month)))
        return list(map(printable, lines))

    def nothing_in(self, section: ReportSection) -> str:
        """What stands where a table has no rows."""
        is_noted = section.key in ("exceedances", "findings", "long_outages")
        return self.wording.texts("report.none_recorded" if is_noted else "report.none")


def without_empty_columns(table: ReportTable) -> ReportTable:
    """For people: a column that tells nothing in any row is left out; programs get it all the same."""
    if not table.rows:
        return table
    told = [at for at in range(len(table.columns)) if any(row[at] is not None for row in table.rows)]
    return ReportTable(
        tuple(table.columns[at] for at in told), tuple(tuple(row[at] for at in told) for row in table.rows)
    )


def stands_right(table: ReportTable, column: int) -> bool:
    """Numbers stand to the right, words to the left: what most of the column's cells are."""
    cells = [row[column] for row in table.rows if row[column] is not None]
    return bool(cells) and all(
        isinstance(cell, (int, ValueCell, RatioCell, DurationCell, SettingCell)) for cell in cells
    )


def value_of(cell: Cell, zone: str) -> str | int | float | None:
    """What programs get: ISO times, seconds, ratios from 0 to 1, values as they are, codes."""
    match cell:
        case TimeCell(at_ms):
            return local_text(at_ms, zone, "seconds")
        case DurationCell(milliseconds) | SettingCell(milliseconds):
            return milliseconds / 1000
        case RatioCell(ratio):
            return round(ratio, 6)
        case ValueCell(value):
            return value
        case PermitLimit():
            return str(cell)
        case BilingualCell(_, en):
            return en
        case FactorsCell(origin):
            return " ".join(f"{name}={factor:g}" for name, factor in origin.coefficients)
        case OngoingCell():
            return None
        case TermCell(code):
            return code
        case NameCell(name):
            return name
        case date():
            return cell.isoformat()
        case _:
            return cell
