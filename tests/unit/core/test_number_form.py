"""A number that people read cannot be mistaken for another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.number_form import readable
from gateway.files.formats.tt10 import number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7.2, "7.20"),
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (1e-38, "1e-38"),
        (-1.5e-43, "-1.5e-43"),
        (0.004, "0.004"),
        (0.006, "0.01"),
        (-2061234847777210800000000000000000.0, "-2.06123485e+33"),
        (999_999_999_999_999.0, "999999999999999.00"),
        (1e15, "1e+15"),
    ],
)
def test_a_number_of_the_wrong_byte_order_does_not_look_like_a_value(value: float, shown: str) -> None:
    assert readable(value, number(value, 2)) == shown


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_nothing_but_zero_reads_as_zero_and_no_line_overflows(value: float, decimals: int) -> None:
    shown = readable(value, number(value, decimals))
    assert len(shown) <= 24
    assert (float(shown) == 0) is (value == 0)
