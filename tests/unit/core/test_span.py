"""Days and instants as people write them, on the station's wall clock."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gateway.core.instants import day_begins_ms
from gateway.core.span import first_ms, last_ms

HANOI, PARIS = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Paris")
MIDNIGHT_MS = 1_767_200_400_000
"""2026-01-01T00:00:00+07:00"""
HOUR_MS = 3_600_000


def test_a_day_is_every_file_that_bears_it_in_its_name() -> None:
    assert first_ms("2026-01-01", HANOI) == MIDNIGHT_MS
    assert last_ms("2026-01-01", HANOI) == MIDNIGHT_MS + 24 * HOUR_MS - 1


@pytest.mark.parametrize(
    "text",
    ["2026-01-01T08:05", "2026-01-01 08:05", "2026-01-01T08:05:00+07:00", "2026-01-01T01:05:00Z"],
)
def test_an_instant_is_itself_at_both_ends(text: str) -> None:
    assert first_ms(text, HANOI) == last_ms(text, HANOI) == MIDNIGHT_MS + 8 * HOUR_MS + 300_000


def test_a_day_on_which_the_clocks_change_is_shorter() -> None:
    assert last_ms("2026-03-29", PARIS) + 1 - first_ms("2026-03-29", PARIS) == 23 * HOUR_MS


def test_where_a_day_begins() -> None:
    assert day_begins_ms(date(2026, 1, 1), HANOI) == MIDNIGHT_MS


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "31.01.2026", "2026-01-01T25:00"])
def test_anything_else_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError, match="write 2026-01-31"):
        first_ms(text, HANOI)


@pytest.mark.parametrize("text", ["0001-01-01", "1970-12-31", "9999-12-31", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_are_refused_in_words(text: str) -> None:
    for end in (first_ms, last_ms):
        with pytest.raises(ValueError, match="outside the years 1971 to 9998"):
            end(text, HANOI)


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_first_and_the_last_day_that_can_be_meant_are_days(zone: str) -> None:
    for text in ("1971-01-01", "9998-12-31"):
        assert last_ms(text, ZoneInfo(zone)) - first_ms(text, ZoneInfo(zone)) == 24 * HOUR_MS - 1
