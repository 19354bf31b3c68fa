"""Slots that have readings and no record yet: opened in the transaction that keeps the first reading, closed in the one
that keeps the record."""

from __future__ import annotations

import sqlite3

from gateway.core.slot import Slot


def open_slot(connection: sqlite3.Connection, slot: Slot) -> bool:
    """Open the slot unless it has a record. Returns whether it is open now."""
    key = (slot.length_ms, slot.end_ms)
    if connection.execute("SELECT 1 FROM record WHERE length_ms = ? AND end_ms = ?", key).fetchone() is not None:
        return False
    connection.execute("INSERT OR IGNORE INTO open_slot (length_ms, end_ms) VALUES (?, ?)", key)
    return True


def close_slot(connection: sqlite3.Connection, slot: Slot) -> None:
    """The slot has its record."""
    connection.execute("DELETE FROM open_slot WHERE length_ms = ? AND end_ms = ?", (slot.length_ms, slot.end_ms))
