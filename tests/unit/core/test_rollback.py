"""When a database is older than its anchor, and what was closed before."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.instants import DAY_MS
from gateway.core.rollback import MOST_ENDS, Anchor, DatabaseState, Marks, closed_until, older_in, with_end, with_slots

SLOT_MS = 300_000
NOW_MS = 1_767_200_400_000
IN_2030_MS = NOW_MS + 4 * 365 * DAY_MS
ANCHOR = Anchor(Marks(5, 100, 90, 1000))


def test_a_database_that_has_come_as_far_or_further_is_no_older() -> None:
    assert older_in(ANCHOR, DatabaseState(ANCHOR.marks)) == ()
    assert older_in(ANCHOR, DatabaseState(Marks(6, 101, 91, 1001))) == ()
    assert older_in(Anchor(), DatabaseState(Marks())) == ()


@pytest.mark.parametrize("mark", [mark.name for mark in fields(Marks)])
def test_one_mark_that_is_behind_is_enough(mark: str) -> None:
    state = DatabaseState(replace(ANCHOR.marks, **{mark: getattr(ANCHOR.marks, mark) - 1}))
    assert len(older_in(ANCHOR, state)) == 1


def test_a_slot_without_its_record_and_an_arrival_that_is_unknown_are_enough() -> None:
    assert "2025-12-31T17:00:00Z" in older_in(ANCHOR, DatabaseState(ANCHOR.marks, ((SLOT_MS, NOW_MS),)))[0]
    assert older_in(ANCHOR, DatabaseState(ANCHOR.marks, (), (7,)))
    assert older_in(ANCHOR, DatabaseState(ANCHOR.marks, ((SLOT_MS, 1 << 60),)))


def test_a_new_database_beside_an_old_anchor_is_said_to_be_new() -> None:
    assert older_in(ANCHOR, DatabaseState(Marks())) == ("it is new and empty",)


def test_slots_one_after_the_other_are_one_stretch() -> None:
    ends: tuple[int, ...] = ()
    for number in range(1000):
        ends = with_end(ends, NOW_MS + number * SLOT_MS)
    assert ends == (NOW_MS + 999 * SLOT_MS,)


def test_what_was_closed_before_the_clock_ran_ahead_is_known_when_it_is_right_again() -> None:
    slots = [(SLOT_MS, start + number * SLOT_MS) for start in (NOW_MS, IN_2030_MS) for number in range(300)]
    closed = with_slots({}, slots)
    assert closed_until(closed[SLOT_MS], NOW_MS + 2 * DAY_MS) == NOW_MS + 299 * SLOT_MS
    assert closed_until(closed[SLOT_MS], NOW_MS - 1) is None


@given(st.lists(st.integers(0, 1 << 50), max_size=60))
def test_however_the_clock_jumps_little_is_kept_and_the_newest_is_among_it(ends: list[int]) -> None:
    kept: tuple[int, ...] = ()
    for end in ends:
        kept = with_end(kept, end)
        assert kept[-1] == end
        assert len(kept) <= MOST_ENDS
