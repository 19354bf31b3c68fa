"""Files in the database: not their bytes, which are made again when needed, but their proof."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from gateway.core.errors import DeliveryRefused
from gateway.core.phrase import Phrase
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.files.formats import Document, Rendering, json_object, tt10
from gateway.records.packing import unpack
from gateway.records.record_layout import parameters_of
from gateway.records.store import mark_damaged, mark_filed

RENDERERS: dict[str, Callable[[Record, Rendering], Document]] = {"tt10": tt10.render, "json": json_object.render}
WRITTEN: dict[str, Callable[[Line, Rendering, Mapping[str, int]], str]] = {
    "tt10": tt10.written,
    "json": json_object.written,
}
"""What stands in a file for one line's value. Adding an authority's format is one module in `formats/` and a line in
each of these."""


@dataclass(frozen=True, slots=True)
class UnfiledRecord:
    """A record whose files are still to be made; `None`: it is damaged on the card, and `damage` says how."""

    id: int
    end_ms: int
    record: Record | None
    damage: str = ""


@dataclass(frozen=True, slots=True)
class DamagedRecords:
    """Records that were set aside: how many, and the end of the newest one's slot."""

    count: int = 0
    newest_ms: int | None = None


class FileStore:
    """All access to files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unfiled(self, most: int) -> list[UnfiledRecord]:
        """Up to `most` records without files, oldest first; none that was set aside."""
        rows = self._database.read(
            f"SELECT {_RECORD} WHERE record.filed_ms IS NULL AND record.damage IS NULL ORDER BY record.end_ms LIMIT ?",  # noqa: S608
            (most,),
        )
        return [_unfiled(*row) for row in rows]

    def set_aside(self, record_id: int, damage: str) -> None:
        """Note that no file can be made of a damaged record. It stays as it is."""
        with self._database.write() as connection:
            mark_damaged(connection, record_id, damage)

    def damaged_records(self, after_id: int, most: int) -> list[UnfiledRecord]:
        """Up to `most` records that were set aside, behind the one of this number, as they can be read now."""
        rows = self._database.read(
            f"SELECT {_RECORD} WHERE record.damage IS NOT NULL AND record.id > ? ORDER BY record.id LIMIT ?",  # noqa: S608
            (after_id, most),
        )
        return [_unfiled(*row) for row in rows]

    def take_back(self, record_id: int) -> None:
        """Let the files be made of a record that was set aside."""
        with self._database.write() as connection:
            mark_damaged(connection, record_id, None)

    def damaged(self) -> DamagedRecords:
        """What was set aside and is kept."""
        rows = self._database.read("SELECT count(*), max(end_ms) FROM record WHERE damage IS NOT NULL")
        return DamagedRecords(*rows[0])

    def add(self, record_id: int, renderings: Sequence[tuple[Rendering, Document]], made_ms: int) -> None:
        """Keep the proof of a record's files and mark it filed, in one transaction."""
        with self._database.write() as connection:
            for rendering, document in renderings:
                definition = definition_of(rendering)
                connection.execute("INSERT OR IGNORE INTO rendering (definition) VALUES (?)", (definition,))
                connection.execute(
                    "INSERT OR IGNORE INTO file (record_id, rendering_id, name, size, sha256, made_ms)"
                    " SELECT ?, id, ?, ?, ?, ? FROM rendering WHERE definition = ?",
                    (
                        record_id,
                        document.name,
                        len(document.content),
                        _sha256(document),
                        made_ms,
                        definition,
                    ),
                )
            mark_filed(connection, record_id, made_ms)

    def file_again(self) -> int:
        """Have files made of records that are said to have them and have none. Returns of how many."""
        rows = self._database.read(
            "SELECT record.id FROM record LEFT JOIN file ON file.record_id = record.id"
            " WHERE record.filed_ms IS NOT NULL AND file.id IS NULL"
        )
        if rows:
            with self._database.write() as connection:
                for (record_id,) in rows:
                    mark_filed(connection, record_id, None)
        return len(rows)

    def record(self, record_id: int) -> Record:
        """A record, to make another file of it. The files that were made of it before prove that it is still the same.

        Raises:
            ValueError: it is damaged on the card.
        """
        [row] = self._database.read(f"SELECT {_RECORD} WHERE record.id = ?", (record_id,))  # noqa: S608  # a constant
        found = _unfiled(*row)
        if found.record is None:
            raise ValueError(found.damage)
        made = self._database.read(
            "SELECT definition, name, sha256 FROM sound_file AS file"
            " JOIN sound_rendering AS rendering ON rendering.id = rendering_id WHERE record_id = ?",
            (record_id,),
        )
        for definition, name, sha256 in made:
            rendering = rendering_of(definition)
            if _sha256(RENDERERS[rendering.format](found.record, rendering)) != sha256:
                raise ValueError(Phrase("it no longer yields the bytes of {name}, whose SHA-256 was kept", name=name))
        return found.record

    def add_afterwards(self, record_id: int, rendering: Rendering, document: Document, made_ms: int) -> int:
        """Keep the proof of one more file of a record that was filed before. The destinations are not told of it:
        whoever wants it plans it. Returns its number, also if it was there already.

        Raises:
            ValueError: a row that stands in its way is damaged on the card.
        """
        definition = definition_of(rendering)
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO rendering (definition) VALUES (?)", (definition,))
            connection.execute(
                "INSERT OR IGNORE INTO file (record_id, rendering_id, name, size, sha256, made_ms, planned_ms)"
                " SELECT ?, id, ?, ?, ?, ?, ? FROM rendering WHERE definition = ?",
                (record_id, document.name, len(document.content), _sha256(document), made_ms, made_ms, definition),
            )
            rows = connection.execute(
                "SELECT file.id FROM file JOIN rendering ON rendering.id = rendering_id"
                " WHERE record_id = ? AND definition = ?",
                (record_id, definition),
            ).fetchall()
        if not rows:
            raise ValueError(Phrase("a file of it is damaged on the card"))
        return int(rows[0][0])

    def content(self, file_id: int) -> Document:
        """The file, made again from its record, and proven by its SHA-256 to be the one that was made first.

        Raises:
            DeliveryRefused: record or rendering no longer yield those bytes; nothing of it may be sent.
            LookupError: there is no such file.
        """
        rows = self._database.read(
            "SELECT length_ms, end_ms, layout.definition, packed, rendering.definition, name, sha256"
            " FROM sound_file AS file"
            " LEFT JOIN sound_record AS record ON record.id = file.record_id"
            " LEFT JOIN sound_layout AS layout ON layout.id = layout_id"
            " LEFT JOIN sound_rendering AS rendering ON rendering.id = file.rendering_id WHERE file.id = ?",
            (file_id,),
        )
        if not rows:
            if self._database.read("SELECT 1 FROM file WHERE id = ?", (file_id,)):
                raise DeliveryRefused(Phrase("what was kept of file {number} is damaged on the card", number=file_id))
            raise LookupError(f"there is no file {file_id}")
        length_ms, end_ms, layout, packed, definition, name, sha256 = rows[0]
        try:
            if None in (end_ms, layout, definition):
                raise ValueError(Phrase("its row cannot be read"))
            rendering = rendering_of(definition)
            record = Record(Slot(end_ms, length_ms), unpack(packed, parameters_of(layout)))
            document = RENDERERS[rendering.format](record, rendering)
        except (ValueError, LookupError, TypeError, OverflowError) as damage:
            raise DeliveryRefused(
                Phrase("the record of file {name} is damaged on the card: {damage}", name=name, damage=damage)
            ) from damage
        if _sha256(document) != sha256 or document.name != name:
            raise DeliveryRefused(
                Phrase(
                    "file {name} no longer has the bytes whose SHA-256 was kept: {sha256}",
                    name=name,
                    sha256=sha256.hex(),
                )
            )
        return document


