"""Formulas over registers have the result that a person has who works them out on paper."""

from __future__ import annotations

import math
import time
from fractions import Fraction

import pytest

from gateway.core.formula import parse_formula
from gateway.core.formula_exact import exactly
from gateway.core.formula_tokens import FormulaError

LARGEST = 1.7976931348623157e308


def worked_out(text: str, **numbers: float) -> float:
    return exactly(parse_formula(text))({name: Fraction(number) for name, number in numbers.items()})


@pytest.mark.parametrize(
    ("text", "numbers", "result"),
    [
        ("mant * 10 ** exp", {"mant": 3, "exp": -1}, 0.3),  # 3 * 10 ** -1 is 0.30000000000000004 in floats
        ("mant * 10 ** exp", {"mant": 123, "exp": -1}, 12.3),
        ("mant * 10 ** exp", {"mant": -32768, "exp": 4}, -327680000.0),
        ("mant * 10 ** exp", {"mant": 0, "exp": -300}, 0.0),
        ("r3 * 10 ** 8 + r2 * 10 ** 4 + r1", {"r1": 5678, "r2": 1234, "r3": 9999}, 999912345678.0),
        ("high + low / 1000", {"high": 9007199254740, "low": 992}, 9007199254740.992),
        ("(a - b) / (a + b)", {"a": 2, "b": 1}, 1 / 3),
        ("0.1 * a + 0.2 * b", {"a": 1, "b": 1}, 0.3),
        ("2 ** a", {"a": 0}, 1.0),
        ("a ** 0", {"a": 0}, 1.0),
        ("(0 - 1) ** a", {"a": 65535}, -1.0),
        ("1 ** a", {"a": 2.0**63}, 1.0),
        ("m * (1 - 2 * s)", {"m": 5, "s": 1}, -5.0),
        ("max(a, b, 0) - min(a, b)", {"a": -2, "b": 7}, 9.0),
        ("abs(-a)", {"a": 2.5}, 2.5),
        ("a ** 2", {"a": 1.1}, float(Fraction(1.1) ** 2)),
        ("sqrt(a)", {"a": 2}, math.sqrt(2)),
        ("a ** 0.5", {"a": 4}, 2.0),
        ("10 ** a / 10 ** a", {"a": 400}, 1.0),  # what is too large on the way alone is no reason to have none
    ],
)
def test_the_result_is_the_nearest_float_to_the_exact_one(text: str, numbers: dict[str, float], result: float) -> None:
    assert worked_out(text, **numbers) == result


@pytest.mark.parametrize(
    ("text", "numbers", "why"),
    [
        ("mant * 10 ** exp", {"mant": 3, "exp": 30000}, r"\*\* is beyond any number"),
        ("mant * 10 ** exp", {"mant": 3, "exp": 400}, "the result is beyond any number"),
        ("mant * 10 ** exp", {"mant": 3, "exp": -30000}, r"\*\* is beyond any number"),
        ("mant * 10 ** exp", {"mant": 3, "exp": -400}, "nearer to 0 than any number"),
        ("a / b", {"a": 1, "b": 0}, "/ divides by zero"),
        ("a ** b", {"a": 0, "b": -1}, r"\*\* divides by zero"),
        ("a ** b", {"a": -8, "b": 0.5}, r"\*\* is no real number"),
        ("sqrt(a)", {"a": -1}, "sqrt is no real number"),
        ("ln(a)", {"a": 0}, "ln is no real number"),
        ("exp(a)", {"a": 1000}, "exp is beyond any number"),
        ("sqrt(10 ** a)", {"a": 400}, "sqrt is beyond any number"),
        ("a ** 2", {"a": LARGEST}, "the result is beyond any number"),
    ],
)
def test_no_result_says_which_step_has_none(text: str, numbers: dict[str, float], why: str) -> None:
    with pytest.raises(ArithmeticError, match=why):
        worked_out(text, **numbers)


@pytest.mark.parametrize("text", ["10 ** a", "a ** a", "2 ** 2 ** a", "a ** a ** a", "9 ** (0 - a)"])
@pytest.mark.parametrize("a", [2**32, 2**64 - 1, -(2**63), 1e308])
def test_a_huge_exponent_takes_no_time(text: str, a: float) -> None:
    began_s = time.process_time()
    with pytest.raises(ArithmeticError):
        worked_out(text, a=a)
    assert time.process_time() - began_s < 0.05


def test_powers_of_powers_have_bounds_on_the_way() -> None:
    text = "a" + " * a ** 200" * 40
    began_s = time.process_time()
    with pytest.raises(ArithmeticError):
        worked_out(text, a=2**64 - 1)
    assert time.process_time() - began_s < 0.05


@pytest.mark.parametrize("number", ["1e-9999999", "0.0001e-99999999", "1e-400", "1e400"])
def test_a_number_that_no_float_holds_is_refused_at_once(number: str) -> None:
    began_s = time.process_time()
    with pytest.raises(FormulaError, match="than any number"):
        parse_formula(f"a * {number}")
    assert time.process_time() - began_s < 0.05


@pytest.mark.parametrize("zero", ["0e-9999999", "0.000e99999999", "0", ".0"])
def test_a_zero_with_a_huge_exponent_takes_no_time(zero: str) -> None:
    began_s = time.process_time()
    assert worked_out(f"a + {zero}", a=2) == 2
    assert time.process_time() - began_s < 0.05
