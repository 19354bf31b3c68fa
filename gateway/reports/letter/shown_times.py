"""Begin, end and length of an interruption as a letter shows them: to the minute, and so that they fit one another."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.instants import MINUTE_MS
from gateway.core.long_outage import REPORTABLE_MS
from gateway.reports.interruptions import ListedInterruption


@dataclass(frozen=True, slots=True)
class ShownTimes:
    """In whole minutes. `length_ms` is what lies between the two, less what the clock jumped over."""

    begin_ms: int
    end_ms: int
    """Of one that lasts: when it was looked at."""
    length_ms: int

    @classmethod
    def of(cls, one: ListedInterruption) -> ShownTimes:
        """The nearest minutes. What was longer than twelve hours never reads as twelve: then the minute in which it
        began and the one in which it was over.

        Worked: 00:55:04 to 14:00:01 reads 00:55, 14:00, 13 h 05 min; 00:00:20 to 12:00:30 reads 00:00, 12:01, 12 h
        01 min.
        """
        end_ms = one.began_ms + one.length_ms if one.ended_ms is None else one.ended_ms
        skipped_ms = _nearest(end_ms - one.began_ms - one.length_ms)
        begins_ms, ends_ms = _nearest(one.began_ms), _nearest(end_ms)
        if one.length_ms > REPORTABLE_MS >= ends_ms - begins_ms - skipped_ms:
            begins_ms = one.began_ms // MINUTE_MS * MINUTE_MS
            ends_ms = -(-end_ms // MINUTE_MS) * MINUTE_MS
        return cls(begins_ms, ends_ms, ends_ms - begins_ms - skipped_ms)


def _nearest(milliseconds: int) -> int:
    return (milliseconds + MINUTE_MS // 2) // MINUTE_MS * MINUTE_MS