def mark_planned(connection: sqlite3.Connection, file_id: int, planned_ms: int) -> None:
    """Whoever wants the file knows of it; for the transaction that tells them."""
    connection.execute("UPDATE file SET planned_ms = ? WHERE id = ?", (planned_ms, file_id))


def forget_files_of(connection: sqlite3.Connection, record_ids: Sequence[int]) -> None:
    """Delete the records' files, whose deliveries are forgotten in the same transaction."""
    connection.executemany("DELETE FROM file WHERE record_id = ?", [(record_id,) for record_id in record_ids])


_RECORD = (
    "record.id, record.end_ms, sound.length_ms, definition, sound.packed FROM record"
    " LEFT JOIN sound_record AS sound ON sound.id = record.id LEFT JOIN sound_layout AS layout"
    " ON layout.id = sound.layout_id"
)
"""With NULL in the place of what is damaged."""


def _unfiled(
    record_id: int, end_ms: int, length_ms: int | None, definition: str | None, packed: bytes
) -> UnfiledRecord:
    try:
        if length_ms is None or definition is None:
            raise ValueError(Phrase("more than one bit of its row, or of its layout, is wrong"))
        record = Record(Slot(end_ms, length_ms), unpack(packed, parameters_of(definition)))
    except ValueError as damage:
        return UnfiledRecord(record_id, end_ms, None, str(damage))
    return UnfiledRecord(record_id, end_ms, record)


def definition_of(rendering: Rendering) -> str:
    """The rendering as it is kept. What is empty is left out, as before there was any of it: an unchanged rendering
    stays the same row."""
    content = asdict(rendering)
    for addition in ("template", "symbols"):
        if not content[addition]:
            del content[addition]
    return json.dumps(content, ensure_ascii=False)


def rendering_of(definition: str) -> Rendering:
    """Raises ValueError: it is damaged."""
    content = json.loads(definition)
    try:
        for pairs in ("decimals", "symbols"):
            content[pairs] = tuple((symbol, what) for symbol, what in content.get(pairs, ()))
        rendering = Rendering(**content)
    except (TypeError, AttributeError) as damage:
        raise ValueError(Phrase("a damaged rendering: {definition}", definition=definition[:80])) from damage
    if rendering.format not in RENDERERS:
        raise ValueError(Phrase("a damaged rendering: there is no format {name!r}", name=rendering.format))
    return rendering


def _sha256(document: Document) -> bytes:
    return hashlib.sha256(document.content).digest()
