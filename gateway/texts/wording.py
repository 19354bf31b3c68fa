"""Numbers, times and lengths of time as a language writes them: 31/01/2026 and 7,21 in Vietnamese, 2026-01-31 and 7.21
in English. For people only: files, CSV and JSON have a form of their own that no language changes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.config import Language
from gateway.core.dated_limit import YEAR_MS
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from gateway.core.permit_limit import PermitLimit
from gateway.texts.catalogue import Texts, texts_in

_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?(e[-+]\d+)?", re.ASCII)
_UNIT_KEYS = {SECOND_MS: "unit.second", MINUTE_MS: "unit.minute", HOUR_MS: "unit.hour", DAY_MS: "unit.day"}
_UNGROUPED = 4
"""So many digits are read at a glance."""
_PRINTED = {"oC": "°C", "degree": "°", "%V": "% V", "-": "–"}


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's way to write."""

    texts: Texts

    @classmethod
    def of(cls, language: Language) -> Wording:
        return cls(texts_in(language))

    @property
    def is_vietnamese(self) -> bool:
        return self.texts.language is Language.VIETNAMESE

    def date(self, day: dt.date) -> str:
        return f"{day:%d/%m/%Y}" if self.is_vietnamese else f"{day:%Y-%m-%d}"

    def moment(self, local: dt.datetime, *, has_seconds: bool | None = None) -> str:
        """To the minute, or the second; if that is not said, seconds only where there are some."""
        time = f"{local:%H:%M:%S}" if (local.second if has_seconds is None else has_seconds) else f"{local:%H:%M}"
        return f"{time} {self.date(local)}" if self.is_vietnamese else f"{self.date(local)} {time}"

    def month(self, day: dt.date) -> str:
        return f"{day:%m/%Y}" if self.is_vietnamese else f"{day:%Y-%m}"

    def month_of_letter(self, day: dt.date) -> str:
        """A month in words of a date: January and February alone bear a zero in Vietnamese letters (decree
        30/2020/NĐ-CP, appendix I)."""
        return f"{day.month}" if self.is_vietnamese and day.month > 2 else f"{day:%m}"

    def day_and_month(self, day: dt.date) -> str:
        return f"{day:%d/%m}" if self.is_vietnamese else f"{day:%m-%d}"

    def number(self, digits: str, *, is_grouped: bool = False) -> str:
        """A number that is written with a decimal point already, and perhaps an exponent. From five digits on the whole
        part is in groups, from four on where others of its column are."""
        sign, whole, fraction, exponent = _NUMBER.fullmatch(digits).groups()  # type: ignore[union-attr]  # written by ourselves
        if len(whole) > _UNGROUPED or is_grouped:
            whole = self.count(int(whole))
        if fraction is None:
            return f"{sign}{whole}{exponent or ''}"
        return f"{sign}{whole}{',' if self.is_vietnamese else '.'}{fraction}{exponent or ''}"

    def unit(self, unit: str) -> str:
        """A unit as it is printed; in files it has letters of the keyboard alone (`ug/Nm3`)."""
        return _PRINTED.get(unit) or unit.replace("ug/", "µg/").replace("uS/", "µS/").replace("m3", "m³").replace(
            "m2", "m²"
        )

    def zone(self, local: dt.datetime) -> str:
        """The clock's distance from Greenwich: GMT+7."""
        minutes = round((local.utcoffset() or dt.timedelta()).total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"GMT{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")

    def count(self, number: int) -> str:
        """A whole number, in groups of three."""
        return f"{number:,}".replace(",", ".") if self.is_vietnamese else f"{number:,}"

    def percent(self, ratio: float) -> str:
        """Rounded down, so that 79,96 % never reads as the 80 % that are asked for. One digit after the point."""
        tenths = int(ratio * 1000 + 1e-9)
        return self.number(f"{tenths // 10}.{tenths % 10}") + " %"

    def permit_limit(self, permit_limit: PermitLimit) -> str:
        """What a limit allows: `at most 350 ug/Nm3, mean over 1 h`."""
        limit = permit_limit.limit
        bounds = {"lowest": limit.lowest, "highest": limit.highest}
        digits = {name: self.bound(bound) for name, bound in bounds.items() if bound is not None}
        shown = self.texts(f"limit.{'_and_'.join(digits)}", **digits)
        if permit_limit.unit != "-":
            shown += f" {self.unit(permit_limit.unit)}"
        if limit.averaging_ms is None:
            return shown
        return self.texts("limit.averaged", limit=shown, length=self.hours(limit.averaging_ms))

    def bound(self, value: float) -> str:
        """All its digits, never an exponent."""
        return self.number(f"{Decimal(repr(value)).normalize():f}")

    def hours(self, milliseconds: int) -> str:
        """The time over which a mean is taken, in hours as the standards have it: 24 h, never 1 day; or a year."""
        if milliseconds == YEAR_MS:
            return f"1 {self.texts('unit.year')}"
        if milliseconds % HOUR_MS:
            return self.length(milliseconds)
        return f"{self.count(milliseconds // HOUR_MS)} {self.texts('unit.hour')}"

    def hours_and_minutes(self, milliseconds: int) -> str:
        """A length of time as it is held against twelve hours: always both."""
        return self.length_in(milliseconds, (HOUR_MS, MINUTE_MS))

    def length_in(self, milliseconds: int, units_ms: Sequence[int]) -> str:
        """A length of time in just these units, the greatest first, whether or not there is any of each; to the nearest
        of the least. Worked: 13:04:57 in hours and minutes reads 13 h 05 min."""
        rest = (milliseconds + units_ms[-1] // 2) // units_ms[-1] * units_ms[-1]
        parts = []
        for at, unit_ms in enumerate(units_ms):
            count, rest = divmod(rest, unit_ms)
            parts.append(f"{f'{count:02}' if at else self.count(count)} {self.texts(_UNIT_KEYS[unit_ms])}")
        return " ".join(parts)

    def setting(self, milliseconds: int) -> str:
        """A length of time as one would write it: in the greatest unit of which it is whole, or as seconds and a part.
        Worked: 90 d, 90 min, 1.5 s."""
        for unit_ms in reversed(_UNIT_KEYS):
            if milliseconds % unit_ms == 0 and milliseconds:
                return f"{self.count(milliseconds // unit_ms)} {self.texts(_UNIT_KEYS[unit_ms])}"
        return f"{self.bound(milliseconds / SECOND_MS)} {self.texts('unit.second')}"

    def length(self, milliseconds: int) -> str:
        """A length of time in days, hours and minutes; below a minute, in seconds."""
        minutes, rest_ms = divmod(milliseconds, MINUTE_MS)
        if not minutes:
            return f"{rest_ms // 1000} {self.texts('unit.second')}"
        days, hours = divmod(minutes, 1440)
        parts = [(days, "unit.day"), (hours // 60, "unit.hour"), (hours % 60, "unit.minute")]
        return " ".join(f"{self.count(count)} {self.texts(unit)}" for count, unit in parts if count)
