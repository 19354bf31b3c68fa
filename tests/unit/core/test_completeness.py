"""What arrived of what was due, what is missing, what must be reported."""

from __future__ import annotations

import pytest

from gateway.core.completeness import (
    TEN_DAYS_MS,
    Gap,
    Period,
    Ratio,
    SlotFile,
    gaps,
    ratio_received,
)
from gateway.core.lateness import DelayCause
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS

DAY = Period(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, SLOT_MS)


def end(slot: int) -> int:
    """The end of the day's slot of this number, counted from 1."""
    return MIDNIGHT_MS + slot * SLOT_MS


class TestPeriod:
    def test_a_day_has_288_slots_from_five_past_midnight_to_midnight(self) -> None:
        ends = list(DAY.ends_ms())
        assert len(ends) == len(DAY) == 288
        assert (ends[0], ends[-1]) == (end(1), end(288))

    @pytest.mark.parametrize(("shift", "slots"), [(0, 288), (1, 288), (-1, 288), (SLOT_MS - 1, 288), (SLOT_MS, 288)])
    def test_days_that_begin_anywhere(self, shift: int, slots: int) -> None:
        period = Period(MIDNIGHT_MS + shift, MIDNIGHT_MS + shift + DAY_MS, SLOT_MS)
        assert len(period) == len(list(period.ends_ms())) == slots

    def test_is_empty_between_two_ends(self) -> None:
        period = Period(end(1), end(2) - 1, SLOT_MS)
        assert len(period) == len(list(period.ends_ms())) == 0

    def test_does_not_run_backwards(self) -> None:
        with pytest.raises(ValueError, match="before it begins"):
            Period(1, 0, SLOT_MS)


class TestRatio:
    @pytest.mark.parametrize(("received", "is_enough"), [(288, True), (231, True), (230, False), (0, False)])
    def test_80_percent_of_a_day(self, received: int, is_enough: bool) -> None:
        assert Ratio(received, 288).is_enough() is is_enough

    def test_exactly_80_percent_are_enough(self) -> None:
        assert Ratio(4, 5).is_enough()
        assert Ratio(4, 5).percent == 80.0

    def test_nothing_of_nothing(self) -> None:
        assert Ratio(0, 0).percent is None
        assert Ratio(0, 0).is_enough()

    def test_received_counts_each_slot_once_and_only_what_arrived(self) -> None:
        files = [
            SlotFile(end(1), end(1) + 1000),
            SlotFile(end(1), end(1) + 9000),
            SlotFile(end(2), None, DelayCause.LINE),
            SlotFile(end(300), end(300)),
        ]
        assert ratio_received(files, DAY) == Ratio(1, 288)

    def test_hourly_files_count_for_ten_days(self) -> None:
        period = Period(MIDNIGHT_MS, MIDNIGHT_MS + 5 * HOUR_MS, HOUR_MS)
        hours = [MIDNIGHT_MS + hour * HOUR_MS for hour in range(1, 6)]
        ten_days_ms = 864_000_000
        files = [SlotFile(one, one + ten_days_ms) for one in hours[:4]] + [
            SlotFile(hours[4], hours[4] + ten_days_ms + 1)
        ]
        assert ratio_received(files, period, TEN_DAYS_MS) == Ratio(4, 5)
        assert ratio_received(files, period, TEN_DAYS_MS).is_enough()
        assert ratio_received(files, period) == Ratio(5, 5)


class TestGaps:
    def test_by_hand(self) -> None:
        period = Period(end(0), end(5), SLOT_MS)
        assert gaps([end(1), end(4)], period) == (Gap(end(1), end(3), 2), Gap(end(4), end(5), 1))

    def test_nothing_missing_and_everything(self) -> None:
        assert gaps(DAY.ends_ms(), DAY) == ()
        assert gaps([], DAY) == (Gap(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 288),)
