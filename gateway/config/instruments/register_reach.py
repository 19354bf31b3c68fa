"""How far a value that is made of a register can go: by its type and scaling, whatever the device does."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from gateway.config.instruments.registers import RegisterType
from gateway.core.formula_range import Range
from gateway.core.scaling import HIGHEST_LIVE_MA, LOWEST_LIVE_MA

Ends = tuple[float, float]


def scaled_reach(kind: RegisterType, scale: Decimal, offset: Decimal) -> Range | None:
    """The least and the greatest of `raw × scale + offset`; `None` of a float, which has no ends worth telling."""
    if kind.lowest is None or kind.highest is None:
        return None
    return _ordered(*(Fraction(raw) * Fraction(scale) + Fraction(offset) for raw in (kind.lowest, kind.highest)))


def loop_reach(kind: RegisterType, raw: Ends, current_ma: Ends, value: Ends) -> Range | None:
    """The least and the greatest value of a current loop that is alive; `None`: no count stands for such a current."""
    counts, currents, values = (_exact(ends) for ends in (raw, current_ma, value))
    first, last = Fraction(kind.lowest or 0), Fraction(kind.highest or 0)
    last = min(last, Fraction(math.floor(_on_line(currents, counts, _exact_of(HIGHEST_LIVE_MA)))))
    if currents[0] >= _exact_of(LOWEST_LIVE_MA):
        first = max(first, Fraction(math.ceil(_on_line(currents, counts, _exact_of(LOWEST_LIVE_MA)))))
    if first > last:
        return None
    return _ordered(_on_line(counts, values, first), _on_line(counts, values, last))


def _on_line(x: tuple[Fraction, Fraction], y: tuple[Fraction, Fraction], at: Fraction) -> Fraction:
    return y[0] + (at - x[0]) * (y[1] - y[0]) / (x[1] - x[0])


def _exact(ends: Ends) -> tuple[Fraction, Fraction]:
    return _exact_of(ends[0]), _exact_of(ends[1])


def _exact_of(number: float) -> Fraction:
    """A float's shortest text is the decimal that stood in the configuration."""
    return Fraction(repr(number))


def _ordered(one: Fraction, other: Fraction) -> Range | None:
    try:
        return float(min(one, other)), float(max(one, other))
    except OverflowError:
        return None
