"""Raw → value is exact: compared with fractions, which do not round."""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.scaling import CurrentLoop, linear

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=6)
scales = decimals.filter(lambda scale: scale != 0)
words = st.integers(-(2**63), 2**64 - 1)
LIVE_ZERO = CurrentLoop.between((Decimal(0), Decimal(4095)), (Decimal(4), Decimal(20)), (Decimal(0), Decimal(200)))


@pytest.mark.parametrize(
    ("raw", "scale", "offset", "expected"),
    [
        (713, "0.1", "0", 71.3),
        (3, "0.1", "0", 0.3),
        (2872, "0.001", "-0.5", 2.372),
        (-1, "1e-3", "0", -0.001),
        (65535, "10", "0", 655350.0),
        (True, "1", "0", 1.0),
        (7, "1", "0", 7.0),
        (2.5, "0.1", "0", 0.25),
    ],
)
def test_decimal_factors_give_decimal_values(raw: float, scale: str, offset: str, expected: float) -> None:
    assert linear(Decimal(scale), Decimal(offset))(raw) == expected


@given(words | st.floats(allow_nan=False, allow_infinity=False), scales, decimals)
def test_the_result_is_the_nearest_float_to_the_exact_one(raw: float, scale: Decimal, offset: Decimal) -> None:
    exact = Fraction(raw) * Fraction(scale) + Fraction(offset)
    try:
        nearest = float(exact)
    except OverflowError:
        nearest = None
    assert linear(scale, offset)(raw) == nearest


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_in_the_right_unit_passes_bit_for_bit(raw: float) -> None:
    value = linear(Decimal("1.0"), Decimal("0.00"))(raw)
    assert value is not None
    assert struct.pack(">d", value) == struct.pack(">d", raw)


@pytest.mark.parametrize("scale", ["1", "0.1"])
@pytest.mark.parametrize("raw", [None, math.nan, math.inf, -math.inf])
def test_nothing_comes_of_nothing(raw: float | None, scale: str) -> None:
    assert linear(Decimal(scale), Decimal(0))(raw) is None


@given(st.integers(-102, 4350))
def test_a_live_loop_lies_on_its_line(raw: int) -> None:
    """Raw −102.375 is 3.6 mA, 4350.9 is 21 mA."""
    assert LIVE_ZERO.of(raw) == float(Fraction(raw * 200, 4095))


@pytest.mark.parametrize("raw", [-32768, -103, 4351, 65535, None])
def test_a_loop_outside_ne43_is_a_failed_transmitter(raw: int | None) -> None:
    assert LIVE_ZERO.of(raw) is None


@pytest.mark.parametrize(
    ("raw", "is_alive"), [(3599, False), (3600, True), (3700, True), (20800, True), (21000, True), (21001, False)]
)
def test_ne43_limits_themselves_are_alive(raw: int, is_alive: bool) -> None:
    """Counts in microamperes, as many converters give them: saturated is alive, beyond is failed."""
    loop = CurrentLoop.between((Decimal(4000), Decimal(20000)), (Decimal(4), Decimal(20)), (Decimal(0), Decimal(14)))
    assert (loop.of(raw) is not None) is is_alive


def test_a_dead_zero_may_be_zero() -> None:
    loop = CurrentLoop.between((Decimal(0), Decimal(20000)), (Decimal(0), Decimal(20)), (Decimal(0), Decimal(100)))
    assert loop.of(0) == 0.0
    assert loop.of(21001) is None


def test_a_value_may_fall_while_the_current_rises() -> None:
    loop = CurrentLoop.between((Decimal(4000), Decimal(20000)), (Decimal(4), Decimal(20)), (Decimal(50), Decimal(-50)))
    assert [loop.of(raw) for raw in (4000, 12000, 20000)] == [50.0, 0.0, -50.0]
