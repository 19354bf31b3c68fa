"""How a page says things: in one language, by the station's wall clock. Templates call it `w`, and its texts `t`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from gateway.config import Language
from gateway.core.instants import local_time
from gateway.core.number_form import readable
from gateway.files.formats.tt10 import number
from gateway.reports.document import Cell
from gateway.reports.formats.cells import CellWords
from gateway.texts import Wording
from gateway.texts.limit_wording import LimitWording
from gateway.texts.phrases import said

NOTHING = "–"
_WRITTEN_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def day_in_words(text: str, wording: Wording) -> str:
    """A day as the journal has it (2026-01-31), as people read it; anything else as it is."""
    try:
        return wording.date(date.fromisoformat(text)) if _WRITTEN_DAY.fullmatch(text) else text
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class PageWords:
    """`None` is shown as a dash: nobody knows, which is not zero."""

    wording: Wording
    limits: LimitWording
    zone: str

    @classmethod
    def of(cls, language: Language, zone: str) -> PageWords:
        return cls(Wording.of(language), LimitWording.of(language), zone)

    @property
    def language(self) -> str:
        return self.wording.texts.language.value

    def cell(self, cell: Cell) -> str:
        """A cell of a report, as reports write it."""
        return CellWords(self.wording, self.zone).cell(cell)

    def term(self, code: str, group: str = "") -> str:
        """The catalogue's word for a code."""
        return self.wording.texts(f"term.{group}_{code}" if group else f"term.{code}")

    def said(self, text: str) -> str:
        """A sentence that commands say, too; of anything else the text itself."""
        return said(text, self.wording.texts.language)

    def iso(self, at_ms: int) -> str:
        """For the attribute `datetime` of an element `time`."""
        return local_time(at_ms, self.zone).isoformat(timespec="seconds")

    def moment(self, at_ms: int | None, *, seconds: bool = False) -> str:
        return NOTHING if at_ms is None else self.wording.moment(local_time(at_ms, self.zone), has_seconds=seconds)

    def clock(self, at_ms: int | None, *, seconds: bool = False) -> str:
        """The time of day alone."""
        return NOTHING if at_ms is None else f"{local_time(at_ms, self.zone):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def day(self, at_ms: int | None) -> str:
        return NOTHING if at_ms is None else self.wording.date(local_time(at_ms, self.zone).date())

    def written_day(self, text: str) -> str:
        return day_in_words(text, self.wording)

    def length(self, milliseconds: int | None) -> str:
        """The two greatest units of it."""
        return NOTHING if milliseconds is None else self.wording.length(milliseconds)

    def value(self, value: float | None, decimals: int) -> str:
        """As the file has it, with the language's point."""
        return NOTHING if value is None else self.wording.number(readable(value, number(value, decimals)))

    def number(self, value: float | None, decimals: int = 0) -> str:
        return NOTHING if value is None else self.wording.number(f"{value:.{decimals}f}")

    def count(self, number_of: int | None) -> str:
        return NOTHING if number_of is None else self.wording.count(number_of)

    def percent(self, ratio: float | None) -> str:
        return NOTHING if ratio is None else self.wording.percent(ratio)

    def unit(self, unit: str) -> str:
        """Empty for what has none."""
        return "" if unit == "-" else self.wording.unit(unit)

    def size(self, size_bytes: float | None) -> str:
        """In the greatest decimal unit of which there is one at least: 12.3 GB."""
        if size_bytes is None:
            return NOTHING
        for name in ("B", "kB", "MB", "GB"):
            if size_bytes < 1000:
                return f"{self.number(size_bytes, 0 if name == 'B' else 1)} {name}"
            size_bytes /= 1000
        return f"{self.number(size_bytes, 1)} TB"
