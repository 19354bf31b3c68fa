"""Which files were made of a time, for whoever wants them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.db import Database

_PORTION = 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose proof is kept."""

    id: int
    name: str
    end_ms: int


def kept(database: Database, format_name: str, length_ms: int, from_ms: int, until_ms: int) -> Iterator[Kept]:
    """Files of that format, of slots of that length that end in `[from_ms, until_ms]`, oldest first, a portion at a
    time."""
    after = (from_ms - 1, 0)
    while True:
        rows = database.read(
            "SELECT file.id, name, record.end_ms FROM record JOIN file ON file.record_id = record.id"
            " JOIN rendering ON rendering.id = rendering_id"
            " WHERE length_ms = ? AND definition ->> '$.format' = ? AND record.end_ms >= ?"
            " AND (record.end_ms, file.id) > (?, ?) AND record.end_ms <= ? ORDER BY record.end_ms, file.id LIMIT ?",
            (length_ms, format_name, after[0], *after, until_ms, _PORTION),
        )
        for row in rows:
            yield Kept(*row)
        if len(rows) < _PORTION:
            return
        after = (rows[-1][2], rows[-1][0])
