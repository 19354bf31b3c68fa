"""Looks through the whole database, once a day and at the lowest priority: every row's checksum, every index, every
reference, every invariant. What rows of older gateways lack, a checksum, they get once they were read whole.

Reads on a connection of its own, so that nobody waits for it; what it finds is put right on the daemon's. A restart
goes on where the last run came to.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from gateway.audit.inspections import WHOLE, InspectionState, InspectionStore
from gateway.audit.journal_look import look_through_journal
from gateway.core.instants import HOUR_MS
from gateway.core.interfaces import Instant
from gateway.db import Database, open_database
from gateway.db.look import check_table, portion, seal_rows
from gateway.db.verify import broken_invariants
from gateway.files.store import FileStore
from gateway.runtime.low_priority import give_way

_log = logging.getLogger(__name__)

FIRST_S = 30.0
"""After the start, which has more urgent things to do."""
AGAIN_AFTER_MS = 20 * HOUR_MS
"""A start looks only if the last look is older."""
PORTION = 1000
"""Rows between two pauses."""
PAUSE_S = 0.2
IDLE_S = 3600.0


class Inspection:
    """A worker. See `gateway.core.interfaces.Worker`. `ring` asks for a look; whoever rings wakes it."""

    name = "inspection"
    patience_s = 3600.0

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = InspectionStore(database)
        self._files = FileStore(database)
        self._reader: Database | None = None
        self._first_s: float | None = None
        self._is_due = False
        self._sealed = 0

    def ring(self) -> None:
        self._is_due = True

    def step(self, now: Instant) -> float:
        if self._first_s is None:
            self._first_s = now.mono_s + FIRST_S
            give_way()
        if now.mono_s < self._first_s:
            return self._first_s
        states = self._store.states()
        whole = states.get(WHOLE)
        if whole is None or whole.done_ms is not None:
            if whole is not None and not self._is_due and abs(now.wall_ms - (whole.done_ms or 0)) < AGAIN_AFTER_MS:
                return now.mono_s + IDLE_S
            whole = InspectionState(WHOLE, now.wall_ms)
            states = {
                WHOLE: whole,
                **{name: InspectionState(name, now.wall_ms) for name in self._database.damage.tables},
            }
            self._store.keep(*states.values())
        self._is_due = False
        return self._look(whole, states, now)

    def interrupt(self) -> None:
        if self._reader is not None:
            self._reader.interrupt()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _look(self, whole: InspectionState, states: dict[str, InspectionState], now: Instant) -> float:
        if self._reader is None:
            self._reader = open_database(self._database.file, read_only=True)
            self._reader.read("PRAGMA cache_size = -256")  # KB: each page is read once
        tables = [
            states.get(name) or InspectionState(name, now.wall_ms) for name in sorted(self._database.damage.tables)
        ]
        looked: list[InspectionState] = []
        for state in tables:
            if state.done_ms is None:
                looked.append(self._next(self._reader, state, now))
                if looked[-1].done_ms is None or sum(one.rows for one in looked) >= PORTION:
                    break
        if looked:
            self._store.keep(*looked)  # small tables together: each time costs the card a sync
            return now.mono_s + PAUSE_S
        self._end(self._reader, whole, tables, now)
        self.close()
        return now.mono_s + IDLE_S

    def _next(self, reader: Database, state: InspectionState, now: Instant) -> InspectionState:
        """The next rows of the table; with the last of them, its indexes."""
        rows = portion(reader, state.name, state.after_id, PORTION)
        for key in rows.damaged:
            self._database.damage.note(state.name, key)
        if rows.damaged:
            self._database.read("SELECT 1")  # which puts right what was noted
        whole = [key for key in rows.unsealed if state.name != "record" or self._is_proven(key[0])]
        if whole:
            with self._database.write() as connection:
                self._sealed += seal_rows(connection, self._database.damage.tables[state.name], whole)
        state = replace(state, rows=state.rows + rows.rows, damaged=state.damaged + len(rows.damaged))
        if rows.last_id is not None:
            return replace(state, after_id=rows.last_id)
        return replace(state, done_ms=now.wall_ms, found=tuple(check_table(self._database, reader, state.name)))

    def _is_proven(self, record_id: object) -> bool:
        """Whether the record can be read, and still yields the files that were made of it."""
        try:
            self._files.record(int(str(record_id)))
        except (ValueError, LookupError) as damage:
            _log.error("a record without a checksum is damaged on the card record=%s error=%r", record_id, str(damage))
            return False
        return True

    def _end(self, reader: Database, whole: InspectionState, tables: list[InspectionState], now: Instant) -> None:
        unfiled = self._files.file_again()
        if unfiled:
            _log.error("records were said to have files and have none, they are made records=%d", unfiled)
        found = [line for state in tables for line in state.found] + broken_invariants(reader)
        found += look_through_journal(reader, self._database, now.wall_ms)
        rows, damaged = sum(state.rows for state in tables), sum(state.damaged for state in tables)
        self._store.keep(replace(whole, done_ms=now.wall_ms, rows=rows, damaged=damaged, found=tuple(found)))
        _log.log(
            logging.ERROR if found else logging.INFO,
            "database looked through rows=%d damaged=%d found=%d first=%r",
            rows,
            damaged,
            len(found),
            found[0] if found else "",
        )
        if self._sealed:
            _log.info("rows of an older gateway were read whole and have checksums now rows=%d", self._sealed)
            self._sealed = 0
