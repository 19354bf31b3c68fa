"""Lets go of what is old enough, and of nothing that has not reached everyone it was meant for."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from gateway.core.interfaces import Instant
from gateway.core.retention import ROUND_S, Retention, RetentionClock
from gateway.db.rounds import Rounds
from gateway.outbox.store import OutboxStore
from gateway.readings.store import ReadingStore
from gateway.records.store import RecordStore
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

MOST_PER_STEP = 500
PAUSE_S = 1.0
_NAME = "retention"


class Expiry:
    """A stage of the clerk: a little each time, so that deleting never holds up a slot.

    A round an hour, however often the gateway starts: a station that starts again and again does not pay for each. Two
    hours of data go in a round at the most, and none because a clock is suddenly years ahead: see `RetentionClock`.
    Called only while the clock is trusted. What went is told.
    """

    def __init__(
        self, readings: ReadingStore, records: RecordStore, outbox: OutboxStore, retention: Retention, rounds: Rounds
    ) -> None:
        self._readings = readings
        self._records = records
        self._outbox = outbox
        self._retention = retention
        self._rounds = rounds
        self._clock: RetentionClock | None = None
        self._next_s: float | None = None
        self._round: _Round | None = None

    def step(self, now: Instant) -> float:
        if self._clock is None:
            self._clock = RetentionClock(self._known_ms())
        now_ms = self._clock.now_ms(now)
        if self._next_s is None:
            self._next_s = now.mono_s + self._rounds.due_in_s(_NAME, ROUND_S, now_ms)
        if now.mono_s < self._next_s:
            return self._next_s
        if self._round is None:
            self._round = _Round(self._readings.oldest_ms(), self._records.oldest_ms())
        blocks = self._expire_readings(now_ms, self._round.oldest_reading_ms)
        records = self._expire_records(now_ms, self._round.oldest_record_ms)
        self._round.blocks += blocks
        self._round.records += records
        if blocks == MOST_PER_STEP or records == MOST_PER_STEP:
            self._next_s = now.mono_s + PAUSE_S
        else:
            self._next_s = now.mono_s + ROUND_S
            self._tell(self._round)
            self._round = None
            self._rounds.completed(_NAME, now_ms)
        return self._next_s

    def _known_ms(self) -> int | None:
        """When the last round was, or the last slot was closed: the clock was as far then."""
        done_ms = self._rounds.done_ms(_NAME)
        return self._records.last_closed_ms() if done_ms is None else done_ms

    def _tell(self, done: _Round) -> None:
        for what, count, from_ms, until_ms in (
            ("readings", done.blocks, done.oldest_reading_ms, self._readings.oldest_ms()),
            ("records", done.records, done.oldest_record_ms, self._records.oldest_ms()),
        ):
            if count and from_ms is not None:
                until = "the last" if until_ms is None else log_text(until_ms)
                _log.info("old enough to go what=%s count=%d from=%s until=%s", what, count, log_text(from_ms), until)

    def _expire_readings(self, now_ms: int, oldest_ms: int | None) -> int:
        if oldest_ms is None:
            return 0
        before_ms = self._retention.readings_before_ms(now_ms, oldest_ms, self._records.oldest_open_ms())
        return self._readings.forget_before(before_ms, MOST_PER_STEP) if before_ms > oldest_ms else 0

    def _expire_records(self, now_ms: int, oldest_ms: int | None) -> int:
        if oldest_ms is None:
            return 0
        before_ms = self._retention.records_before_ms(now_ms, oldest_ms, self._outbox.oldest_undelivered_ms())
        return self._outbox.forget_before(before_ms, MOST_PER_STEP) if before_ms > oldest_ms else 0


@dataclass(slots=True)
class _Round:
    """What was oldest when the round began. It moves on with every step: a round measured from there has no end."""

    oldest_reading_ms: int | None
    oldest_record_ms: int | None
    blocks: int = 0
    records: int = 0
