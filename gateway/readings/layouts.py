"""Which columns a packed row has, of readings and of records: each definition is kept once, and known by its number."""

from __future__ import annotations

import sqlite3


def keep_layout(connection: sqlite3.Connection, definition: str) -> int:
    """The number of the layout, which is kept if it is new; for the transaction that keeps a row of it."""
    connection.execute("INSERT OR IGNORE INTO layout (definition) VALUES (?)", (definition,))
    found: int = connection.execute("SELECT id FROM layout WHERE definition = ?", (definition,)).fetchone()[0]
    return found
