"""Which files are to go to whom: what is still to be planned, and the deliveries that a plan makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.db import Database
from gateway.files.formats import Form
from gateway.files.store import mark_planned, rendering_of
from gateway.outbox.destinations import know_destination

_PLAN = (
    # A receiver would find nothing in a file without a line, and some servers do not even take one: the ledger has it
    # as 'empty', and nobody sends it.
    # What was closed before the database was rolled back may have been delivered, without being known here.
    "INSERT OR IGNORE INTO delivery (destination_id, file_id, end_ms, state, planned_ms, answer, ask_first)"
    " SELECT destination.id, file.id, record.end_ms, iif(size = 0, 'empty', 'waiting'), ?,"
    " iif(size = 0, 'nothing to send: no line of the file has a value', NULL),"
    " EXISTS (SELECT 1 FROM sound_rollback, json_tree(iif(json_valid(closed_until), closed_until, '{}')) AS closed"
    " WHERE closed.type = 'integer' AND closed.atom >= record.end_ms) FROM destination, file"
    " JOIN record ON record.id = file.record_id WHERE destination.name = ? AND file.id = ?"
)


@dataclass(frozen=True, slots=True)
class UnplannedFile:
    """A file of which the destinations have not been told yet."""

    file_id: int
    length_ms: int
    form: Form
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class UnplannedRecord:
    """A record that a destination was never told of; `file_id` is its file in the wanted form, if there is one."""

    record_id: int
    file_id: int | None


class PlanStore:
    """All access to what is planned."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unplanned(self, most: int) -> list[UnplannedFile]:
        """Up to `most` files without a plan, in the order they were made."""
        rows = self._database.read(
            "SELECT file.id, length_ms, definition, name, size FROM sound_file AS file"
            " JOIN sound_record AS record ON record.id = record_id"
            " JOIN sound_rendering AS rendering ON rendering.id = rendering_id"
            " WHERE planned_ms IS NULL ORDER BY file.id LIMIT ?",
            (most,),
        )
        return [
            UnplannedFile(file_id, length_ms, form, name, size)
            for file_id, length_ms, definition, name, size in rows
            if (form := _form(definition)) is not None
        ]

    def plan(self, file_id: int, destinations: Sequence[str], planned_ms: int) -> None:
        """Make the file wait for each destination, in one transaction. Planning twice changes nothing.

        A file without a single byte waits for nobody: it is `empty` in the ledger, and never sent.
        """
        with self._database.write() as connection:
            for name in destinations:
                know_destination(connection, name)
                connection.execute(_PLAN, (planned_ms, name, file_id))
            mark_planned(connection, file_id, planned_ms)

    def lacking(
        self, destination: str, length_ms: int, form: Form, after_ms: int, until_ms: int
    ) -> list[UnplannedRecord]:
        """Records of that length whose slots end in `(after_ms, until_ms]`, of which no file was ever meant for the
        destination, oldest first."""
        rows = self._database.read(
            "SELECT record.id, file.id, definition, delivery.id IS NOT NULL FROM record"
            " LEFT JOIN sound_file AS file ON file.record_id = record.id"
            " LEFT JOIN sound_rendering AS rendering ON rendering.id = rendering_id"
            " LEFT JOIN delivery ON delivery.file_id = file.id"
            " AND delivery.destination_id = (SELECT id FROM destination WHERE name = ?)"
            " WHERE length_ms = ? AND record.end_ms > ? AND record.end_ms <= ? AND filed_ms IS NOT NULL"
            " ORDER BY record.end_ms, file.id",
            (destination, length_ms, after_ms, until_ms),
        )
        kinds = {definition for _, _, definition, _ in rows if definition is not None}
        wanted = {definition for definition in kinds if _form(definition) == form}
        files: dict[int, int | None] = {}
        for record_id, file_id, definition, _ in rows:
            if files.get(record_id) is None:
                files[record_id] = file_id if definition in wanted else None
        told = {record_id for record_id, *_, is_told in rows if is_told}
        return [UnplannedRecord(record_id, file_id) for record_id, file_id in files.items() if record_id not in told]

    def plan_for(self, destination: str, file_ids: Sequence[int], planned_ms: int) -> None:
        """Make the files wait for one more destination, as `plan` does, in one transaction."""
        with self._database.write() as connection:
            know_destination(connection, destination)
            connection.executemany(_PLAN, [(planned_ms, destination, file_id) for file_id in file_ids])


def _form(definition: str) -> Form | None:
    """`None`: it is damaged; what has it waits until it can be read."""
    try:
        return rendering_of(definition).form
    except ValueError:
        return None
