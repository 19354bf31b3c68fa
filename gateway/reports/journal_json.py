"""Entries of the journal as they were written, for `gateway journal show` and programs. Nothing is verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.core.journal_check import JournalRow
from gateway.core.journal_entry import sayable
from gateway.db import Database
from gateway.journal.rows import rows, span


def entries_between(database: Database, from_ms: int, until_ms: int, kind: str | None) -> Iterator[JournalRow]:
    """Those that were written at that time, of one kind if that is asked for, oldest first."""
    numbers = span(database, from_ms, until_ms)
    for row in rows(database, *numbers) if numbers is not None else ():
        is_meant = not isinstance(row.time_ms, int) or from_ms <= row.time_ms <= until_ms
        if is_meant and kind in (None, row.kind):
            yield row


def row_to_json(row: JournalRow) -> dict[str, Any]:
    """The entry; of one that cannot be read `what` is the text as it stands."""
    try:
        what: Any = row.entry().what
    except (ValueError, RecursionError):
        what = str(row.what)
    content = {"seq": row.seq, "time_ms": row.time_ms, "kind": row.kind, "who": row.who, "what": what}
    found: dict[str, Any] = sayable({**content, "prev": row.prev, "hash": row.hash})
    return found
