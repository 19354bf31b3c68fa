"""Notices that the system's clock was set, by comparing it with the machine's own counting since its start, which
nobody can set. Judges nothing and corrects nothing: what was stamped stays as it is."""

from __future__ import annotations

import logging

from gateway.audit import clock_sets
from gateway.core.clock_set import RECORDED_FROM_MS, ClockSet
from gateway.core.interfaces import Instant
from gateway.db import Database
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

IDLE_S = 60.0
"""It looks whenever the clerk does anything, which is every second."""


class ClockWatch:
    """A stage of the clerk, before those that judge by the clock."""

    def __init__(self, database: Database, run: int, started: Instant) -> None:
        self._database = database
        self._run = run
        self._booted_ms = self._zero_ms = _zero_ms(started)

    def step(self, now: Instant) -> float:
        zero_ms = _zero_ms(now)
        by_ms = zero_ms - self._zero_ms
        if abs(by_ms) >= RECORDED_FROM_MS:
            one = ClockSet(self._booted_ms, now.wall_ms - by_ms, by_ms)
            clock_sets.keep(self._database, self._run, one)
            _log.warning(
                "the system's clock was set from=%s to=%s by_s=%d",
                log_text(one.at_ms),
                log_text(one.now_ms),
                by_ms // 1000,
            )
        self._zero_ms = zero_ms  # also of what is little: a clock that is drawn to the right time slowly never jumps
        return now.mono_s + IDLE_S


def _zero_ms(at: Instant) -> int:
    """What the wall clock would have shown when the machine was started."""
    return at.wall_ms - round(at.mono_s * 1000)
