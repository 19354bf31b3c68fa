"""Packed steps are the steps that they were made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reports.thinning import SeriesStep
from gateway.web.charts.packed_steps import PackedSteps

_VALUE = st.floats(allow_nan=False, allow_infinity=False)
_COUNT = st.integers(0, 40_000)


@st.composite
def _steps(draw: st.DrawFn) -> SeriesStep:
    extremes = draw(st.one_of(st.just((None, None, None)), st.tuples(_VALUE, _VALUE, _VALUE)))
    return SeriesStep(*extremes, *(draw(_COUNT) for _ in range(5)))


@given(st.lists(_steps()), st.integers(-3, 3), st.integers(-3, 3))
def test_each_comes_back_as_it_was(steps: list[SeriesStep], begin: int, end: int) -> None:
    packed = PackedSteps(steps)
    assert tuple(packed) == tuple(steps)
    assert packed[begin:end] == tuple(steps[begin:end])
    assert [packed[number] for number in range(-len(steps), len(steps))] == steps + steps
    with pytest.raises(IndexError):
        packed[len(steps)]
