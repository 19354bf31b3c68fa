"""Slots tile time: no gap, no overlap, whatever the length."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.instants import HOUR_MS
from gateway.core.slot import Slot, is_closable, slot_of, slots_between

instants = st.integers(-(10**13), 10**14)
lengths = st.sampled_from([length for length in range(1000, HOUR_MS + 1, 1000) if HOUR_MS % length == 0])


@given(instants, lengths)
def test_every_instant_lies_in_its_slot_and_in_neither_neighbour(at_ms: int, length_ms: int) -> None:
    slot = slot_of(at_ms, length_ms)
    assert slot.contains(at_ms)
    assert not slot.following().contains(at_ms)
    assert not slot_of(slot.start_ms - 1, length_ms).contains(at_ms)


@given(instants, lengths)
def test_a_boundary_opens_the_next_slot(at_ms: int, length_ms: int) -> None:
    slot = slot_of(at_ms, length_ms)
    assert slot_of(slot.end_ms, length_ms) == slot.following()
    assert slot_of(slot.end_ms - 1, length_ms) == slot
    assert slot_of(slot.start_ms, length_ms) == slot


@given(instants, st.integers(-HOUR_MS, 3 * HOUR_MS), lengths.filter(lambda length: length >= 60_000))
def test_slots_between_tile_the_range(from_ms: int, span_ms: int, length_ms: int) -> None:
    slots = list(slots_between(from_ms, from_ms + span_ms, length_ms))
    if span_ms <= 0:
        assert slots == []
        return
    assert slots[0].contains(from_ms)
    assert slots[-1].contains(from_ms + span_ms - 1)
    assert all(one.end_ms == next_one.start_ms for one, next_one in pairwise(slots))


@given(instants, lengths)
def test_an_hour_never_cuts_a_slot(at_ms: int, length_ms: int) -> None:
    slot = slot_of(at_ms, length_ms)
    assert slot_of(slot.start_ms, HOUR_MS) == slot_of(slot.end_ms - 1, HOUR_MS)


@pytest.mark.parametrize(("end_ms", "length_ms"), [(300_000, 7000), (300_001, 300_000), (300_000, 0), (0, -300_000)])
def test_what_does_not_tile_the_hour_is_no_slot(end_ms: int, length_ms: int) -> None:
    with pytest.raises(ValueError, match="slot"):
        Slot(end_ms, length_ms)


SLOT = Slot(300_000, 300_000)


@given(st.integers(0, 400_000), st.none() | st.integers(0, 400_000))
def test_a_slot_is_closable_from_the_grace_on_unless_a_poll_of_it_is_under_way(
    now_ms: int, began_ms: int | None
) -> None:
    closable = is_closable(SLOT, now_ms, 2000, began_ms, 10_000)
    if now_ms < 302_000:
        assert not closable
    elif now_ms >= 312_000 or began_ms is None:
        assert closable
    else:
        assert closable == (began_ms >= 300_000)
