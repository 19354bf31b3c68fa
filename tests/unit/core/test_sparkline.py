"""A row of characters for a row of values."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.sparkline import BLOCKS, NOTHING, PLAIN, sparkline

VALUES = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=300)


def test_lows_and_highs_and_gaps_are_seen() -> None:
    assert sparkline([1, 2, None, None, 8, 8], 3) == "▁ █"
    assert sparkline([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8) == BLOCKS
    assert sparkline([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8, PLAIN) == PLAIN
    assert sparkline([7.2, 7.2, None], 3) == "▅▅ "
    assert sparkline([None] * 288, 24) == NOTHING * 24
    assert sparkline([], 24) == ""


@given(VALUES, st.integers(1, 60))
def test_any_values_are_as_wide_as_asked_and_reach_from_lowest_to_highest(
    values: list[float | None], width: int
) -> None:
    drawn = sparkline(values, width)
    assert len(drawn) == min(width, len(values))
    known = [value for value in values if value is not None]
    assert bool(drawn.strip(NOTHING)) == bool(known)
    if len(values) <= width and known and not math.isclose(min(known), max(known), rel_tol=1e-9):
        assert {drawn[values.index(min(known))], drawn[values.index(max(known))]} == {BLOCKS[0], BLOCKS[-1]}
