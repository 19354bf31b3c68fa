"""Gives readings their time once the clock is trusted, and holds up whatever judges by time until that is done."""

from __future__ import annotations

import logging

from gateway.core.interfaces import ClockTrust, Instant
from gateway.readings.unstamped import UnstampedStore
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

PORTION = 100
"""Blocks in one transaction: some thousand samples."""
IDLE_S = 60.0
"""It looks whenever the clerk does anything, which is every second."""
TIDY_EVERY_S = 3600.0
MOST_TIDIED = 500


class Stamping:
    """A stage of the clerk, behind the recorder and before all that need the time; see `is_open`."""

    def __init__(self, store: UnstampedStore, trust: ClockTrust, most_kept: int) -> None:
        """`most_kept`: blocks without a time that are kept at the most. Their age cannot be told."""
        self._store = store
        self._trust = trust
        self._most_kept = most_kept
        self._tidy_s: float | None = None
        self._samples = self._late = 0
        self._first_ms: int | None = None
        self._last_ms = 0

    def is_open(self, now: Instant) -> bool:
        """Whether what needs the time may be done: the clock is trusted, and every reading of before has its time."""
        return self._trust.is_trusted(now) and self._store.is_stamped

    def step(self, now: Instant) -> float:
        if self._tidy_s is None:
            self._tell_earlier_starts()
        if self._tidy_s is None or now.mono_s >= self._tidy_s:
            self._tidy_s = now.mono_s + (TIDY_EVERY_S if self._tidy() < MOST_TIDIED else 1.0)
        if not self._trust.is_trusted(now) or self._store.is_stamped:
            return now.mono_s + IDLE_S
        portion = self._store.stamp(self._trust.stamp_ms, PORTION)
        if portion is not None:
            self._samples += portion.samples
            self._late += portion.late
            if portion.samples:
                self._first_ms = portion.first_ms if self._first_ms is None else min(self._first_ms, portion.first_ms)
                self._last_ms = max(self._last_ms, portion.last_ms)
            return now.mono_s
        if self._store.is_stamped:
            self._tell()
        return now.mono_s

    def _tell(self) -> None:
        if self._first_ms is None:
            return
        _log.info(
            "the clock is trusted, readings taken before have their time samples=%d from=%s until=%s",
            self._samples,
            log_text(self._first_ms),
            log_text(self._last_ms),
        )
        if self._late:
            _log.warning("readings came after their slot was closed, kept and flagged blocks=%d", self._late)
        self._samples = self._late = 0
        self._first_ms = None

    def _tell_earlier_starts(self) -> None:
        found = self._store.of_earlier_starts()
        if found.blocks:
            _log.warning(
                "readings of an earlier start of the machine have no time, and never will: kept, in no file samples=%d",
                found.samples,
            )

    def _tidy(self) -> int:
        gone = self._store.forget_oldest(self._most_kept, MOST_TIDIED)
        if gone:
            _log.info("readings without a time let go, there are too many blocks=%d kept=%d", gone, self._most_kept)
        return gone
