"""Formulas: what they mean, where they are wrong, when they have no value."""

from __future__ import annotations

import math

import pytest

from gateway.core.formula import FormulaError, parse_formula

VALUES = {"NO": 3.0, "NO2": 5.0, "O2": 4.0, "PM2,5": 12.0, "PM10": 24.0, "A": 2.0}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("NO + NO2 * 0.5", 5.5),
        ("(NO + NO2) / O2", 2.0),
        ("[PM2,5] / PM10", 0.5),
        ("[NO]", 3.0),
        ("-2 ** 2", -4.0),
        ("(-2) ** 2", 4.0),
        ("2 ** 3 ** 2", 512.0),
        ("2 ** -1", 0.5),
        ("7 - 2 - 1", 4.0),
        ("12 / 3 / 2", 2.0),
        ("2 ** 3 * 4", 32.0),
        ("2 ** -1 * 4", 2.0),
        ("-2 * 3 + 1", -5.0),
        ("2 * -3", -6.0),
        ("--3", 3.0),
        ("+NO", 3.0),
        ("1.5e1 + .5 + 2.", 17.5),
        ("max(NO, NO2, 0) - min(NO, NO2)", 2.0),
        ("sqrt(NO2 + O2)", 3.0),
        ("exp(0) + ln(1) + abs(-2)", 3.0),
        ("exp + 1", None),
        ("  NO\t+\n1 ", 4.0),
    ],
)
def test_means_what_it_means_on_paper(text: str, result: float | None) -> None:
    assert parse_formula(text).of(VALUES) == result


def test_names_the_parameters_it_needs_once_each() -> None:
    assert parse_formula("NO + [PM2,5] * NO - max(A, 1)").symbols == ("NO", "PM2,5", "A")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("NO / O2", {"NO": 3.0, "O2": 0.0}),
        ("NO / O2", {"NO": 3.0, "O2": None}),
        ("NO / O2", {"NO": 3.0}),
        ("1 + 0 * NO", {"NO": None}),
        ("NO ** 400", {"NO": 10.0}),
        ("NO ** 0.5", {"NO": -8.0}),
        ("NO ** -1", {"NO": 0.0}),
        ("sqrt(NO)", {"NO": -1.0}),
        ("ln(NO)", {"NO": 0.0}),
        ("exp(NO)", {"NO": 1000.0}),
        ("1 / (NO * 10)", {"NO": 1e308}),
        ("max(1, NO * 10)", {"NO": 1e308}),
        ("1e308 - NO", {"NO": -1e308}),
    ],
)
def test_has_no_value_where_a_step_has_none(text: str, values: dict[str, float | None]) -> None:
    assert parse_formula(text).of(values) is None


@pytest.mark.parametrize(
    ("text", "position", "wrong"),
    [
        ("", 1, "the formula ends"),
        ("   ", 4, "the formula ends"),
        ("NO +", 5, "the formula ends"),
        ("NO + * 2", 6, "'*' comes where a value is expected"),
        ("NO NO2", 4, "'NO2' comes unexpectedly"),
        ("2NO", 2, "'NO' comes unexpectedly"),
        ("(NO + 1", 8, "the '(' of character 1 is not closed"),
        ("NO + 1)", 7, "')' comes unexpectedly"),
        ("PM2,5 * 2", 4, "',' comes unexpectedly"),
        ("[PM2,5 * 2", 1, "'[' begins a symbol that does not end"),
        ("[]", 1, "'[' begins a symbol that does not end"),
        ("NO % 2", 4, "'%' means nothing here"),
        ("NO // 2", 5, "'/' comes where a value is expected"),
        ("NO.real", 3, "'.' means nothing here"),
        ("eval(1)", 1, "'eval' is not a function"),
        ("1 + sin(NO)", 5, "'sin' is not a function"),
        ("sqrt(1, 2)", 1, "sqrt takes one value, not 2"),
        ("max()", 5, "')' comes where a value is expected"),
        ("max(1,)", 7, "')' comes where a value is expected"),
        ("1e999", 1, "larger than any number"),
        ('__import__("os")', 12, "'\"' means nothing here"),
        ("lambda: 0", 7, "':' means nothing here"),
        ("(" * 60 + "1" + ")" * 60, 51, "nested too deeply"),
        ("-" * 200 + "1", 51, "nested too deeply"),
        ("1" + "+1" * 250, 501, "longer than 500 characters"),
        ("NO\u00d72", 3, "'×' means nothing here"),
    ],
)
def test_says_where_it_is_wrong(text: str, position: int, wrong: str) -> None:
    with pytest.raises(FormulaError) as refusal:
        parse_formula(text)
    assert refusal.value.position == position
    assert wrong in refusal.value.wrong
    assert refusal.value.right
    assert str(refusal.value).startswith(f"character {position}: ")


@pytest.mark.parametrize(
    ("text", "position", "wrong"),
    [
        ("9**9**9", 2, "beyond the largest number"),
        ("10**400", 3, "beyond the largest number"),
        ("NO * 10**400", 8, "beyond the largest number"),
        ("1e308 * 10 + NO", 7, "beyond the largest number"),
        ("NO / 0", 4, "divides by zero"),
        ("NO / (2 - 2)", 4, "divides by zero"),
        ("NO / (0 * NO2)", 4, "divides by zero"),
        ("1 / ln(1)", 3, "divides by zero"),
        ("0 ** -1", 3, "beyond the largest number, or not real"),
        ("(-8) ** 0.5", 6, "not real"),
        ("(-1 - abs(NO)) ** 0.5", 16, "not real"),
        ("sqrt(-1)", 1, "root of what is always below zero"),
        ("NO + sqrt(min(NO2, -1))", 6, "root of what is always below zero"),
        ("ln(0)", 1, "logarithm of what is never above zero"),
        ("ln(-abs(NO))", 1, "logarithm of what is never above zero"),
        ("exp(1000)", 1, "beyond the largest number"),
        ("exp(max(NO, 1000))", 1, "beyond the largest number"),
        ("1 + 1 / 0 + sqrt(-1)", 7, "divides by zero"),
    ],
)
def test_one_that_can_only_fail_is_told_before_anything_is_measured(text: str, position: int, wrong: str) -> None:
    formula = parse_formula(text)
    assert formula.never is not None
    assert formula.never.position == position
    assert wrong in formula.never.wrong
    assert formula.of(VALUES) is None


@pytest.mark.parametrize(
    "text",
    ["NO / NO2", "ln(NO)", "sqrt(-NO)", "NO ** NO2", "NO ** -0.5", "1 / (NO - NO2)", "exp(NO)", "NO ** 400", "0 ** NO"],
)
def test_one_that_may_have_a_value_is_no_fault(text: str) -> None:
    assert parse_formula(text).never is None


def test_what_is_no_finite_number_never_comes_out_of_it() -> None:
    for value in (math.inf, -math.inf, math.nan, 10**400):
        for text in ("A", "+A", "max(A, 1)", "A * 0", "A ** 2"):
            assert parse_formula(text).of({"A": value}) is None


def test_the_longest_chain_is_computed() -> None:
    assert parse_formula("1" + "+1" * 249).of({}) == 250.0


def test_never_gives_infinity_or_nan() -> None:
    formula = parse_formula("A * B - C ** D")
    for value in (0.0, -0.0, 1e308, -1e308, 5e-324):
        result = formula.of({"A": value, "B": 1e10, "C": value, "D": 3.0})
        assert result is None or math.isfinite(result)
