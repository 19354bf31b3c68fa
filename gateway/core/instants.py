"""Instants and durations: the only place where milliseconds become a wall clock's time, and the other way round.

An instant is a whole number of milliseconds since 1970-01-01T00:00:00Z, negative before (names end in `_ms`); a
duration is a whole number of milliseconds, too. A zone is a `tzinfo` or the name of one in the time zone database
(`Asia/Ho_Chi_Minh`). Exact to the millisecond, whatever the year: no float is in between.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, overload
from zoneinfo import ZoneInfo

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
"""Of 24 hours: a day on which the clocks change has another length, see `day_begins_ms`."""

DUE_MS = 5 * MINUTE_MS
"""A file is due within five minutes of its slot's end (TT10/2021)."""

FAR_FUTURE_MS = 1 << 60
"""For ever: later than any instant, and still a number of SQLite's when a duration is added to it."""

EARLIEST_MS = 1_577_836_800_000
"""2020-01-01T00:00:00Z. No station of ours is older: what bears an earlier time was written by a clock that had not
been set yet, and no length is reckoned from there."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def milliseconds(duration: timedelta) -> int:
    """A duration in whole milliseconds; what is finer is cut off, towards the past."""
    return duration // _MILLISECOND


def utc_ms(instant: datetime) -> int:
    """The instant in milliseconds; what is finer is cut off, towards the past.

    Raises:
        TypeError: a `datetime` without a zone.
    """
    return milliseconds(instant - _EPOCH)


def local_time(at_ms: int, zone: tzinfo | str) -> datetime:
    """What that zone's wall clock shows at the instant.

    Worked: 1_767_200_400_000 in Asia/Ho_Chi_Minh is 2026-01-01T00:00:00+07:00. What lies outside the years 1 to 9999,
    which only damage on the card can show, is shown near their beginning or end.
    """
    try:
        return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(_zone(zone))
    except OverflowError:
        return (_FIRST if at_ms < 0 else _LAST).astimezone(_zone(zone))


def day_begins_ms(day: date, zone: tzinfo | str) -> int:
    """The first instant of the day on that zone's wall clock."""
    return utc_ms(datetime(day.year, day.month, day.day, tzinfo=_zone(zone)))


def utc_text(at_ms: int) -> str:
    """The instant to the second: `2026-01-05T03:05:00Z`."""
    return local_time(at_ms, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Precision = Literal["seconds", "milliseconds"]


@overload
def local_text(at_ms: int, zone: tzinfo | str, precision: Precision = "milliseconds") -> str: ...
@overload
def local_text(at_ms: int | None, zone: tzinfo | str, precision: Precision = "milliseconds") -> str | None: ...
def local_text(at_ms: int | None, zone: tzinfo | str, precision: Precision = "milliseconds") -> str | None:
    """The instant as programs are told of it, ISO 8601 with the zone's offset: `2026-01-05T10:05:00.000+07:00`; of
    `None`, `None`."""
    return None if at_ms is None else local_time(at_ms, zone).isoformat(timespec=precision)


def _zone(zone: tzinfo | str) -> tzinfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone
