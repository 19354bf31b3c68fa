"""Where the ticks of a time axis stand: whole hours, days, months of the station's wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.core.instants import DAY_MS, HOUR_MS, local_time, utc_ms
from gateway.texts import Wording

MOST_TICKS = 8
_HOURS = (1, 2, 3, 6, 12)
_DAYS = (1, 2, 4, 7, 14)
_MONTHS = (1, 2, 3, 6, 12)
_MONTH_MS = 30 * DAY_MS
_FINE_MINUTES = (1, 5, 10, 15, 30)


@dataclass(frozen=True, slots=True)
class TimeTick:
    at_ms: int
    text: str


def time_ticks(from_ms: int, until_ms: int, zone: str, wording: Wording) -> tuple[TimeTick, ...]:
    """Some eight, oldest first. Those that are less than a day apart bear the time of day, at midnight the date."""
    shown = (
        TimeTick(at_ms, text)
        for local, text in _named(from_ms, until_ms, zone, wording)
        if from_ms <= (at_ms := utc_ms(local)) < until_ms
    )
    return tuple(shown)


def _named(from_ms: int, until_ms: int, zone: str, wording: Wording) -> Iterator[tuple[datetime, str]]:
    length_ms = until_ms - from_ms
    first = local_time(from_ms, ZoneInfo(zone))
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    minutes = next((one for one in _FINE_MINUTES if length_ms <= MOST_TICKS * one * 60_000), None) or next(
        (60 * one for one in _HOURS if length_ms <= MOST_TICKS * one * HOUR_MS), None
    )
    if minutes is not None:
        for number in range(2 * 1440 * MOST_TICKS // minutes + 1):
            local = midnight + timedelta(minutes=number * minutes)
            if utc_ms(local) >= until_ms:
                return
            yield local, wording.day_and_month(local.date()) if local.hour == local.minute == 0 else f"{local:%H:%M}"
        return
    days = next((one for one in _DAYS if length_ms <= MOST_TICKS * one * DAY_MS), None)
    if days is not None:
        for number in range((MOST_TICKS + 1) * days):
            local = midnight + timedelta(days=number)
            if local.toordinal() % days == 0:
                yield local, wording.day_and_month(local.date())
        return
    months = next((one for one in _MONTHS if length_ms <= MOST_TICKS * one * _MONTH_MS), 12)
    month = first.year * 12 + first.month - 1
    for number in range(month, month + (MOST_TICKS + 2) * months):
        if number % months == 0:
            local = midnight.replace(year=number // 12, month=number % 12 + 1, day=1)
            yield local, wording.month(local.date())
