"""Appending to the journal, in the transaction of what it tells."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.core.journal_entry import FIRST_PREV, GATEWAY, Entry, EntryKind, canonical, entry_hash


def append(
    connection: sqlite3.Connection, at_ms: int, kind: EntryKind, what: Mapping[str, Any], who: str = GATEWAY
) -> Entry:
    """Add one entry behind the newest. `who`: the gateway by itself, or a person's user name.

    Raises:
        ValueError: `what` is nothing that JSON can hold.
        sqlite3.Error: as the transaction's other statements.
    """
    rows = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchall()
    seq, prev = (rows[0][0] + 1, rows[0][1]) if rows else (1, FIRST_PREV)
    own = entry_hash(seq, at_ms, kind.value, who, what, prev)
    connection.execute(
        "INSERT INTO journal (seq, time_ms, kind, who, what, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (seq, at_ms, kind.value, who, canonical(what), prev, own),
    )
    return Entry(seq, at_ms, kind.value, who, what, prev, own)
