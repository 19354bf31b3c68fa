"""Limits by standard, against the regulations' tables copied a second time."""

from __future__ import annotations

import pytest

from gateway.config.builtin_tables.regulations import standards
from gateway.core.limits import Limit
from gateway.core.reading import Parameter
from gateway.core.standards import Standard, StandardError, limits_by, standard_named

HOUR = 3_600_000

WATER = "Temp 40/40 oC, Color 50/150 Pt-Co, BOD5 30/50, COD 75/150, TSS 50/100, NH4 5/10, TN 20/40, TP 4/6, Cl 1/2"
STACK = "PM 400/200, CO 1000/1000, SO2 1500/500, NOx 1000/850, NH3 76/50, H2S 7.5/7.5"
AMBIENT = (
    "SO2 350 1, SO2 125 24, CO 30000 1, CO 10000 8, NO2 200 1, NO2 100 24, O3 200 1, O3 120 8, PM10 100 24, PM2;5 50 24"
)
UNSCALED = {"Temp", "Color"}


def named(name: str) -> Standard:
    return standard_named(name, standards())


@pytest.mark.parametrize(
    ("name", "table", "unit"), [("QCVN 40:2011", WATER, "mg/L"), ("QCVN 19:2009/BTNMT", STACK, "mg/Nm3")]
)
def test_every_line_of_the_tables_with_columns(name: str, table: str, unit: str) -> None:
    first, second = named(name).coefficients
    for line in table.split(", "):
        symbol, bounds, *other = line.split(" ")
        parameter = Parameter(symbol, other[0] if other else unit)
        for column, bound in zip("AB", bounds.split("/"), strict=True):
            assert limits_by(named(name), parameter, column) == (Limit(highest=float(bound)),)
            (scaled,) = limits_by(named(name), parameter, column, {first: 0.5, second: 1.2})
            assert scaled.highest == (float(bound) if symbol in UNSCALED else float(bound) * 6 / 10)


def test_a_ph_has_two_bounds_and_no_coefficients() -> None:
    ph = Parameter("pH", "-")
    assert limits_by(named("QCVN 40:2011"), ph, "A", {"kq": 0.9, "kf": 1.1}) == (Limit(6, 9),)
    assert limits_by(named("QCVN 40:2011"), ph, "B") == (Limit(5.5, 9),)


def test_every_line_of_the_ambient_table() -> None:
    lines = [line.replace(";", ",").split(" ") for line in AMBIENT.split(", ")]
    for symbol in {line[0] for line in lines}:
        expected = tuple(
            Limit(highest=float(bound), averaging_ms=int(hours) * HOUR)
            for name, bound, hours in lines
            if name == symbol
        )
        assert limits_by(named("QCVN 05:2023"), Parameter(symbol, "ug/Nm3")) == expected


def test_coefficients_multiply_as_on_paper() -> None:
    """150 × 0.9 × 1.1 = 148.5, not 148.50000000000003."""
    cod = Parameter("COD", "mg/L")
    (limit,) = limits_by(named("QCVN 40:2011"), cod, "B", {"kq": 0.9, "kf": 1.1})
    assert limit == Limit(highest=148.5)


@pytest.mark.parametrize(
    ("name", "parameter", "column", "coefficients", "wrong"),
    [
        ("QCVN 40:2011", Parameter("COD", "mg/L"), None, {}, "has columns"),
        ("QCVN 40:2011", Parameter("COD", "mg/L"), "C", {}, "has no column C"),
        ("QCVN 05:2023", Parameter("SO2", "ug/Nm3"), "A", {}, "has no column A"),
        ("QCVN 40:2011", Parameter("COD", "mg/L"), "A", {"kp": 1.0}, "has no kp"),
        ("QCVN 05:2023", Parameter("SO2", "ug/Nm3"), None, {"kq": 1.0}, "has no kq"),
        ("QCVN 19:2009", Parameter("HF", "mg/Nm3"), "B", {}, "has no limit for HF"),
        ("QCVN 19:2009", Parameter("SO2", "ug/Nm3"), "B", {}, "limits SO2 in mg/Nm3, not ug/Nm3"),
    ],
)
def test_what_it_does_not_say_is_refused(
    name: str, parameter: Parameter, column: str | None, coefficients: dict[str, float], wrong: str
) -> None:
    with pytest.raises(StandardError) as refusal:
        limits_by(named(name), parameter, column, coefficients)
    assert wrong in refusal.value.wrong
    assert refusal.value.right


def test_an_unknown_standard_names_those_that_are_known() -> None:
    with pytest.raises(StandardError, match="QCVN 05:2023, QCVN 19:2009, QCVN 40:2011"):
        named("QCVN 99:2030")
