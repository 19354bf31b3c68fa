"""What an instrument showed of what was known, and how far that is off. Pure.

Nothing here corrects anything: a deviation is told, and what is measured is sent as it is measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class CheckKind(StrEnum):
    """Against what an instrument was held."""

    ZERO = "zero"
    """Zero gas, or a blank."""
    SPAN = "span"
    """A standard of known concentration."""
    COMPARISON = "comparison"
    """Another measurement at the same time and place (quan trắc đối chứng)."""


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """One. `reference`, `measured` and `spread` are in `unit`; instants in UTC milliseconds.

    Raises:
        ValueError: a number that is not finite.
    """

    symbol: str
    unit: str
    at_ms: int
    kind: CheckKind
    reference: float
    measured: float
    readings: int | None = None
    """Of how many readings `measured` is the mean; `None`: a person noted it."""
    spread: float | None = None
    """Their sample standard deviation; `None`: not known."""

    def __post_init__(self) -> None:
        if not all(math.isfinite(one) for one in (self.reference, self.measured, self.spread or 0.0)):
            raise ValueError("a calibration's numbers are finite")

    @property
    def deviation(self) -> float:
        """`measured − reference`, in the unit, free of what floats add: 49.2 − 50 is −0.8."""
        return exact_difference(self.measured, self.reference)

    @property
    def of_reference(self) -> float | None:
        """The deviation as a part of the reference, −0.016 for −1.6 %; `None`: the reference is 0."""
        return _ratio(self.deviation, abs(self.reference))

    def of_range(self, bounds: tuple[float, float] | None) -> float | None:
        """The deviation as a part of the measuring range; `None`: that is not known."""
        return None if bounds is None else _ratio(self.deviation, bounds[1] - bounds[0])

    def share(self, bounds: tuple[float, float] | None) -> float | None:
        """What a greatest drift is held against: the part of the range if that is known, as zero and span drift of
        stack analysers are told (US EPA 40 CFR 60 app. B PS-2, 40 CFR 75 app. A 3.1: per cent of span), else of the
        reference. `None`: neither is known, and nothing can be said."""
        of_range = self.of_range(bounds)
        return self.of_reference if of_range is None else of_range


def exact_difference(one: float, other: float) -> float:
    """As decimals: what people subtract on paper."""
    from decimal import Decimal

    return float(Decimal(repr(one)) - Decimal(repr(other)))


def _ratio(part: float, whole: float) -> float | None:
    if not whole or not math.isfinite(whole) or not math.isfinite(part / whole):
        return None
    return part / whole
