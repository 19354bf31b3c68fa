"""Keeps the anchor outside of the database: how far it has come, so that an older one is known when it is put back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from gateway.audit.rollback import arrivals, marks
from gateway.core.interfaces import Instant
from gateway.core.rollback import Anchor, Marks, with_slots
from gateway.db import Database
from gateway.db.anchor import AnchorFile
from gateway.journal.rows import head as journal_head

_log = logging.getLogger(__name__)

IDLE_S = 60.0
"""It looks whenever the clerk does anything."""
UNSYNCED_EVERY_S = 2.0


class AnchorKeeper:
    """A stage of the clerk, right behind the closer and before any file of what was closed is made.

    Synced with each closed slot. Of readings, files and deliveries it is written at most every two seconds and not
    synced: it costs the card a page now and then, and is what makes a log known that lost its last readings only.
    """

    def __init__(
        self, database: Database, file: AnchorFile, anchor: Anchor, is_trusted: Callable[[Instant], bool]
    ) -> None:
        """`anchor`: as it was written last. `is_trusted`: whether somebody vouches for the clock of this look."""
        self._database = database
        self._file = file
        self._anchor = anchor
        self._is_trusted = is_trusted
        self._not_before_s = float("-inf")
        self._looked_at = -1
        """How much had been written when the marks were last compared: the look costs more than the rest of it."""
        self._is_failing = False

    def step(self, now: Instant) -> float:
        changes = self._database.changes
        if changes == self._looked_at:
            return now.mono_s + IDLE_S
        known, newest = self._anchor.marks, marks(self._database)
        has_closed = (newest.record_id, newest.run_id) != (known.record_id, known.run_id)
        if has_closed or now.mono_s >= self._not_before_s:
            self._looked_at = changes
            if not self._keep(newest, now, synced=has_closed):
                return now.mono_s + IDLE_S
            self._not_before_s = now.mono_s + UNSYNCED_EVERY_S
        return self._not_before_s

    def finish(self, now: Instant) -> None:
        """The last that is written in this run."""
        self._keep(marks(self._database), now, synced=True)

    def _keep(self, newest: Marks, now: Instant, *, synced: bool) -> bool:
        """Whether there was anything to be kept."""
        known, arrived = self._anchor.marks, arrivals(self._database, now.wall_ms)
        head = journal_head(self._database)
        if (newest, arrived, head) == (known, self._anchor.delivered, self._anchor.journal):
            return False
        after_id = known.record_id if newest.record_id >= known.record_id else 0  # retention has emptied the table
        rows = self._database.read("SELECT length_ms, end_ms FROM sound_record WHERE id > ? ORDER BY id", (after_id,))
        closed = with_slots(self._anchor.closed, rows)
        anchor = replace(self._anchor, marks=newest, closed=closed, delivered=arrived, journal=head)
        if self._is_trusted(now):
            anchor = replace(anchor, trusted_ms=now.wall_ms)
        self._write(anchor, synced=synced)
        return True

    def _write(self, anchor: Anchor, *, synced: bool) -> None:
        self._anchor = anchor
        try:
            self._file.write(anchor, synced=synced)
        except OSError as error:
            if not self._is_failing:
                _log.error(
                    "the anchor cannot be kept, a roll-back of the database will not be known error=%r", str(error)
                )
            self._is_failing = True
            return
        if self._is_failing:
            _log.info("the anchor is kept again")
        self._is_failing = False
