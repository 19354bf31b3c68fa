"""Puts rows that were found in another database into this one, whichever table they are of. Never changes one that is
there."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any


def put_back(connection: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> int | None:
    """Insert the row, of which only the columns that this table has are taken. Returns its number; `None`: another one
    stands in its way, or it breaks a rule of this table."""
    known = [name for name in columns_of(connection, table) if name in values]
    places = ", ".join("?" for _ in known)
    try:
        made = connection.execute(
            f"INSERT OR IGNORE INTO {table} ({', '.join(known)}) VALUES ({places})", [values[name] for name in known]
        )
    except sqlite3.IntegrityError:
        return None
    return made.lastrowid if made.rowcount > 0 else None


def number_of(connection: sqlite3.Connection, table: str, key: Mapping[str, Any]) -> int | None:
    """Of the row that bears these values; `None`: there is none."""
    where = " AND ".join(f"{name} IS ?" for name in key)
    found = connection.execute(f"SELECT id FROM {table} WHERE {where} LIMIT 1", list(key.values())).fetchone()
    return None if found is None else int(found[0])


def lowest_number(connection: sqlite3.Connection, table: str) -> int:
    """1 if there is none."""
    found: int | None = connection.execute(f"SELECT min(id) FROM {table}").fetchone()[0]
    return 1 if found is None else found


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "checksum"]
