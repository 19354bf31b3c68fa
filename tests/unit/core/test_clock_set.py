"""Time that the clock showed and that never passed."""

from __future__ import annotations

from gateway.core.clock_set import ClockSet, SkippedTime, skipped_ms, skipped_times
from gateway.core.lateness import Downtime

H = 3_600_000
AHEAD = ClockSet(0, 100 * H, 13 * H)


def test_what_was_jumped_over_never_passed() -> None:
    skipped = skipped_times([AHEAD], [])
    assert skipped == (SkippedTime(100 * H, 113 * H),)
    assert skipped_ms(99 * H, 114 * H, skipped) == 13 * H
    assert skipped_ms(105 * H, 106 * H, skipped) == H
    assert skipped_ms(90 * H, 100 * H, skipped) == skipped_ms(113 * H, 120 * H, skipped) == 0


def test_set_back_again_only_the_hours_that_were_not_lived_through_later_are_skipped() -> None:
    assert skipped_times([AHEAD, ClockSet(0, 114 * H, -13 * H)], []) == (SkippedTime(100 * H, 101 * H),)
    assert skipped_times([ClockSet(0, 114 * H, -13 * H)], []) == ()


def test_what_nobody_saw_counts_as_it_stands() -> None:
    assert skipped_times([AHEAD], [Downtime(99 * H, 101 * H)]) == (SkippedTime(101 * H, 113 * H),)
    assert skipped_times([AHEAD], [Downtime(120 * H, 140 * H)]) == (SkippedTime(100 * H, 113 * H),)


def test_a_machine_that_woke_in_1970_skips_neither_the_night_nor_what_was_before() -> None:
    woke = ClockSet(0, H, 112 * H)  # it is 113 now; the gateway was off from 100 to 112
    assert skipped_times([woke], [Downtime(100 * H, 112 * H)]) == (SkippedTime(112 * H, 113 * H),)
