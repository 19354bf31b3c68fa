"""What may have held up a destination's files."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from gateway.core.instants import DUE_MS, FAR_FUTURE_MS
from gateway.core.lateness import DelayCause, Journey, Off, Outage, cause_of, is_late


class DelayCauses:
    """Found quickly for each of many files."""

    def __init__(self, outages: Sequence[Outage], offs: Sequence[Off]) -> None:
        """Both oldest first; neither overlap among themselves."""
        self._outages = outages
        self._began = [one.began_ms for one in outages]
        self._ended = [FAR_FUTURE_MS if one.ended_ms is None else one.ended_ms for one in outages]
        self._offs = offs
        self._off_from = [off.from_ms for off in offs]
        self._off_until = [off.until_ms for off in offs]

    def cause_of(self, journey: Journey, now_ms: int) -> DelayCause | None:
        """See `gateway.core.lateness.cause_of`."""
        if not is_late(journey, now_ms):
            return None
        due_ms = journey.end_ms + DUE_MS
        near = self._outages[bisect_left(self._ended, journey.end_ms) : bisect_right(self._began, due_ms)]
        offs = self._offs[bisect_left(self._off_until, journey.end_ms) : bisect_right(self._off_from, due_ms)]
        return cause_of(journey, near, offs, now_ms)
