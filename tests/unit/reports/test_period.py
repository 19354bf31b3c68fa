"""Which slots a month, a day or two instants mean."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.reports import period
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS

ZONE = "Asia/Ho_Chi_Minh"


def test_a_month_has_the_slots_that_bear_its_dates() -> None:
    month = period.month("2026-01", ZONE)
    assert (month.from_ms, month.until_ms) == (MIDNIGHT_MS, MIDNIGHT_MS + 31 * DAY_MS - 1)
    assert month.slots(SLOT_MS) == 31 * 288
    assert month.after_ms(SLOT_MS) == MIDNIGHT_MS - SLOT_MS
    assert month.month == date(2026, 1, 1)
    assert period.month("2028-02", ZONE).slots(HOUR_MS) == 29 * 24
    assert period.month("2026-12", ZONE).slots(HOUR_MS) == 31 * 24


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "0000-01", ""])
def test_what_is_no_month_is_told_how_to_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="write 2026-01"):
        period.month(text, ZONE)


def test_bounds_are_both_included() -> None:
    one = period.between("2026-01-01T00:05", "2026-01-01T00:05", ZONE)
    assert one.slots(SLOT_MS) == 1
    assert one.after_ms(SLOT_MS) == MIDNIGHT_MS
    assert period.between("2026-01-01T00:04", "2026-01-01T00:11", ZONE).slots(SLOT_MS) == 2
    with pytest.raises(ValueError, match="exchange the two"):
        period.between("2026-01-02", "2026-01-01", ZONE)


def test_days_are_cut_at_the_bounds_and_follow_the_clocks_of_the_zone() -> None:
    cut = period.between("2026-01-01T12:00", "2026-01-02T12:00", ZONE)
    assert [day for day, _, _ in cut.days()] == [date(2026, 1, 1), date(2026, 1, 2)]
    assert [last - first for _, first, last in cut.days()] == [12 * HOUR_MS - 1, 12 * HOUR_MS]
    summer = period.between("2026-03-29", "2026-03-29", "Europe/Berlin")
    assert summer.slots(HOUR_MS) == 23
    assert len(list(summer.days())) == 1


def test_a_time_that_has_not_come_is_empty() -> None:
    asked = period.month("2026-01", ZONE)
    assert asked.until(MIDNIGHT_MS - DAY_MS).slots(SLOT_MS) == 0
    assert list(asked.until(MIDNIGHT_MS - DAY_MS).days()) == []
    assert asked.until(MIDNIGHT_MS + DAY_MS).until_ms == MIDNIGHT_MS + DAY_MS
