"""Which report a person asks the page for, and in which form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.config import Configuration, Language
from gateway.reports.document import ReportKind


class PrintFormat(StrEnum):
    """What offices open."""

    HTML = "html"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    PrintFormat.HTML: "text/html; charset=utf-8",
    PrintFormat.DOCX: f"{_OFFICE}.wordprocessingml.document",
    PrintFormat.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
}
LETTER = "letter"
"""The written notice of interruptions over twelve hours: no kind of report, and made of one."""
LETTER_FORMATS = (PrintFormat.HTML, PrintFormat.DOCX)
OF_NO_MONTH = (ReportKind.SEALS, ReportKind.STATION)
"""What is about the whole time, or this moment."""
OF_SLOTS = {
    ReportKind.COMPLETENESS,
    ReportKind.OUTAGES,
    ReportKind.EXCEEDANCES,
    ReportKind.QUALITY,
    ReportKind.DAILY,
    ReportKind.MONTHLY,
    ReportKind.CALIBRATIONS,
}
"""What a station that measures nothing has none of."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """`name`: a `ReportKind`'s, or `LETTER`. `month`: as 2026-01; `None`: it is about no month."""

    name: str
    month: str | None
    file_format: PrintFormat
    language: Language

    def file_name(self, station: str) -> str:
        parts = [station, self.name, *([] if self.month is None else [self.month])]
        return f"{'_'.join(parts)}.{self.file_format}"


def monthly_names(configuration: Configuration) -> tuple[str, ...]:
    """What this station can be asked for of a month."""
    absent = {*OF_NO_MONTH}
    if not configuration.sent:
        absent |= OF_SLOTS
    if configuration.cameras is None:
        absent |= {ReportKind.CAMERAS}
    if configuration.orders is None:
        absent |= {ReportKind.ORDERS}
    kinds = [kind.value for kind in ReportKind if kind not in absent]
    return (*kinds, LETTER) if configuration.sent else tuple(kinds)


def timeless_names(configuration: Configuration) -> tuple[str, ...]:
    absent = {ReportKind.SEALS} if configuration.ports is None else set()
    return tuple(kind.value for kind in OF_NO_MONTH if kind not in absent)


def formats_of(name: str) -> tuple[PrintFormat, ...]:
    return LETTER_FORMATS if name == LETTER else tuple(PrintFormat)
