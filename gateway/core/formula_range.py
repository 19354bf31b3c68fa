"""What the steps of a formula can come to: ranges, by which a formula that never has a value is told when it is read.

A range holds every finite result that a step can have, and may hold more: of two operands it is not known whether they
are the same parameter. `None`: the step has no finite real result, whatever is measured. Pure.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence

Range = tuple[float, float]
"""The smallest and the largest result; the same twice for a constant."""

_MOST = sys.float_info.max
_LEAST_LOGARITHM = math.log(5e-324)
ANYTHING: Range = (-_MOST, _MOST)
"""Of a parameter."""


def range_of_sign(sign: str, left: Range, right: Range) -> Range | None:
    """Of `+`, `-`, `*`, `/` or `**` between two ranges."""
    return _SIGNS[sign](left, right)


def range_of_function(name: str, arguments: Sequence[Range]) -> Range | None:
    """Of a function, or of the sign `-` before a value."""
    if name == "min":
        return min(low for low, _ in arguments), min(high for _, high in arguments)
    if name == "max":
        return max(low for low, _ in arguments), max(high for _, high in arguments)
    return _FUNCTIONS[name](*arguments[0])


def _within(ends: Sequence[float]) -> Range | None:
    """From the least to the greatest of the ends, which may be infinite; nothing where no number lies between."""
    low, high = min(ends), max(ends)
    return None if low > _MOST or high < -_MOST else (max(low, -_MOST), min(high, _MOST))


def _sum(left: Range, right: Range) -> Range | None:
    return _within((left[0] + right[0], left[1] + right[1]))


def _difference(left: Range, right: Range) -> Range | None:
    return _sum(left, (-right[1], -right[0]))


def _product(left: Range, right: Range) -> Range | None:
    return _within([one * other for one in left for other in right])


def _quotient(left: Range, right: Range) -> Range | None:
    if right == (0, 0):
        return None
    if right[0] <= 0 <= right[1]:
        return ANYTHING
    return _within([one / other for one in left for other in right])


def _power(base: Range, exponent: Range) -> Range | None:
    if base[0] == base[1] and exponent[0] == exponent[1]:
        result = _power_of(base[0], exponent[0])
        return None if math.isinf(result) else (result, result)
    if base[0] < 0:
        if not (exponent[0] == exponent[1] and not exponent[0].is_integer()):
            return ANYTHING
        if base[1] < 0:
            return None  # the root of what is below zero
        base = (0.0, base[1])
    ends = [_power_of(one, other) for one in base for other in exponent]
    if min(ends) == math.inf:
        return None
    return _within([math.nextafter(min(ends), -math.inf), math.nextafter(max(ends), math.inf)])


def _power_of(base: float, exponent: float) -> float:
    """Infinite where there is no power."""
    try:
        return math.pow(base, exponent)
    except (ValueError, OverflowError):
        return math.inf


def _exponential(low: float, high: float) -> Range | None:
    return _within([_exponential_of(low), _exponential_of(high)])


def _exponential_of(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _logarithm(low: float, high: float) -> Range | None:
    if high <= 0:
        return None
    return (math.log(low) if low > 0 else _LEAST_LOGARITHM), math.log(high)


def _root(low: float, high: float) -> Range | None:
    return None if high < 0 else (math.sqrt(max(low, 0.0)), math.sqrt(max(high, 0.0)))


def _size(low: float, high: float) -> Range:
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return least, max(abs(low), abs(high))


_SIGNS: Mapping[str, Callable[[Range, Range], Range | None]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "**": _power,
}
_FUNCTIONS: Mapping[str, Callable[[float, float], Range | None]] = {
    "neg": lambda low, high: (-high, -low),
    "abs": _size,
    "sqrt": _root,
    "exp": _exponential,
    "ln": _logarithm,
}
