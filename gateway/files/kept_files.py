"""Which files were made of a time, for whoever wants them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.db import Database

_PORTION = 1000


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file whose proof is kept."""

    id: int
    name: str
    end_ms: int


def kept_files(
    database: Database, format_name: str, length_ms: int, from_ms: int, until_ms: int, destination: str | None = None
) -> Iterator[KeptFile]:
    """Files of that format, of slots of that length that end in `[from_ms, until_ms]`, oldest first, a portion at a
    time, without those that have not a single line; of those, only the ones meant for `destination`, if one is named.
    """
    after = (from_ms - 1, 0)
    while True:
        rows = database.read(
            "SELECT file.id, name, record.end_ms FROM record JOIN sound_file AS file ON file.record_id = record.id"
            " JOIN sound_rendering AS rendering ON rendering.id = rendering_id"
            " WHERE size > 0 AND length_ms = ?1"
            " AND iif(json_valid(definition), definition ->> '$.format' = ?2, 0) AND record.end_ms >= ?3"
            " AND (record.end_ms, file.id) > (?3, ?4) AND record.end_ms <= ?5"
            " AND (?6 IS NULL OR EXISTS (SELECT 1 FROM delivery JOIN destination ON destination.id = destination_id"
            " WHERE file_id = file.id AND destination.name = ?6))"
            " ORDER BY record.end_ms, file.id LIMIT ?7",
            (length_ms, format_name, *after, until_ms, destination, _PORTION),
        )
        for row in rows:
            yield KeptFile(*row)
        if len(rows) < _PORTION:
            return
        after = (rows[-1][2], rows[-1][0])
