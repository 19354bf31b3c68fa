"""Lets go of what is old enough, and of nothing that has not reached everyone it was meant for."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from gateway.core.interfaces import Instant
from gateway.core.retention import ROUND_S, Retention
from gateway.db.rounds import Rounds
from gateway.outbox.store import OutboxStore
from gateway.readings.store import ReadingStore
from gateway.records.store import RecordStore

_log = logging.getLogger(__name__)

MOST_PER_STEP = 500
PAUSE_S = 1.0
_NAME = "retention"


class Expiry:
    """A stage of the clerk: a little each time, so that deleting never holds up a slot.

    A round an hour, however often the gateway starts: a station that starts again and again does not pay for each, and
    one whose clock is ahead loses no more than two hours of data in an hour.
    """

    def __init__(
        self, readings: ReadingStore, records: RecordStore, outbox: OutboxStore, retention: Retention, rounds: Rounds
    ) -> None:
        self._readings = readings
        self._records = records
        self._outbox = outbox
        self._retention = retention
        self._rounds = rounds
        self._next_s: float | None = None
        self._round: _Round | None = None

    def step(self, now: Instant) -> float:
        if self._next_s is None:
            self._next_s = now.mono_s + self._rounds.due_in_s(_NAME, ROUND_S, now.wall_ms)
        if now.mono_s < self._next_s:
            return self._next_s
        if self._round is None:
            self._round = _Round(self._readings.oldest_ms(), self._records.oldest_ms())
        blocks = self._expire_readings(now.wall_ms, self._round.oldest_reading_ms)
        records = self._expire_records(now.wall_ms, self._round.oldest_record_ms)
        if blocks or records:
            _log.debug("expired blocks=%d records=%d", blocks, records)
        if blocks == MOST_PER_STEP or records == MOST_PER_STEP:
            self._next_s = now.mono_s + PAUSE_S
        else:
            self._next_s = now.mono_s + ROUND_S
            self._round = None
            self._rounds.completed(_NAME, now.wall_ms)
        return self._next_s

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


@dataclass(frozen=True, slots=True)
class _Round:
    """What was oldest when the round began. It moves on with every step: a round measured from there has no end."""

    oldest_reading_ms: int | None
    oldest_record_ms: int | None
