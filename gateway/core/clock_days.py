"""The days and hours of a station's calendar, as an officer counts them: a day has its hours 1:00 … 24:00, each named
by its end.

A slot belongs to the hour and the day in which it begins, so the one that ends at midnight to the day before. (In the
house's reports a day has the slots that bear its date in their file's name, see `gateway.reports.period`.)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from gateway.core.instants import HOUR_MS, day_begins_ms, local_time


@dataclass(frozen=True, slots=True)
class ClockDays:
    """Days that follow one another. Day `n` has the hours `[first_hours[n], first_hours[n + 1])` and the instants
    `[day_edges_ms[n], day_edges_ms[n + 1])`; hour `n` has `[hour_edges_ms[n], hour_edges_ms[n + 1])`."""

    days: tuple[date, ...]
    day_edges_ms: tuple[int, ...]
    first_hours: tuple[int, ...]
    hour_edges_ms: tuple[int, ...]

    @property
    def hours(self) -> int:
        return len(self.hour_edges_ms) - 1

    def hours_within(self, from_ms: int, until_ms: int) -> tuple[int, int]:
        """The hours `[first, behind)` that lie wholly in `[from_ms, until_ms)`."""
        first = bisect_left(self.hour_edges_ms, from_ms)
        return first, max(first, bisect_right(self.hour_edges_ms, until_ms) - 1)

    def days_within(self, from_ms: int, until_ms: int) -> tuple[int, int]:
        """The days `[first, behind)` that lie wholly in `[from_ms, until_ms)`."""
        first = bisect_left(self.day_edges_ms, from_ms)
        return first, max(first, bisect_right(self.day_edges_ms, until_ms) - 1)

    def day_of(self, hour: int) -> int:
        """Of which day an hour is."""
        return bisect_right(self.first_hours, hour) - 1


def clock_days(first: date, last: date, zone: tzinfo) -> ClockDays:
    """From one day to another, both included.

    A day on which the clocks change has 23 or 25 hours, counted on from its midnight; where they change by a part of an
    hour, its last hour is as long as that part.

    Worked: 2026-03-29 in Europe/Berlin: 23 hours. 2026-01-01 in Asia/Ho_Chi_Minh: 24, from 1_767_200_400_000 on.
    """
    days, day_edges, first_hours, hour_edges = [], [day_begins_ms(first, zone)], [0], list[int]()
    day = first
    while day <= last:
        following = day + timedelta(days=1)
        hour_edges += range(day_edges[-1], ends_ms := day_begins_ms(following, zone), HOUR_MS)
        days.append(day)
        day_edges.append(ends_ms)
        first_hours.append(len(hour_edges))
        day = following
    return ClockDays(tuple(days), tuple(day_edges), tuple(first_hours), (*hour_edges, day_edges[-1]))


def hour_label(end_ms: int, zone: tzinfo) -> str:
    """How an hour that ends then is called: `1:00` … `24:00`."""
    shown = local_time(end_ms, zone)
    return f"{shown.hour or (0 if shown.minute else 24)}:{shown.minute:02}"
