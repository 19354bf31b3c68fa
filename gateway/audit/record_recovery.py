"""Brings records and their files back from another database. A file counts as recovered where its record and its form
still yield the bytes whose SHA-256 was kept."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import islice
from typing import Any

from gateway.audit.recovered import LostSlots, Recovered
from gateway.audit.row_transfer import OURS_STAYS, ROWS_AT_ONCE, RowTransfer, without_number
from gateway.core.instants import utc_text
from gateway.core.phrase import Phrase
from gateway.core.record import Record
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.db.put_back import number_of, put_back
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import SalvagedRow, Values
from gateway.files.store import RENDERERS, rendering_of
from gateway.readings.open_slots import close_slot
from gateway.records.record_layout import RecordLayout
from gateway.records.store import mark_unfiled


class RecordRecovery:
    """One other database's records and files. What came of it is told in `found`.

    `record` and `file` take the number of a row there and return the one that it has here, put there if need be;
    `OURS_STAYS`: another one of the same slot, or of the same name, is here; `None`: it is lost, or the file cannot be
    made to the byte any more.
    """

    def __init__(
        self,
        source: Salvage,
        database: Database,
        transfer: RowTransfer,
        found: Recovered,
        records_alike: AbstractSet[int],
        files_alike: AbstractSet[int],
    ) -> None:
        """`records_alike`, `files_alike`: numbers of the rows that are the same in both."""
        self._source = source
        self._database = database
        self._transfer = transfer
        self._found = found
        self._records_alike = records_alike
        self._files_alike = files_alike
        self._ends: dict[int, int] = {}
        """Of the records that are here now, the ends of their slots."""
        self._files_taken: set[int] = set()
        self._lost_ends: dict[int, set[int]] = {}
        self.record = cache(self._take_record)
        self.file = cache(self._take_file)

    def make_again(self, waits_at: AbstractSet[int], arrived_at: AbstractSet[int]) -> None:
        """Files of which nothing is left, of slots of which it is not known that all have them. Ends of the slots of
        which the other ledger says so."""
        ids = (number for number, end_ms in self._ends.items() if end_ms in waits_at or end_ms not in arrived_at)
        while portion := list(islice(ids, ROWS_AT_ONCE)):
            with self._transfer.put() as connection:
                self._found.made_again += sum(mark_unfiled(connection, number) for number in portion)

    def without_delivery(self) -> list[str]:
        """Of the files that came. Their records stay filed: sent blindly, what had arrived would arrive twice."""
        return [
            name
            for file_id in sorted(self._files_taken)
            for (name,) in self._database.read(
                "SELECT name FROM file WHERE id = ? AND planned_ms IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM delivery WHERE file_id = file.id)",
                (file_id,),
            )
        ]

    def is_lost(self, length_ms: Any, end_ms: Any) -> None:
        if isinstance(length_ms, int) and isinstance(end_ms, int) and length_ms > 0:
            self._lost_ends.setdefault(length_ms, set()).add(end_ms)

    def lost_slots(self) -> list[LostSlots]:
        """Slots of which there is no record here either, those in a row as one."""
        found: list[LostSlots] = []
        for length_ms, ends in sorted(self._lost_ends.items()):
            for end_ms in sorted(ends):
                if self._database.read("SELECT 1 FROM record WHERE length_ms = ? AND end_ms = ?", (length_ms, end_ms)):
                    continue
                if found and (found[-1].length_ms, found[-1].last_ms) == (length_ms, end_ms - length_ms):
                    found[-1] = LostSlots(length_ms, found[-1].first_ms, end_ms)
                else:
                    found.append(LostSlots(length_ms, end_ms, end_ms))
        return found

    def _take_record(self, number: int) -> int | None:
        """Its number here; `None`: it is lost, or another record of its slot is here."""
        if number in self._records_alike:
            return number
        row = self._source.row("record", number)
        made = None if row is None else self._readable(row.values)
        layout = None if row is None else self._transfer.layout(row.values["layout_id"])
        if row is None or made is None or layout is None:
            if row is not None:
                self.is_lost(row.values["length_ms"], row.values["end_ms"])
            return None
        slot = made.slot
        with self._transfer.put() as connection:
            known = number_of(connection, "record", {"length_ms": slot.length_ms, "end_ms": slot.end_ms})
            if known is not None:
                return self._same_record(connection, known, row.values, layout)
            taken = put_back(
                connection,
                "record",
                {**without_number(row.values), "layout_id": layout, "damage": None},
            )
            close_slot(connection, slot)
        self._found.taken["record"] += taken is not None
        if taken is not None:
            self._ends[taken] = slot.end_ms
        return taken

    def _same_record(self, connection: sqlite3.Connection, known: int, values: Values, layout: int) -> int | None:
        packed, layout_id = connection.execute("SELECT packed, layout_id FROM record WHERE id = ?", (known,)).fetchone()
        if (packed, layout_id) == (values["packed"], layout):
            self._found.already["record"] += 1
            self._ends[known] = values["end_ms"]
            return known
        self._found.other.append(
            Phrase(
                "record of the slot that ends at {end}: the one that is here stays",
                end=utc_text(values["end_ms"]),
            )
        )
        return OURS_STAYS

    def _readable(self, values: Values) -> Record | None:
        layout = self._transfer.text("layout", "definition", values["layout_id"])
        try:
            if layout is None:
                return None
            slot = Slot(values["end_ms"], values["length_ms"])
            return RecordLayout.from_json(layout).record(slot, values["packed"], values.get("measured"))
        except (ValueError, TypeError):
            return None

    def _take_file(self, number: int) -> int | None:
        """Its number here; `None`: it is lost, or cannot be made to the byte any more."""
        if number in self._files_alike:
            return number
        row = self._source.row("file", number)
        record = None if row is None else self._source.row("record", row.values["record_id"])
        record_id = None if record is None else self.record(record.id)
        rendering = None if row is None else self._transfer.rendering(row.values["rendering_id"])
        if record_id == OURS_STAYS:
            return OURS_STAYS
        if row is None or record is None or record_id is None or rendering is None or not self._is_proven(row, record):
            return None
        key = {"record_id": record_id, "rendering_id": rendering}
        with self._transfer.put() as connection:
            taken = self._transfer.insert(connection, "file", {**row.values, **key}, key)
            if taken is not None:
                kept = connection.execute("SELECT sha256 FROM file WHERE id = ?", (taken,)).fetchone()[0]
                if kept != row.values["sha256"]:
                    self._found.other.append(Phrase("file {name}: the one that is here stays", name=row.values["name"]))
                    return OURS_STAYS
                self._files_taken.add(taken)
        return taken

    def _is_proven(self, file: SalvagedRow, record: SalvagedRow) -> bool:
        """Whether record and rendering yield the bytes whose SHA-256 was kept."""
        made, rendering = (
            self._readable(record.values),
            self._transfer.text("rendering", "definition", file.values["rendering_id"]),
        )
        if made is None or rendering is None:
            return False
        try:
            form = rendering_of(rendering)
            document = RENDERERS[form.format](made, form)
        except (ValueError, LookupError, TypeError):
            return False
        return (document.name, hashlib.sha256(document.content).digest()) == (
            file.values["name"],
            file.values["sha256"],
        )
