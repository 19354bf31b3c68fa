"""Gives gaps that were noted by a clock that nobody vouched for their time, once somebody does."""

from __future__ import annotations

from gateway.cameras.catalog.gaps import GapStore
from gateway.core.interfaces import ClockTrust, Instant

STEP_MS = 500
"""A clock that moves by less is drawn, not set."""


class GapRestamping:
    """A part of giving video its time: of what this process noted."""

    def __init__(self, gaps: GapStore, trust: ClockTrust, started: Instant) -> None:
        self._gaps = gaps
        self._trust = trust
        self._started = started
        self._untrusted: _UntrustedTime | None = None

    def wait(self, now: Instant) -> None:
        """Nobody vouches for the clock: remember how it stands."""
        if self._untrusted is None:
            self._untrusted = _UntrustedTime(self._gaps.newest_id())
        self._untrusted.look(now.wall_ms - round(now.mono_s * 1000), self._gaps)

    def put_right(self, now: Instant) -> None:
        """Somebody vouches for it: what was noted by the clock as it was then gets its time."""
        untrusted = self._untrusted
        if untrusted is None:
            return
        right_ms = self._trust.stamp_ms(0.0)
        if right_ms is None:
            return
        untrusted.close(self._gaps)
        for after_id, up_to_id, zero_ms in untrusted.spans:
            if abs(right_ms - zero_ms) > STEP_MS:
                noted = [zero_ms + round(at.mono_s * 1000) for at in (self._started, now)]
                self._gaps.shift((after_id, up_to_id), (noted[0] - STEP_MS, noted[1]), right_ms - zero_ms)
        self._untrusted = None


class _UntrustedTime:
    """Which gaps were noted by which clock: it may be set while nobody vouches for it."""

    def __init__(self, after_id: int) -> None:
        self.spans: list[tuple[int, int, int]] = []
        """After which number, up to which one, and UTC at which the machine's counting began by the clock of then."""
        self._after_id = after_id
        self._zero_ms: int | None = None

    def look(self, zero_ms: int, gaps: GapStore) -> None:
        if self._zero_ms is not None and abs(zero_ms - self._zero_ms) > STEP_MS:
            self.close(gaps)
        self._zero_ms = zero_ms

    def close(self, gaps: GapStore) -> None:
        newest_id = gaps.newest_id()
        if self._zero_ms is not None and newest_id > self._after_id:
            self.spans.append((self._after_id, newest_id, self._zero_ms))
        self._after_id, self._zero_ms = newest_id, None
