"""What may have held up a destination's files."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from gateway.core.full_card import FullCard
from gateway.core.instants import DUE_MS, FAR_FUTURE_MS
from gateway.core.lateness import DelayCause, DeliveryTimes, Downtime, Outage, cause_of, is_late


class DelayCauses:
    """Found quickly for each of many files."""

    def __init__(
        self, outages: Sequence[Outage], downtimes: Sequence[Downtime], full_card: Sequence[FullCard] = ()
    ) -> None:
        """All oldest first; none overlap among themselves, but where the clock was set back."""
        self._outages = outages
        self._began = [one.began_ms for one in outages]
        ended = (FAR_FUTURE_MS if one.ended_ms is None else one.ended_ms for one in outages)
        self._ended = list(accumulate(ended, max))
        self._downtimes = downtimes
        self._full_card = full_card
        self._off_from = [off.from_ms for off in downtimes]
        self._off_until = list(accumulate((off.until_ms for off in downtimes), max))

    def cause_of(self, times: DeliveryTimes, now_ms: int) -> DelayCause | None:
        """See `gateway.core.lateness.cause_of`."""
        if not is_late(times, now_ms):
            return None
        due_ms = times.end_ms + DUE_MS
        near = self._outages[bisect_left(self._ended, times.end_ms) : bisect_right(self._began, due_ms)]
        downtimes = self._downtimes[bisect_left(self._off_until, times.end_ms) : bisect_right(self._off_from, due_ms)]
        return cause_of(times, near, downtimes, now_ms, self._full_card)
