"""The files of one record, each with the rendering that it was made by, for whoever asks about one slot."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.db import Database
from gateway.files.formats import Rendering
from gateway.files.store import rendering_of


@dataclass(frozen=True, slots=True)
class MadeFile:
    """`rendering=None`: it is damaged on the card. `planned_ms=None`: no destination has been told of it yet."""

    id: int
    name: str
    size: int
    sha256: bytes
    made_ms: int
    planned_ms: int | None
    rendering: Rendering | None


def files_of(database: Database, record_id: int) -> list[MadeFile]:
    """Those of the record whose rows can be read, in the order in which they were made."""
    rows = database.read(
        "SELECT file.id, name, size, sha256, made_ms, planned_ms, definition FROM sound_file AS file"
        " LEFT JOIN sound_rendering AS rendering ON rendering.id = rendering_id WHERE record_id = ? ORDER BY file.id",
        (record_id,),
    )
    return database.objects("file", rows, _made)


def damaged_files_of(database: Database, record_id: int) -> int:
    """How many there were beside them, whose rows cannot be read any more."""
    kept: int = database.read("SELECT count(*) FROM file WHERE record_id = ?", (record_id,))[0][0]
    sound: int = database.read("SELECT count(*) FROM sound_file WHERE record_id = ?", (record_id,))[0][0]
    return kept - sound


def _made(
    number: int, name: str, size: int, sha256: bytes, made_ms: int, planned_ms: int | None, definition: str | None
) -> MadeFile:
    try:
        rendering = None if definition is None else rendering_of(definition)
    except ValueError:
        rendering = None
    return MadeFile(number, name, size, sha256, made_ms, planned_ms, rendering)
