"""What may go, by age. The one rule above all: nothing that has not reached everyone it was meant for."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.interfaces import Instant

MOST_PER_ROUND_MS = 2 * HOUR_MS
ROUND_S = 3600.0
"""A round an hour: twice as fast as new data comes."""


BELIEVED_AHEAD_MS = DAY_MS
"""A clock that is so far ahead of what was lived through is not believed at once: the box was off, or it is wrong."""
BELIEVED_AFTER_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept, in milliseconds (TT10/2021: readings 60 days, records three years, at the least)."""

    readings_ms: int
    records_ms: int

    def readings_before_ms(self, now_ms: int, oldest_ms: int, oldest_open_ms: int | None) -> int:
        """Raw readings that ended before this instant may go now; none of a slot that is still to be closed."""
        return _bounded(now_ms - self.readings_ms, oldest_ms, oldest_open_ms)

    def records_before_ms(self, now_ms: int, oldest_ms: int, oldest_undelivered_ms: int | None) -> int:
        """Records whose slot ended before this instant may go now; none from the oldest undelivered one on."""
        return _bounded(now_ms - self.records_ms, oldest_ms, oldest_undelivered_ms)


class RetentionClock:
    """By which time things are old. The wall clock's, unless that is far ahead of what was lived through since it was
    last known: then it is believed only once it has stayed there for a day. A clock that is in 2040 for an afternoon,
    or for two starts, makes nothing old."""

    def __init__(self, known_ms: int | None) -> None:
        """`known_ms`: what it was when that was last written down; `None`: never."""
        self._known_ms = known_ms
        self._at_s: float | None = None
        self._ahead_s: float | None = None

    def now_ms(self, now: Instant) -> int:
        known_ms = now.wall_ms if self._known_ms is None else self._known_ms
        lived_ms = known_ms + (0 if self._at_s is None else round((now.mono_s - self._at_s) * 1000))
        if now.wall_ms - lived_ms > BELIEVED_AHEAD_MS:
            self._ahead_s = now.mono_s if self._ahead_s is None else self._ahead_s
            if now.mono_s - self._ahead_s < BELIEVED_AFTER_S:
                return lived_ms
        self._known_ms, self._at_s, self._ahead_s = now.wall_ms, now.mono_s, None
        return now.wall_ms


def _bounded(limit_ms: int, oldest_ms: int, needed_from_ms: int | None) -> int:
    """A round deletes two hours of data at the most: a clock that is years ahead for an afternoon costs little."""
    pace_ms = oldest_ms + MOST_PER_ROUND_MS
    return min(limit_ms, pace_ms) if needed_from_ms is None else min(limit_ms, pace_ms, needed_from_ms)
