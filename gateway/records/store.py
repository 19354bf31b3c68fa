"""Records in the database, and the slots that are still open."""

from __future__ import annotations

import logging
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.core.averaging import Average
from gateway.core.checksum import RecordRow, unsound_records
from gateway.core.instants import EARLIEST_MS
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter
from gateway.core.record import Record
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.readings.layouts import keep_layout
from gateway.readings.open_slots import close_slot, open_slot, was_closed_before
from gateway.records.packing import pack, unpack_one
from gateway.records.record_layout import RecordLayout, parameters_of
from gateway.records.slot_reasons import LineReason, forget_reasons, keep_reasons

_log = logging.getLogger(__name__)

_COLUMNS = "end_ms, id, layout_id, closed_ms, packed, measured, checksum"
PORTION = 1000
"""Records fetched at a time: three years are read in the memory of half a week."""


NO_BOUND_MS, NO_BOUND_ID = -(1 << 60), 1 << 60


@dataclass(frozen=True, slots=True)
class FutureRecords:
    """Records of slots that have not ended: how many, and the end of the newest one's slot."""

    count: int = 0
    newest_ms: int | None = None


class RecordStore:
    """All access to records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_slots(self, length_ms: int, ended_by_ms: int) -> list[Slot]:
        """Open slots of that length that ended at the instant or before, oldest first."""
        rows = self._database.read(
            "SELECT end_ms FROM sound_open_slot WHERE length_ms = ? AND end_ms <= ? ORDER BY end_ms",
            (length_ms, ended_by_ms),
        )
        return [Slot(end_ms, length_ms) for (end_ms,) in rows]

    def open_lengths(self) -> list[int]:
        """The different lengths of all open slots, shortest first."""
        return [
            length_ms
            for (length_ms,) in self._database.read("SELECT DISTINCT length_ms FROM sound_open_slot ORDER BY length_ms")
        ]

    def oldest_open_ms(self) -> int | None:
        """Start of the oldest slot that is not closed yet."""
        oldest: int | None = self._database.read("SELECT min(end_ms - length_ms) FROM sound_open_slot")[0][0]
        return oldest

    def oldest_ms(self, after_ms: int = NO_BOUND_MS) -> int | None:
        """End of the oldest slot of which a record is kept, of those that end after the instant."""
        oldest: int | None = self._database.read("SELECT min(end_ms) FROM record WHERE end_ms > ?", (after_ms,))[0][0]
        return oldest

    def newest_ms(self, length_ms: int, now_ms: int, last_id: int = NO_BOUND_ID) -> int | None:
        """End of the newest slot of that length of which a record is kept and that has ended; of the records up to that
        number."""
        rows = self._database.read(
            "SELECT end_ms FROM record WHERE length_ms = ? AND end_ms <= ? AND id <= ? ORDER BY end_ms DESC LIMIT 1",
            (length_ms, now_ms, last_id),
        )
        return rows[0][0] if rows else None

    def newest_id(self) -> int:
        """Number of the record that was kept last, whatever its time; 0: there is none."""
        return int(self._database.read("SELECT coalesce(max(id), 0) FROM record")[0][0])

    def newest_behind(self, length_ms: int, after_id: int, until_ms: int) -> int | None:
        """Number of the record kept last of those that were kept after that number and whose slots end by the instant:
        they came after younger ones, as from another database."""
        rows = self._database.read(
            "SELECT max(id) FROM record WHERE id > ? AND length_ms = ? AND end_ms <= ?", (after_id, length_ms, until_ms)
        )
        newest: int | None = rows[0][0]
        return newest

    def last_closed_ms(self) -> int | None:
        """When the record that was kept last was closed."""
        rows = self._database.read("SELECT closed_ms FROM sound_record ORDER BY id DESC LIMIT 1")
        return rows[0][0] if rows else None

    def number(self, slot: Slot) -> int | None:
        """Under which number the slot's record is kept."""
        rows = self._database.read(
            "SELECT id FROM record WHERE length_ms = ? AND end_ms = ?", (slot.length_ms, slot.end_ms)
        )
        return rows[0][0] if rows else None

    def future(self, now_ms: int) -> FutureRecords:
        """What bears a time that has not come, whichever clock wrote it."""
        rows = self._database.read("SELECT count(*), max(end_ms) FROM record WHERE end_ms > ?", (now_ms,))
        return FutureRecords(*rows[0])

    def lengths_ms(self) -> list[int]:
        """The different lengths of slots of which records are kept, shortest first."""
        return [length for (length,) in self._database.read("SELECT DISTINCT length_ms FROM record ORDER BY length_ms")]

    def lengths_between(self, after_ms: int, until_ms: int) -> list[int]:
        """The same of slots that end in `(after_ms, until_ms]`."""
        rows = self._database.read(
            "SELECT DISTINCT length_ms FROM record WHERE end_ms > ? AND end_ms <= ? ORDER BY length_ms",
            (after_ms, until_ms),
        )
        return [length for (length,) in rows]

    def symbols(self) -> set[str]:
        """Of every line that was ever measured or recorded, also of those that have left the configuration."""
        found: set[str] = set()
        for (definition,) in self._database.read("SELECT definition FROM sound_layout"):
            try:
                found |= {parameter.symbol for parameter in parameters_of(definition)}
            except ValueError:
                continue  # a damaged layout names nobody; its records are told of when they are read
        return found

    def beside(self, length_ms: int, after_ms: int, until_ms: int, now_ms: int) -> tuple[int | None, int | None]:
        """Ends of the last slot of which a record is kept before those that end in `(after_ms, until_ms]`, and of the
        first after them. What bears a time that cannot be, or that has not come, is neither."""
        before = "SELECT max(end_ms) FROM record WHERE length_ms = ? AND end_ms <= ? AND end_ms > ?"
        behind = "SELECT min(end_ms) FROM record WHERE length_ms = ? AND end_ms > ? AND end_ms <= ?"
        return (
            self._database.read(before, (length_ms, after_ms, EARLIEST_MS))[0][0],
            self._database.read(behind, (length_ms, until_ms, now_ms))[0][0],
        )

    def has_open_within(self, slot: Slot) -> bool:
        """Whether a shorter slot inside this one is still open."""
        rows = self._database.read(
            "SELECT 1 FROM sound_open_slot WHERE length_ms < ? AND end_ms > ? AND end_ms <= ? LIMIT 1",
            (slot.length_ms, slot.start_ms, slot.end_ms),
        )
        return bool(rows)

    def drop_if_closed_before(self, slot: Slot, now_ms: int) -> bool:
        """Let go of an open slot that was closed before the database was rolled back. Whether it was one."""
        with self._database.write() as connection:
            was_closed = was_closed_before(connection, slot, now_ms)
            if was_closed:
                close_slot(connection, slot)
        return was_closed

    def add(
        self, record: Record, closed_ms: int, opens: Sequence[Slot] = (), reasons: Sequence[LineReason] = ()
    ) -> None:
        """Keep the record and close its slot, in one transaction; `opens` are longer slots that it contributes to, and
        `reasons` why some of its lines are not 00.

        A slot that has a record already keeps it: closing twice is harmless and changes nothing.
        """
        definition = RecordLayout.of(record).to_json()
        with self._database.write() as connection:
            added = connection.execute(
                "INSERT OR IGNORE INTO record (length_ms, end_ms, layout_id, closed_ms, packed, measured)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    record.slot.length_ms,
                    record.slot.end_ms,
                    keep_layout(connection, definition),
                    closed_ms,
                    pack(record.lines),
                    pack(record.measured) or None,
                ),
            )
            if added.rowcount:
                keep_reasons(connection, record.slot, reasons)
            close_slot(connection, record.slot)
            for slot in opens:
                open_slot(connection, slot, closed_ms)

    def records(self, length_ms: int, after_ms: int, until_ms: int) -> Iterator[Record]:
        """Records of that length whose slots end in `(after_ms, until_ms]`, oldest first.

        A damaged one is told and passed over: it is missing, the others are not.
        """
        layouts: dict[int, RecordLayout] = {}
        for rows in self._portions(length_ms, after_ms, until_ms):
            for end_ms, _, layout_id, _, packed, measured, _ in rows:
                try:
                    layout = layouts.get(layout_id) or layouts.setdefault(layout_id, self._layout(layout_id))
                    record = layout.record(Slot(end_ms, length_ms), packed, measured)
                except ValueError as damage:
                    _log.error("a record is damaged on the card end_ms=%d error=%r", end_ms, str(damage))
                    continue
                yield record

    def series(
        self, parameter: Parameter, length_ms: int, after_ms: int, until_ms: int
    ) -> Iterator[tuple[int, Average]]:
        """One parameter through time: `(end_ms, average)` of each record that has it, oldest first."""
        columns: dict[int, int | None] = {}
        for rows in self._portions(length_ms, after_ms, until_ms):
            for end_ms, _, layout_id, _, packed, _, _ in rows:
                if layout_id not in columns:
                    columns[layout_id] = self._column(layout_id, parameter)
                column = columns[layout_id]
                if column is None:
                    continue
                try:
                    yield end_ms, unpack_one(packed, column)
                except (ValueError, struct.error):  # damaged, and told where records are read whole
                    continue

    def ends(self, length_ms: int, after_ms: int, until_ms: int) -> list[int]:
        """Ends of the records in `(after_ms, until_ms]`, oldest first, without those that were met damaged: from the
        indices alone."""
        rows = self._database.read(
            "SELECT end_ms FROM record WHERE length_ms = ? AND end_ms > ? AND end_ms <= ? ORDER BY end_ms",
            (length_ms, after_ms, until_ms),
        )
        # hardly ever any; the + has them found by the index of what is damaged
        damaged = "SELECT end_ms FROM record WHERE damage IS NOT NULL AND +length_ms = ?"
        lost = {end_ms for (end_ms,) in self._database.read(damaged, (length_ms,))}
        return [end_ms for (end_ms,) in rows if end_ms not in lost]

    def packed(self, length_ms: int, after_ms: int, until_ms: int) -> Iterator[tuple[int, int, bytes]]:
        """The same records as they are kept: end, number of the layout, bytes; a portion in memory at a time."""
        for rows in self._portions(length_ms, after_ms, until_ms):
            for end_ms, _, layout_id, _, packed, _, _ in rows:
                yield end_ms, layout_id, packed

    def _portions(self, length_ms: int, after_ms: int, until_ms: int) -> Iterator[list[RecordRow]]:
        """Checksums are compared here and not in the view: that is twice as fast, and these are ten thousands."""
        while True:
            rows: list[RecordRow] = self._database.read(
                f"SELECT {_COLUMNS} FROM record"  # noqa: S608  # a constant
                " WHERE length_ms = ? AND end_ms > ? AND end_ms <= ? ORDER BY end_ms LIMIT ?",
                (length_ms, after_ms, until_ms, PORTION),
            )
            is_last = len(rows) < PORTION
            if not is_last:
                after_ms = rows[-1][0]
            for place in reversed(unsound_records(rows, length_ms)):
                rows[place : place + 1] = self._database.read(
                    f"SELECT {_COLUMNS} FROM sound_record WHERE id = ? AND length_ms = ? AND end_ms <= ?",  # noqa: S608
                    (rows[place][1], length_ms, until_ms),
                )
            yield rows
            if is_last:
                return

    def parameters(self, layout_id: int) -> tuple[Parameter, ...]:
        """The columns of a layout by its number.

        Raises:
            ValueError: it is damaged on the card.
        """
        return self._layout(layout_id).parameters

    def _layout(self, layout_id: int) -> RecordLayout:
        """Raises ValueError: it is damaged."""
        rows = self._database.read("SELECT definition FROM sound_layout WHERE id = ?", (layout_id,))
        if not rows:
            raise ValueError(Phrase("layout {layout_id} is damaged on the card", layout_id=layout_id))
        return RecordLayout.from_json(rows[0][0])

    def _column(self, layout_id: int, parameter: Parameter) -> int | None:
        try:
            parameters = self.parameters(layout_id)
        except ValueError:  # told where records are read whole
            return None
        return parameters.index(parameter) if parameter in parameters else None


def mark_filed(connection: sqlite3.Connection, record_id: int, filed_ms: int | None) -> None:
    """The record's files were made (`None`: are to be made); for the transaction that keeps their proof."""
    connection.execute("UPDATE record SET filed_ms = ? WHERE id = ?", (filed_ms, record_id))


def mark_unfiled(connection: sqlite3.Connection, record_id: int) -> bool:
    """The record's files are to be made again if there is none. Returns whether that is so."""
    marked = connection.execute(
        "UPDATE record SET filed_ms = NULL WHERE id = ? AND filed_ms IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM file WHERE record_id = record.id)",
        (record_id,),
    )
    return marked.rowcount > 0


def mark_damaged(connection: sqlite3.Connection, record_id: int, damage: str | None) -> None:
    """No file can be made of the record, and how so; `None`: it can be read again."""
    connection.execute("UPDATE record SET damage = ? WHERE id = ?", (damage, record_id))


def forget_records(connection: sqlite3.Connection, record_ids: Sequence[int]) -> None:
    """Delete records whose files are forgotten, in the same transaction."""
    connection.executemany("DELETE FROM record WHERE id = ?", [(record_id,) for record_id in record_ids])
    forget_reasons(connection)
