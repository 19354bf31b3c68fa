"""By which time video is old, over all starts of the recorder."""

from __future__ import annotations

from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.retention import RetentionClock
from gateway.db.rounds import Rounds

ROUND = "video"
"""Under which name the janitor writes down how far its time had come."""


class VideoAgeClock:
    """`believed_ms`: what it said last while somebody vouched for the clock."""

    def __init__(self, trust: ClockTrust, rounds: Rounds, stock: VideoStock) -> None:
        self._trust = trust
        self._rounds = rounds
        self._stock = stock
        self._clock: RetentionClock | None = None
        self.believed_ms: int | None = None

    def now_ms(self, now: Instant) -> tuple[int | None, bool]:
        """The time, and whether that is believed; see `RetentionClock`. `None`: nothing is known."""
        if not self._trust.is_trusted(now):
            return self.believed_ms, False
        if self._clock is None:
            known_ms = self._rounds.done_ms(ROUND)
            self._clock = RetentionClock(known_ms or self._stock.newest_ms() or None)
        self.believed_ms = self._clock.now_ms(now)
        return self.believed_ms, self.believed_ms == now.wall_ms
