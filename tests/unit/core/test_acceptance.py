"""What is decided about what an acceptance test saw."""

from __future__ import annotations

import pytest

from gateway.core.acceptance import SentSlot, StepVerdict, absent_slots, display_agrees, out_of_order
from gateway.core.lateness import Downtime

SLOT_MS = 300_000


@pytest.mark.parametrize(
    ("read", "shown", "span", "agrees"),
    [
        (7.2, 7.3, None, True),
        (62.4, 6.24, None, False),
        (6.24, 62.4, None, False),
        (0.05, 0.15, (0.0, 14.0), True),
        (0.0, 0.15, (0.0, 14.0), False),
        (-0.5, 0.5, None, False),
        (0.0, 0.0, None, True),
        (95.0, 100.0, None, True),
        (94.9, 100.0, None, False),
    ],
)
def test_a_display_agrees_within_five_percent_or_a_hundredth_of_the_range(
    read: float, shown: float, span: tuple[float, float] | None, agrees: bool
) -> None:
    assert display_agrees(read, shown, span, 5.0) is agrees


def test_the_live_lane_may_overtake_and_the_backlog_may_not() -> None:
    backlog = [SentSlot(SLOT_MS * n, 9_000_000 + 10 * n, "backlog") for n in range(1, 4)]
    live = SentSlot(SLOT_MS * 9, 8_000_000, "live")
    assert out_of_order([live, *backlog]) is None
    swapped = [backlog[0], SentSlot(SLOT_MS * 2, 9_500_000, "backlog"), backlog[2]]
    assert out_of_order(swapped) == (SLOT_MS * 2, SLOT_MS * 3)


def test_files_of_one_batch_are_in_order_and_what_waits_counts_for_nothing() -> None:
    same = [SentSlot(SLOT_MS * n, 9_000_000, "backlog") for n in range(3)]
    assert out_of_order([*same, SentSlot(SLOT_MS * 7, None, None)]) is None


def test_a_slot_is_absent_unless_the_gateway_was_off_in_it() -> None:
    ends = [SLOT_MS * n for n in (1, 2, 6)]
    off = [Downtime(SLOT_MS * 2 + 1, SLOT_MS * 4)]
    assert absent_slots(ends, 0, SLOT_MS * 6, SLOT_MS, off) == [SLOT_MS * 5]
    assert absent_slots(ends, 0, SLOT_MS * 6, SLOT_MS, []) == [SLOT_MS * n for n in (3, 4, 5)]


def test_the_slot_that_ends_with_the_request_is_not_looked_for() -> None:
    assert absent_slots([], SLOT_MS, SLOT_MS, SLOT_MS, []) == []


def test_what_was_skipped_is_missing() -> None:
    assert [one for one in StepVerdict if one.is_good] == [StepVerdict.PASSED, StepVerdict.NOT_CONFIGURED]
