"""The partner of a reading is the nearest in time, and none that is too far away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.pairing import nearest


@pytest.mark.parametrize(
    ("at_ms", "instants_ms", "within_ms", "place"),
    [
        (2_000, (0, 5_000), 5_000, 0),
        (3_000, (0, 5_000), 5_000, 1),
        (2_500, (0, 5_000), 5_000, 0),  # as near as each other: the earlier
        (5_000, (0, 5_000), 0, 1),
        (9_000, (0, 4_000), 5_000, 1),
        (9_001, (0, 4_000), 5_000, None),
        (0, (), 5_000, None),
    ],
)
def test_the_nearest_within_the_period(
    at_ms: int, instants_ms: tuple[int, ...], within_ms: int, place: int | None
) -> None:
    assert nearest(at_ms, instants_ms, within_ms) == place


@given(st.integers(0, 100), st.lists(st.integers(0, 100), max_size=8), st.integers(0, 20))
def test_as_a_search_through_all_of_them_finds_it(at_ms: int, instants_ms: list[int], within_ms: int) -> None:
    instants_ms.sort()
    place = nearest(at_ms, instants_ms, within_ms)
    apart = [(abs(instant - at_ms), instant) for instant in instants_ms if abs(instant - at_ms) <= within_ms]
    found = None if place is None else (abs(instants_ms[place] - at_ms), instants_ms[place])
    assert found == min(apart, default=None)
