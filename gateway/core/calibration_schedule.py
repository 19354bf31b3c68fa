"""When an instrument's calibration comes by the calendar. Pure.

What was missed is not made up for: each planned instant has a window after it in which the sequence may still begin,
because the link was down or the clock was not trusted; after that it is the next one's turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gateway.core.instants import DAY_MS, HOUR_MS, local_time, utc_ms

WINDOW_MS = HOUR_MS


@dataclass(frozen=True, slots=True)
class CalibrationSchedule:
    """Every so many days at a minute of the local day, or several times a day from that minute on."""

    every_ms: int
    minute: int
    zone: tzinfo

    def is_due(self, now_ms: int, last_ms: int | None) -> bool:
        """Whether one may begin now. `last_ms`: when the last one began, by whomever."""
        planned_ms = self.planned_before(now_ms)
        return now_ms - planned_ms < min(WINDOW_MS, self.every_ms // 2) and self._is_wanted(planned_ms, last_ms)

    def next_ms(self, now_ms: int, last_ms: int | None) -> int:
        """The next planned instant after now."""
        for day in range(-1, self.every_ms // DAY_MS + 3):
            for planned_ms in self._planned_on(now_ms, day):
                if planned_ms > now_ms and self._is_wanted(planned_ms, last_ms):
                    return planned_ms
        return now_ms + self.every_ms

    def planned_before(self, now_ms: int) -> int:
        """The newest instant up to now at which one might be planned."""
        known = (at_ms for day in (-1, 0) for at_ms in self._planned_on(now_ms, day) if at_ms <= now_ms)
        return max(known, default=now_ms - DAY_MS)

    def _is_wanted(self, planned_ms: int, last_ms: int | None) -> bool:
        """One that began late does not move the next one away from its time of day."""
        if last_ms is None:
            return True
        return planned_ms >= last_ms + self.every_ms - min(self.every_ms // 2, DAY_MS // 2)

    def _planned_on(self, now_ms: int, day: int) -> Iterator[int]:
        date = local_time(now_ms, self.zone).date() + timedelta(days=day)
        first = datetime(date.year, date.month, date.day, self.minute // 60, self.minute % 60, tzinfo=self.zone)
        first_ms = utc_ms(first)
        for number in range(max(1, DAY_MS // self.every_ms)):
            yield first_ms + number * self.every_ms
