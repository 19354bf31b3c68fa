"""Slots that have readings and no record yet: opened in the transaction that keeps the first reading, closed in the one
that keeps the record.

A slot that was closed before the database was rolled back is not opened: what was sent of it lies at the far end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from gateway.core.rollback import closed_until
from gateway.core.slot import Slot
from gateway.db import Database

_CLOSED_BEFORE = (
    "SELECT 1 FROM sound_rollback, json_each(iif(json_valid(closed_until), closed_until, '{}'), '$.\"' || ?1 || '\"')"
    " AS closed WHERE closed.value >= ?2 AND closed.value <= ?3 LIMIT 1"
)


def open_slot(connection: sqlite3.Connection, slot: Slot, now_ms: int) -> bool:
    """Open the slot unless it has a record, or was closed before. Returns whether it is open now."""
    key = (slot.length_ms, slot.end_ms)
    if connection.execute("SELECT 1 FROM record WHERE length_ms = ? AND end_ms = ?", key).fetchone() is not None:
        return False
    if was_closed_before(connection, slot, now_ms):
        return False
    connection.execute("INSERT OR IGNORE INTO open_slot (length_ms, end_ms) VALUES (?, ?)", key)
    return True


def was_closed_before(connection: sqlite3.Connection, slot: Slot, now_ms: int) -> bool:
    """Whether it, or a later one, was closed before the database was rolled back. What was closed by a clock that was
    ahead of `now_ms` does not count."""
    return connection.execute(_CLOSED_BEFORE, (slot.length_ms, slot.end_ms, now_ms)).fetchone() is not None


def closed_before(database: Database, slot: Slot, now_ms: int) -> bool:
    """The same for whoever only looks."""
    return bool(database.read(_CLOSED_BEFORE, (slot.length_ms, slot.end_ms, now_ms)))


def close_slot(connection: sqlite3.Connection, slot: Slot) -> None:
    """The slot has its record."""
    connection.execute("DELETE FROM open_slot WHERE length_ms = ? AND end_ms = ?", (slot.length_ms, slot.end_ms))


def drop_closed(connection: sqlite3.Connection, closed: Mapping[int, tuple[int, ...]], now_ms: int) -> tuple[Slot, ...]:
    """Let go of open slots that were closed before the database was rolled back; their readings stay. `closed`: as an
    anchor has it. Returns them, oldest first."""
    found = []
    for end_ms, length_ms in connection.execute(
        "SELECT end_ms, length_ms FROM sound_open_slot ORDER BY end_ms"
    ).fetchall():
        until_ms = closed_until(closed.get(length_ms, ()), now_ms)
        if until_ms is not None and end_ms <= until_ms:
            found.append(Slot(end_ms, length_ms))
            close_slot(connection, found[-1])
    return tuple(found)
