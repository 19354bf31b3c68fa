"""Raw number → engineering value, exactly.

A datasheet's "× 0.1" is decimal: 713 × 0.1 is 71.3, never 71.30000000000001. So every scaling is one fraction of whole
numbers, `(raw × factor + addend) / divisor`, computed exactly and rounded once to the nearest float. What an
instrument sends as a float already in the right unit passes untouched, bit for bit.

Nothing here clamps, rounds to decimals or repairs: what has no finite value is `None`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

Raw = bool | int | float
"""A number as the instrument holds it, before scaling."""

Scaling = Callable[[Raw | None], float | None]
"""Raw number → value in the parameter's unit; `None` when there is none."""

LOWEST_LIVE_MA = 3.6
HIGHEST_LIVE_MA = 21.0
"""NAMUR NE 43: a transmitter signals its own failure below 3.6 mA and above 21 mA. From 3.6 to 3.8 and from 20.5 to
21 mA it is saturated but alive, and its value counts."""


@dataclass(frozen=True, slots=True)
class Affine:
    """`raw × slope + constant`, held as whole numbers over one divisor (> 0) so that no step but the last rounds."""

    factor: int
    addend: int
    divisor: int

    @classmethod
    def through(cls, slope: Fraction, constant: Fraction) -> Affine:
        divisor = math.lcm(slope.denominator, constant.denominator)
        return cls(
            slope.numerator * (divisor // slope.denominator),
            constant.numerator * (divisor // constant.denominator),
            divisor,
        )

    @property
    def is_identity(self) -> bool:
        return self.factor == self.divisor and self.addend == 0

    def of(self, raw: Raw | None) -> float | None:
        """The nearest float to the exact result; `None` for an absent or infinite raw number or result."""
        if raw is None:
            return None
        try:
            if isinstance(raw, int):
                return (raw * self.factor + self.addend) / self.divisor
            numerator, denominator = raw.as_integer_ratio()
            return (numerator * self.factor + self.addend * denominator) / (self.divisor * denominator)
        except (OverflowError, ValueError):  # beyond any float; infinity and NaN have no ratio
            return None


@cache
def linear(scale: Decimal, offset: Decimal) -> Scaling:
    """`raw × scale + offset`, as datasheets state it. Hundreds of registers have the same few: what they share stays
    in the processor's cache."""
    affine = Affine.through(Fraction(scale), Fraction(offset))
    return unchanged if affine.is_identity else affine.of


@dataclass(frozen=True, slots=True)
class Unless:
    """The scaling, except that these raw numbers are no numbers: they are how the device says that it has none."""

    codes: frozenset[Decimal]
    scaling: Scaling

    def __call__(self, raw: Raw | None) -> float | None:
        return None if raw in self.codes else self.scaling(raw)


def unchanged(raw: Raw | None) -> float | None:
    """The number itself, every bit of it; `None` if it is not finite."""
    return float(raw) if raw is not None and math.isfinite(raw) else None


@dataclass(frozen=True, slots=True)
class CurrentLoop:
    """A 4–20 mA transmitter read through an analogue input: raw → mA → value, both along a straight line.

    With a live zero (the lower current at or above 3.6 mA) a loop outside NE 43's band gives no value: the
    transmitter is broken, cut off or says itself that it failed. With a dead zero (0–20 mA) 0 is a true value and only
    the upper bound holds.
    """

    current_ma: Affine
    engineering: Affine
    lowest_ma: float

    @classmethod
    def between(
        cls, raw: tuple[Decimal, Decimal], current_ma: tuple[Decimal, Decimal], value: tuple[Decimal, Decimal]
    ) -> CurrentLoop:
        """The lines through two points each. The ends of `raw`, and those of `current_ma`, differ."""
        live_zero = float(min(current_ma)) >= LOWEST_LIVE_MA
        return cls(
            _through_points(raw, current_ma), _through_points(raw, value), LOWEST_LIVE_MA if live_zero else -math.inf
        )

    def of(self, raw: Raw | None) -> float | None:
        current_ma = self.current_ma.of(raw)
        if current_ma is None or not self.lowest_ma <= current_ma <= HIGHEST_LIVE_MA:
            return None
        return self.engineering.of(raw)


def _through_points(x: tuple[Decimal, Decimal], y: tuple[Decimal, Decimal]) -> Affine:
    x0, x1, y0, y1 = (Fraction(number) for number in (*x, *y))
    slope = (y1 - y0) / (x1 - x0)
    return Affine.through(slope, y0 - x0 * slope)
