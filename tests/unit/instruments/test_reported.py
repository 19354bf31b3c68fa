"""Text to number to value: exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import AsciiMeasured
from gateway.core.reading import Reading, Status
from gateway.instruments.reported import NumberForm, ReportedScaling, number_in, reading

NUMBERS = {
    "12.5": "12.5",
    "+0012.50": "12.50",
    "-.5": "-0.5",
    "7.": "7",
    " 3 ": "3",
    "1.1E1": "11",
    "4e-3": "0.004",
}
NO_NUMBERS = [
    "",
    "-",
    ".",
    "----",
    "NaN",
    "inf",
    "#12.5",
    "12.5#",
    "1 2",
    "1,5",
    "0x10",
    "1_0",
    "١٢",
    "٣",
    "３",  # noqa: RUF001
    "-inf",
    "Infinity",
    "nan",
    "9" * 10_000,
    "0." + "9" * 10_000,
    "1e9999",
    "12.5\xa0",
    "12.5\x1f",
    "12\x0b",
    "²",
    "1e1000",
    "1" * 31,
]


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_numbers(text: str, number: str) -> None:
    assert number_in(text) == Decimal(number)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_in(text) is None


def test_a_decimal_comma() -> None:
    comma = NumberForm(",")
    assert comma.number_in("-3,5") == Decimal("-3.5")
    assert comma.number_in("1.003,5") is None
    assert comma.number_in("3.5") is None


GROUPED = {
    "1.234,5": "1234.5",
    "-12.345.678": "-12345678",
    "1234,5": "1234.5",
    "12,5": "12.5",
    ",5": "0.5",
    "1.000e3": "1000000",
}
NOT_GROUPED = ["1.23,4", "1234.567,8", ".234,5", "1.2345", "1..234", "1.234.5", "1,234.5", "1.234,", "1. 234", "1'234"]


@pytest.mark.parametrize(("text", "number"), GROUPED.items())
def test_thousands_between_groups_of_three(text: str, number: str) -> None:
    assert NumberForm(",", ".").number_in(text) == Decimal(number)


@pytest.mark.parametrize("text", NOT_GROUPED)
def test_dots_elsewhere_are_no_thousands(text: str) -> None:
    number = NumberForm(",", ".").number_in(text)
    assert number == (Decimal(1234) if text == "1.234," else None)


def test_other_thousands() -> None:
    assert NumberForm(".", ",").number_in("1,234.5") == Decimal("1234.5")
    assert NumberForm(",", " ").number_in(" 1 234 567,5 ") == Decimal("1234567.5")
    assert NumberForm(".", "'").number_in("-1'234.5") == Decimal("-1234.5")
    assert number_in("1,234") is None
    assert NumberForm(",").number_in("1.234") is None


def test_a_sign_far_from_its_digits() -> None:
    """Balances have the sign in their first column."""
    balance = NumberForm(blank_after_sign=True)
    assert balance.number_in("-   12.5") == Decimal("-12.5")
    assert balance.number_in("+ .5") == Decimal("0.5")
    assert balance.number_in("- - 12.5") is None
    assert balance.number_in("1 2") is None
    assert number_in("- 12.5") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<0.01", "'<0.01' is no number: less than the device can tell"),
        (">500", "'>500' is no number: more than the device can tell"),
        ("ERR", "'ERR' is no number"),
        ("  ", "nothing stands where the number should"),
        ("-9999", "'-9999' is a code in invalid"),
        ("1\x1b[31m", r"'1\x1b[31m' is no number"),
        ("9" * 5000, f"'{'9' * 40}' … is no number"),
    ],
)
def test_why_there_is_no_value(text: str, said: str) -> None:
    assert scaling(invalid=[-9999]).why_none(text, number_in(text)).detail == said


def scaling(**more: object) -> ReportedScaling:
    return ReportedScaling.of(AsciiMeasured.model_validate({"symbol": "PM", "unit": "mg/Nm3", **more}))


def test_scaling_is_decimal() -> None:
    assert scaling(scale=0.1).value(Decimal(713)) == 71.3
    assert scaling(scale=0.1, offset=-0.3).value(Decimal(4)) == 0.1


def test_a_number_that_means_no_value() -> None:
    marked = scaling(invalid=[-9999, 65535])
    assert marked.value(Decimal("-9999.0")) is None
    assert marked.value(Decimal(9999)) == 9999.0
    assert marked.value(None) is None


def test_a_number_beyond_any_float_is_no_value() -> None:
    assert scaling(scale=1000).value(number_in("9e307")) is None


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e20, max_value=1e20))
def test_what_python_prints_is_read_back_bit_for_bit(value: float) -> None:
    number = number_in(repr(value))
    assert number is not None
    assert scaling().value(number) == value


def test_a_device_that_measures_has_a_value() -> None:
    assert reading(None, Status.MEASURING) == Reading(None, Status.FAULT)
    assert reading(None, Status.CALIBRATING) == Reading(None, Status.CALIBRATING)
    assert reading(1.0, Status.FAULT) == Reading(1.0, Status.FAULT)
