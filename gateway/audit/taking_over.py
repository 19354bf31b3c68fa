"""What happened before there was a journal: taken over into it when the daemon starts for the first time with one.

Each entry says so (`taken_over`): nobody vouches that it was not changed before. All of it is one transaction; a start
that is broken off takes over nothing, and the next one everything.
"""

from __future__ import annotations

import heapq
import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from gateway.audit.event_entries import old_events
from gateway.core.journal_entry import GATEWAY, EntryKind
from gateway.db import Database
from gateway.journal.chain import append

_log = logging.getLogger(__name__)

_ALIVE_EVERY = 500
_Told = tuple[int, EntryKind, dict[str, Any], str]
"""When it was, and what the journal is told of it."""


@dataclass(frozen=True, slots=True)
class _OldTable:
    """Rows that say when, and in some column who."""

    name: str
    kind: EntryKind
    at: str
    who: str | None = None


_TABLES = (
    _OldTable("run", EntryKind.START, "started_ms"),
    _OldTable("rollback", EntryKind.ROLLBACK, "found_ms"),
    _OldTable("standstill", EntryKind.STANDSTILL, "from_ms"),
    _OldTable("clock_set", EntryKind.CLOCK, "at_ms"),
    _OldTable("clock_trust", EntryKind.CLOCK, "at_ms"),
    _OldTable("calibration", EntryKind.CALIBRATION, "began_ms", "begun_by"),
    _OldTable("calibration_run", EntryKind.CALIBRATION, "asked_ms", "asked_by"),
    _OldTable("calibration_result", EntryKind.CALIBRATION, "kept_ms", "kept_by"),
    _OldTable("intervention", EntryKind.DELIVERY, "at_ms", "done_by"),
    _OldTable("sample_request", EntryKind.SAMPLE, "asked_ms", "asked_by"),
    _OldTable("set_aside", EntryKind.STORAGE, "found_ms", "closed_by"),
)


def take_over(database: Database, now_ms: int, alive: Callable[[], object] = lambda: None) -> int:
    """Tell of everything that is in the database, oldest first, unless a start was told of before. Returns how many
    entries it made. It may take seconds, in which `alive` is called again and again."""
    if database.read("SELECT 1 FROM journal WHERE kind = ? LIMIT 1", (EntryKind.START.value,)):
        return 0
    with database.write() as connection:
        count = 0
        for _, kind, what, who in heapq.merge(*_sources(connection), key=itemgetter(0)):
            append(connection, now_ms, kind, what, who)
            count += 1
            if count % _ALIVE_EVERY == 0:
                alive()
    if count:
        _log.info("what happened before there was a journal was taken over entries=%d", count)
    return count


def _sources(connection: sqlite3.Connection) -> Iterator[Iterator[_Told]]:
    """Each in its own order, read row by row: together they may be larger than a small box's memory."""
    for table in _TABLES:
        yield _rows(connection, table)
    yield ((began_ms, kind, what, GATEWAY) for began_ms, kind, what in old_events(connection))


def _rows(connection: sqlite3.Connection, table: _OldTable) -> Iterator[_Told]:
    found = connection.execute(f"SELECT * FROM sound_{table.name} ORDER BY {table.at}, id")  # noqa: S608 - names of our own
    columns = [column[0] for column in found.description]
    for values in found:
        row = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
        row.pop("checksum", None)
        who = row.get(table.who or "") or GATEWAY
        yield row[table.at], table.kind, {"taken_over": True, "table": table.name, "row": row}, str(who)
