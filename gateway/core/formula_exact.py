"""A formula worked out exactly: what is calculated of the numbers in one answer of a device.

Numbers of a device are whole or binary fractions and those of a formula decimal, so `+ - * /`, whole powers, min, max
and abs have exact results: 3 × 10 ** -1 is 0.3, never 0.30000000000000004. Only the end is rounded, once, to the
nearest float. (`sqrt`, `exp`, `ln` and powers that are not whole are rounded where they stand.)

No step is without bounds: one whose result would have more than some thousand digits has none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from gateway.core.formula import Formula, Step

MOST_BITS = 16_384
"""Of a numerator or denominator on the way; the largest float has 1,024."""

_BEYOND = "is beyond any number that can be kept"
_NOT_REAL = "is no real number"
_Step = Callable[[Mapping[str, Fraction]], Fraction]


def exactly(formula: Formula) -> Callable[[Mapping[str, Fraction]], float]:
    """What works the formula out, made once: the value of each of its symbols → the nearest float to the result.

    Raises (what was made):
        ArithmeticError: there is no finite real result, or one that is not 0 and nearer to 0 than any float; the first
            argument says what is wrong.
    """
    compute = _made(formula.step)

    def of(values: Mapping[str, Fraction]) -> float:
        exact = compute(values)
        try:
            nearest = exact.numerator / exact.denominator
        except OverflowError:
            raise ArithmeticError(f"the result {_BEYOND}") from None
        if nearest == 0 and exact:
            raise ArithmeticError("the result is nearer to 0 than any number that can be kept")
        return nearest

    return of


def _made(step: Step) -> _Step:
    if step.name == "number":
        constant = Fraction(step.text)
        return lambda values: constant
    if step.name == "symbol":
        return lambda values: values[step.text]
    inputs = [_made(one) for one in step.inputs]
    operate = _STEPS[step.name]
    return lambda values: _bounded(operate([one(values) for one in inputs]), step.name)


def _bounded(result: Fraction, name: str) -> Fraction:
    if max(result.numerator.bit_length(), result.denominator.bit_length()) > MOST_BITS:
        raise ArithmeticError(f"{name} {_BEYOND}")
    return result


def _quotient(inputs: Sequence[Fraction]) -> Fraction:
    if not inputs[1]:
        raise ArithmeticError("/ divides by zero")
    return inputs[0] / inputs[1]


def _power(inputs: Sequence[Fraction]) -> Fraction:
    base, exponent = inputs
    if exponent.denominator != 1:
        return _rounded(math.pow, "**")(inputs)
    times = exponent.numerator
    if abs(base) == 1:
        return base if times % 2 else Fraction(1)
    if not base:
        if times < 0:
            raise ArithmeticError("** divides by zero")
        return Fraction(0 if times else 1)
    if abs(times) * max(base.numerator.bit_length(), base.denominator.bit_length()) > MOST_BITS:
        raise ArithmeticError(f"** {_BEYOND}")
    return Fraction(base**times)


def _rounded(function: Callable[..., float], name: str) -> Callable[[Sequence[Fraction]], Fraction]:
    def of(inputs: Sequence[Fraction]) -> Fraction:
        try:
            return Fraction(function(*[float(one) for one in inputs]))
        except OverflowError:
            raise ArithmeticError(f"{name} {_BEYOND}") from None
        except ValueError:
            raise ArithmeticError(f"{name} {_NOT_REAL}") from None

    return of


_STEPS: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "+": lambda inputs: inputs[0] + inputs[1],
    "-": lambda inputs: inputs[0] - inputs[1],
    "*": lambda inputs: inputs[0] * inputs[1],
    "/": _quotient,
    "**": _power,
    "neg": lambda inputs: -inputs[0],
    "abs": lambda inputs: abs(inputs[0]),
    "min": min,
    "max": max,
    "sqrt": _rounded(math.sqrt, "sqrt"),
    "exp": _rounded(math.exp, "exp"),
    "ln": _rounded(math.log, "ln"),
}
