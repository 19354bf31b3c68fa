"""What a limit is, where it comes from and when it holds, in words: the same wherever one is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gateway.config import Language
from gateway.core.dated_limit import DatedLimit, LimitOrigin, LimitSpan
from gateway.core.limits import Limit
from gateway.core.permit_limit import PermitLimit
from gateway.texts.wording import Wording


@dataclass(frozen=True, slots=True)
class LimitWording:
    """In one language."""

    wording: Wording

    @classmethod
    def of(cls, language: Language) -> LimitWording:
        return cls(Wording.of(language))

    def whole(self, limit: DatedLimit, unit: str) -> str:
        """`at most 148.5 mg/L (QCVN 40:2011, column B, Kq = 0.9, Kf = 1.1; the table says 150), until 2031-12-31`."""
        words, days = self.held(limit, unit), self.days(limit.since, limit.until)
        return f"{words}, {days}" if days else words

    def held(self, limit: DatedLimit | LimitSpan, unit: str) -> str:
        """The same without its days."""
        words = self.wording.permit_limit(PermitLimit(limit.limit, unit))
        return words if limit.origin is None else f"{words} ({self.origin(limit.origin, limit.limit)})"

    def origin(self, origin: LimitOrigin, limit: Limit) -> str:
        """The standard, what was chosen of it, its coefficients; of a limit that they change, the table's number."""
        words = ", ".join([origin.standard, *self.choices(origin), *self.coefficients(origin)])
        if origin.written is None or origin.written == limit:
            return words
        bounds = (origin.written.lowest, origin.written.highest)
        written = "–".join(self.wording.bound(bound) for bound in bounds if bound is not None)
        return f"{words}; {self.wording.texts('limit.written', bounds=written)}"

    def choices(self, origin: LimitOrigin) -> list[str]:
        """`column B`, `kind: gas_turbine`."""
        column = self.wording.texts("limit.column")
        return [f"{column} {value}" if name == "column" else f"{name}: {value}" for name, value in origin.choices]

    def coefficients(self, origin: LimitOrigin) -> list[str]:
        """`Kq = 0.9`; of one that was left out, that it was."""
        return [
            f"{name.capitalize()} = {self.wording.bound(value)}"
            + (f" ({self.wording.texts('limit.left_out')})" if name in origin.left_out else "")
            for name, value in origin.coefficients
        ]

    def days(self, since: dt.date | None, until: dt.date | None) -> str:
        """`from 2026-01-01 until 2031-12-31`; nothing of what has no ends."""
        days = {"since": since, "until": until}
        shown = {name: self.wording.date(day) for name, day in days.items() if day is not None}
        return self.wording.texts(f"limit.{'_and_'.join(shown)}", **shown) if shown else ""
