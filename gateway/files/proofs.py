"""What proves each file, by its number and by its slot: for digests, and for whoever asks about one slot."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.instants import FAR_FUTURE_MS
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class FileProof:
    """A file's number, name, size in bytes, and SHA-256."""

    id: int
    name: str
    size: int
    sha256: bytes


def proofs_after(database: Database, after_id: int, most: int, made_before_ms: int = FAR_FUTURE_MS) -> list[FileProof]:
    """Up to `most` files behind the one of that number, in their order, until the first that was made later.

    All of them if no file has that number or a later one: numbers began anew when none was left.
    """
    rows = database.read(
        "WITH behind (id) AS (SELECT iif((SELECT max(id) FROM file) < ?1, 0, ?1))"
        " SELECT id, name, size, sha256 FROM sound_file WHERE id > (SELECT id FROM behind) AND id <"
        " coalesce((SELECT min(id) FROM file WHERE id > (SELECT id FROM behind) AND made_ms >= ?2), ?3)"
        " ORDER BY id LIMIT ?4",
        (after_id, made_before_ms, FAR_FUTURE_MS, most),
    )
    return [FileProof(*row) for row in rows]


def proofs_between(database: Database, first_id: int, last_id: int) -> list[FileProof]:
    """Those of these numbers that are kept, in their order."""
    rows = database.read(
        "SELECT id, name, size, sha256 FROM sound_file WHERE id BETWEEN ? AND ? ORDER BY id", (first_id, last_id)
    )
    return [FileProof(*row) for row in rows]


def proofs_of_slot(database: Database, end_ms: int) -> list[FileProof]:
    """Of the files of slots of any length that end then, in the order in which they were made."""
    rows = database.read(
        "SELECT file.id, name, size, sha256 FROM record JOIN sound_file AS file ON file.record_id = record.id"
        " WHERE record.end_ms = ? ORDER BY file.id",
        (end_ms,),
    )
    return [FileProof(*row) for row in rows]


def first_made_ms(database: Database) -> int | None:
    """When the oldest file that is known was made; `None`: there is none."""
    rows = database.read("SELECT made_ms FROM sound_file ORDER BY id LIMIT 1")
    return int(rows[0][0]) if rows else None
