"""Gives a destination that was configured later what it lacks, out of the records that are kept, from the day on that
the configuration names. A destination without such a day gets nothing that was closed before it came.

Looks through the past once in every run, a day at a time: what a destination missed while it was out of the
configuration is found as well. What is planned here waits in the backlog lane, oldest first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.core.instants import DAY_MS
from gateway.core.interfaces import Instant
from gateway.files.formats import Rendering
from gateway.files.store import RENDERERS, FileStore
from gateway.outbox.plan_store import PlanStore
from gateway.records.store import RecordStore

_log = logging.getLogger(__name__)

PAUSE_S = 0.1
"""Between two days of the past: three years of it take minutes, and the processor hardly notices."""
IDLE_S = 3600.0


@dataclass(frozen=True, slots=True)
class BackfillTarget:
    """A destination that is to have every slot of its interval that ends at `since_ms` or later, in this rendering
    unless the slot's file was made in the same form already."""

    destination: str
    interval_ms: int
    rendering: Rendering
    since_ms: int


class Backfill:
    """A stage of the clerk. Calls `notify` once a plan is in the database."""

    def __init__(
        self,
        records: RecordStore,
        files: FileStore,
        plans: PlanStore,
        targets: Sequence[BackfillTarget],
        notify: Callable[[], None],
    ) -> None:
        self._records = records
        self._files = files
        self._plans = plans
        self._left = list(targets)
        self._seen_ms: int | None = None
        self._planned = 0
        self._notify = notify

    def step(self, now: Instant) -> float:
        if not self._left:
            return now.mono_s + IDLE_S
        target = self._left[0]
        seen_ms = target.since_ms - 1 if self._seen_ms is None else self._seen_ms
        next_ms = self._records.oldest_ms(seen_ms)  # a gap of years takes no longer than one of a day
        if next_ms is not None and next_ms <= now.wall_ms:
            self._seen_ms = min(next_ms + DAY_MS, now.wall_ms)
            self._look(target, next_ms - 1, self._seen_ms, now.wall_ms)
        else:
            _log.info("destination has all that it lacked destination=%s planned=%d", target.destination, self._planned)
            self._left.pop(0)
            self._seen_ms, self._planned = None, 0
        return now.mono_s + PAUSE_S

    def _look(self, target: BackfillTarget, after_ms: int, until_ms: int, now_ms: int) -> None:
        lacking = self._plans.lacking(target.destination, target.interval_ms, target.rendering.form, after_ms, until_ms)
        known = [self._made(target, one.record_id, now_ms) if one.file_id is None else one.file_id for one in lacking]
        file_ids = [file_id for file_id in known if file_id is not None]
        if file_ids:
            self._plans.plan_for(target.destination, file_ids, now_ms)
            self._planned += len(file_ids)
            self._notify()

    def _made(self, target: BackfillTarget, record_id: int, now_ms: int) -> int | None:
        """The record's file in a form in which it was never wanted before; `None` if nothing can be made of it."""
        try:
            record = self._files.record(record_id)
            document = RENDERERS[target.rendering.format](record, target.rendering)
            return self._files.add_afterwards(record_id, target.rendering, document, now_ms)
        except ValueError as damage:
            _log.error("record is damaged, no file can be made of it record=%d error=%r", record_id, str(damage))
            return None
