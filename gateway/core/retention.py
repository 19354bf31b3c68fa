"""What may go, by age. The one rule above all: nothing that has not reached everyone it was meant for."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.instants import HOUR_MS

MOST_PER_ROUND_MS = 2 * HOUR_MS
ROUND_S = 3600.0
"""A round an hour: twice as fast as new data comes."""


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


def _bounded(limit_ms: int, oldest_ms: int, needed_from_ms: int | None) -> int:
    """A round deletes two hours of data at the most: a clock that is years ahead for an afternoon costs little."""
    pace_ms = oldest_ms + MOST_PER_ROUND_MS
    return min(limit_ms, pace_ms) if needed_from_ms is None else min(limit_ms, pace_ms, needed_from_ms)
