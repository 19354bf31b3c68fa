"""Limits by standard: choices, coefficients, days. (`tests/reference/` holds the numbers of the tables that ship.)"""

from __future__ import annotations

from datetime import date

import pytest

from gateway.config.standards.shelf import StandardShelf
from gateway.core.dated_limit import DatedLimit
from gateway.core.limits import Limit
from gateway.core.reading import Parameter
from gateway.core.standard_table import Choice, ChoiceValue, Coefficient, Standard, StandardError, TableCase, TableLine
from gateway.core.standards import limits_by

COD = Parameter("COD", "mg/L")


def named(name: str) -> Standard:
    return StandardShelf().standard(name)


def bounds(limits: tuple[DatedLimit, ...]) -> list[Limit]:
    return [one.limit for one in limits]


def test_a_ph_has_two_bounds_and_no_coefficients() -> None:
    ph = Parameter("pH", "-")
    assert bounds(limits_by(named("QCVN 40:2011"), ph, {"column": "A"}, {"kq": 0.9, "kf": 1.1})) == [Limit(6, 9)]
    assert bounds(limits_by(named("QCVN 40:2011/BTNMT"), ph, {"column": "B"})) == [Limit(5.5, 9)]


def test_coefficients_multiply_as_on_paper() -> None:
    """150 × 0.9 × 1.1 = 148.5, not 148.50000000000003."""
    (found,) = limits_by(named("QCVN 40:2011"), COD, {"column": "B"}, {"kq": 0.9, "kf": 1.1})
    assert found.limit == Limit(highest=148.5)
    assert found.origin is not None
    assert (found.origin.column, found.origin.coefficients) == ("B", (("kq", 0.9), ("kf", 1.1)))
    assert found.origin.written == Limit(highest=150.0)


def test_a_coefficient_that_is_left_out_counts_as_one_and_is_named() -> None:
    (found,) = limits_by(named("QCVN 40:2011"), COD, {"column": "B"}, {"kf": 1.1})
    assert found.limit.highest == 165.0
    assert found.origin is not None
    assert found.origin.left_out == ("kq",)


def test_fine_dust_has_another_limit_from_2026_on() -> None:
    found = limits_by(named("QCVN 05:2023"), Parameter("PM2,5", "ug/Nm3"))
    on = {
        day: [one.limit.highest for one in found if one.holds_on(day) and one.limit.averaging_ms == 86_400_000]
        for day in (date(2023, 9, 11), date(2023, 9, 12), date(2025, 12, 31), date(2026, 1, 1))
    }
    assert list(on.values()) == [[], [50.0], [50.0], [45.0]]


TABLE = Standard(
    "GPMT 1",
    (
        TableLine(COD, (TableCase(None, 10.0, (("flow", ("small",)),)),), scaled_by=("k",)),
        TableLine(Parameter("TSS", "mg/L"), (TableCase(None, 50.0),)),
    ),
    (Choice("flow", (ChoiceValue("small"), ChoiceValue("large", until=date(2030, 12, 31)))),),
    (Coefficient("k", 0.5, 1.5, (0.5, 1.0, 1.5)),),
    since=date(2026, 1, 1),
)


def test_what_does_not_depend_on_a_choice_needs_none() -> None:
    (found,) = limits_by(TABLE, Parameter("TSS", "mg/L"))
    assert (found.limit.highest, found.since, found.until) == (50.0, date(2026, 1, 1), None)


def test_a_choice_may_end_before_its_table() -> None:
    (found,) = limits_by(TABLE, Parameter("TSS", "mg/L"), {"flow": "large"})
    assert found.until == date(2030, 12, 31)


@pytest.mark.parametrize(
    ("name", "parameter", "choices", "coefficients", "wrong"),
    [
        ("QCVN 40:2011", COD, {}, {}, "has columns"),
        ("QCVN 40:2011", COD, {"column": "C"}, {}, "has no column C"),
        ("QCVN 05:2023", Parameter("SO2", "ug/Nm3"), {"column": "A"}, {}, "has no column A"),
        ("QCVN 40:2011", COD, {"column": "A"}, {"kp": 1.0}, "has no kp"),
        ("QCVN 40:2011", COD, {"column": "A"}, {"kq": 90.0}, "90 is out of the range"),
        ("QCVN 05:2023", Parameter("SO2", "ug/Nm3"), {}, {"kq": 1.0}, "has no kq"),
        ("QCVN 19:2009", Parameter("Smell", "mg/Nm3"), {"column": "B"}, {}, "has no limit for Smell"),
        ("QCVN 19:2009", Parameter("SO2", "ug/Nm3"), {"column": "B"}, {}, "limits SO2 in mg/Nm3, not ug/Nm3"),
        ("QCVN 40:2025", COD, {"column": "A"}, {}, "has no limit for COD"),
    ],
)
def test_what_it_does_not_say_is_refused(
    name: str, parameter: Parameter, choices: dict[str, str], coefficients: dict[str, float], wrong: str
) -> None:
    with pytest.raises(StandardError) as refusal:
        limits_by(named(name), parameter, choices, coefficients)
    assert wrong in refusal.value.wrong
    assert refusal.value.right


def test_what_a_choice_has_no_limit_for_is_refused() -> None:
    with pytest.raises(StandardError, match="no limit for COD with flow large"):
        limits_by(TABLE, COD, {"flow": "large"})


def test_an_unknown_standard_names_those_that_are_known() -> None:
    with pytest.raises(StandardError, match=r"QCVN 05:2023, .*QCVN 40:2011"):
        named("QCVN 99:1930 of somewhere else")
