"""Milliseconds and wall clocks: zones with odd offsets, before 1970, the ends of days and of years."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.instants import (
    DAY_MS,
    DUE_MS,
    FAR_FUTURE_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    day_begins_ms,
    local_text,
    local_time,
    milliseconds,
    utc_ms,
    utc_text,
)

HANOI, KATHMANDU, PARIS = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("Europe/Paris")
NEW_YEAR_MS = 1_767_200_400_000
"""2026-01-01T00:00:00+07:00, from a table of time stamps: 1767225600 is 2026-01-01T00:00:00Z, seven hours later."""


def test_the_units() -> None:
    assert (SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS, DUE_MS) == (1_000, 60_000, 3_600_000, 86_400_000, 300_000)


def test_for_ever_is_later_than_the_last_datetime_and_fits_sqlite_with_a_duration_added() -> None:
    assert utc_ms(datetime.max.replace(tzinfo=UTC)) < FAR_FUTURE_MS
    with sqlite3.connect(":memory:") as database:
        assert database.execute("SELECT ? + ?", (FAR_FUTURE_MS, 1_000 * DAY_MS)).fetchone() == (
            FAR_FUTURE_MS + 1_000 * DAY_MS,
        )


@pytest.mark.parametrize(
    ("at_ms", "zone", "shown"),
    [
        (NEW_YEAR_MS, HANOI, "2026-01-01T00:00:00.000+07:00"),
        (NEW_YEAR_MS - 1, HANOI, "2025-12-31T23:59:59.999+07:00"),
        (NEW_YEAR_MS, "Asia/Kathmandu", "2025-12-31T22:45:00.000+05:45"),
        (NEW_YEAR_MS, "Australia/Eucla", "2026-01-01T01:45:00.000+08:45"),
        (NEW_YEAR_MS, "Pacific/Kiritimati", "2026-01-01T07:00:00.000+14:00"),
        (NEW_YEAR_MS, timezone(-timedelta(hours=9, minutes=30)), "2025-12-31T07:30:00.000-09:30"),
        (0, UTC, "1970-01-01T00:00:00.000+00:00"),
        (-1, UTC, "1969-12-31T23:59:59.999+00:00"),
        (-DAY_MS, HANOI, "1969-12-31T08:00:00.000+08:00"),  # Saigon kept Tokyo's time less one until 1975
        (4_102_444_799_999, UTC, "2099-12-31T23:59:59.999+00:00"),
        (253_402_300_799_999, UTC, "9999-12-31T23:59:59.999+00:00"),
    ],
)
def test_what_a_wall_clock_shows(at_ms: int, zone: str | timezone | ZoneInfo, shown: str) -> None:
    assert local_text(at_ms, zone) == shown
    assert local_time(at_ms, zone) == datetime.fromisoformat(shown)
    assert utc_ms(local_time(at_ms, zone)) == at_ms


@given(
    st.integers(-62_000_000_000_000, 253_000_000_000_000),
    st.sampled_from(["Asia/Ho_Chi_Minh", "Asia/Kathmandu", "Europe/Paris", "America/St_Johns", "UTC"]),
)
def test_there_and_back_is_exact_whatever_the_year(at_ms: int, zone: str) -> None:
    assert utc_ms(local_time(at_ms, zone)) == at_ms


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    """2026-10-25, 03:00 in summer's time becomes 02:00."""
    first, second = 1_792_886_400_000, 1_792_890_000_000
    assert (local_text(first, PARIS, "seconds"), local_text(second, PARIS, "seconds")) == (
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    )
    assert (utc_ms(local_time(first, PARIS)), utc_ms(local_time(second, PARIS))) == (first, second)


def test_a_day_begins_at_that_zones_midnight() -> None:
    assert day_begins_ms(date(2026, 1, 1), HANOI) == day_begins_ms(date(2026, 1, 1), "Asia/Ho_Chi_Minh") == NEW_YEAR_MS
    assert day_begins_ms(date(2026, 1, 1), KATHMANDU) == NEW_YEAR_MS + 75 * MINUTE_MS
    assert day_begins_ms(date(1970, 1, 1), UTC) == 0
    assert day_begins_ms(date(1969, 12, 31), UTC) == -DAY_MS


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_on_which_the_clocks_change_has_another_length(day: date, hours: int) -> None:
    assert day_begins_ms(day + timedelta(days=1), PARIS) - day_begins_ms(day, PARIS) == hours * HOUR_MS


def test_what_is_finer_than_a_millisecond_is_cut_off_towards_the_past() -> None:
    assert milliseconds(timedelta(microseconds=1_999)) == 1
    assert milliseconds(timedelta(microseconds=-1)) == -1
    assert milliseconds(timedelta(days=1)) == DAY_MS
    assert utc_ms(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


def test_a_datetime_without_a_zone_is_no_instant() -> None:
    with pytest.raises(TypeError):
        utc_ms(datetime(2026, 1, 1))  # noqa: DTZ001  # what is tested


def test_as_logs_have_it() -> None:
    assert utc_text(NEW_YEAR_MS) == "2025-12-31T17:00:00Z"
    assert utc_text(-1) == "1969-12-31T23:59:59Z"


def test_no_instant_is_no_text() -> None:
    assert local_text(None, HANOI) is None


def test_an_instant_that_no_calendar_has_is_shown_as_its_end_and_breaks_nothing() -> None:
    assert local_time(1 << 62, "Asia/Ho_Chi_Minh").year == 9999
    assert local_time(-(1 << 62), UTC).year == 1
    assert utc_text(1 << 62) == "9999-12-30T00:00:00Z"
