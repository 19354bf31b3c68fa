"""Looks after the recorder's database: writes down which rows were found damaged, and once a day reads all of it, a
portion at a time and at the lowest priority: every row's checksum, every index.

The gateway's own is looked through in the same way by `gateway.audit.inspection`; this one is small, so that a look
that a restart breaks off begins anew.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from gateway.cameras.catalog.database import CAMERAS_SCHEMA
from gateway.cameras.catalog.invariants import OF_VIDEO
from gateway.core.errors import StoreCorrupt
from gateway.core.instants import DAY_MS
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.db import Database, open_database
from gateway.db.look import check_table, portion
from gateway.db.set_aside import DamageNotes
from gateway.db.verify import broken_invariants
from gateway.runtime.low_priority import give_way

_log = logging.getLogger(__name__)

FIRST_S = 1800.0
"""After the start, which has more urgent things to do."""
AGAIN_S = DAY_MS / 1000
PORTION = 1000
"""Rows between two pauses."""


@dataclass(slots=True)
class _Look:
    tables: list[str]
    after_id: int = 0
    rows: int = 0
    damaged: int = 0
    found: list[str] = field(default_factory=list)


class CameraDatabaseWatch:
    """A worker. See `gateway.core.interfaces.Worker`."""

    name = "video database"
    patience_s = 3600.0

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notes = DamageNotes(database)
        self._reader: Database | None = None
        self._look: _Look | None = None
        self._due_s: float | None = None
        self._file = _identity_of(database.file)

    def step(self, now: Instant) -> float:
        """Write down what was met since; when it is time, look at some more.

        Raises:
            StoreCorrupt: another file bears the database's name, or none: nobody else sees what is written, and it is
                gone at the next start. The sooner that is, the less is.
        """
        if self._file != _identity_of(self._database.file):
            raise StoreCorrupt(Phrase("{file} was removed or replaced while it was in use", file=self._database.file))
        if self._due_s is None:
            give_way()
            self._due_s = now.mono_s + FIRST_S
        next_s = self._notes.step(now)
        if now.mono_s >= self._due_s:
            self._look_on(now)
        return next_s

    def interrupt(self) -> None:
        if self._reader is not None:
            self._reader.interrupt()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _look_on(self, now: Instant) -> None:
        if self._look is None:
            self._look = _Look(sorted(self._database.damage.tables))
        if self._reader is None:
            self._reader = open_database(self._database.file, schema=CAMERAS_SCHEMA, read_only=True)
        if self._look.tables:
            self._next(self._reader, self._look)
            return
        look, self._look = self._look, None
        look.found += broken_invariants(self._reader, OF_VIDEO)
        self.close()
        self._due_s = now.mono_s + AGAIN_S
        _log.log(
            logging.ERROR if look.found else logging.INFO,
            "the cameras' database was looked through rows=%d damaged=%d found=%d first=%r",
            look.rows,
            look.damaged,
            len(look.found),
            look.found[0] if look.found else "",
        )

    def _next(self, reader: Database, look: _Look) -> None:
        """The next rows of a table; with the last of them, its indexes."""
        table = look.tables[0]
        rows = portion(reader, table, look.after_id, PORTION)
        for key in rows.damaged:
            self._database.damage.note(table, key)
        if rows.damaged:
            self._database.read("SELECT 1")  # which puts right what was noted
        look.rows += rows.rows
        look.damaged += len(rows.damaged)
        if rows.last_id is not None:
            look.after_id = rows.last_id
            return
        look.found += check_table(self._database, reader, table)
        look.tables.pop(0)
        look.after_id = 0


def _identity_of(file: Path) -> tuple[int, int] | None:
    """`None`: there is no such file."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
