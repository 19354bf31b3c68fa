"""The ledger: one row per file and destination, from planned to delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.db import Database
from gateway.files.formats import Form
from gateway.files.store import forget_files_of, mark_planned, rendering_of
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import DestinationOutcome, record_outcome
from gateway.records.store import forget_records

_PLAN = (
    # A receiver would find nothing in a file without a line, and some servers do not even take one: the ledger has it
    # as 'empty', and nobody sends it.
    "INSERT OR IGNORE INTO delivery (destination_id, file_id, end_ms, state, planned_ms, answer)"
    " SELECT destination.id, file.id, record.end_ms, iif(size = 0, 'empty', 'waiting'), ?,"
    " iif(size = 0, 'nothing to send: no line of the file has a value', NULL) FROM destination, file"
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


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery that is still to be made, or to be made again.

    `replaces`: whatever lies there under its name is not to be trusted.
    """

    id: int
    file_id: int
    end_ms: int
    was_tried: bool = False
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What one try at one delivery came to: DELIVERED, REFUSED, or WAITING for a try that failed. `answer` is the far
    end's word, or ours on why it failed.

    `tries` counts this one and those before it that were not written down.
    """

    delivery_id: int
    state: DeliveryState
    tried_ms: int
    done_ms: int
    answer: str
    lane: Lane | None = None
    tries: int = 1


@dataclass(frozen=True, slots=True)
class DestinationCounts:
    """What became of one destination's deliveries so far."""

    pending: int
    refused: int
    oldest_pending_ms: int | None
    last_delivered_ms: int | None


class OutboxStore:
    """All access to deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unplanned(self, most: int) -> list[UnplannedFile]:
        """Up to `most` files without a plan, in the order they were made."""
        rows = self._database.read(
            "SELECT file.id, length_ms, definition, name, size FROM file JOIN record ON record.id = record_id"
            " JOIN rendering ON rendering.id = rendering_id WHERE planned_ms IS NULL ORDER BY file.id LIMIT ?",
            (most,),
        )
        return [
            UnplannedFile(file_id, length_ms, rendering_of(definition).form, name, size)
            for file_id, length_ms, definition, name, size in rows
        ]

    def plan(self, file_id: int, destinations: Sequence[str], planned_ms: int) -> None:
        """Make the file wait for each destination, in one transaction. Planning twice changes nothing.

        A file without a single byte waits for nobody: it is `empty` in the ledger, and never sent.
        """
        with self._database.write() as connection:
            for name in destinations:
                connection.execute("INSERT OR IGNORE INTO destination (name) VALUES (?)", (name,))
                connection.execute(_PLAN, (planned_ms, name, file_id))
            mark_planned(connection, file_id, planned_ms)

    def lacking(
        self, destination: str, length_ms: int, form: Form, after_ms: int, until_ms: int
    ) -> list[UnplannedRecord]:
        """Records of that length whose slots end in `(after_ms, until_ms]`, of which no file was ever meant for the
        destination, oldest first."""
        rows = self._database.read(
            "SELECT record.id, file.id, definition, delivery.id IS NOT NULL FROM record"
            " LEFT JOIN file ON file.record_id = record.id LEFT JOIN rendering ON rendering.id = rendering_id"
            " LEFT JOIN delivery ON delivery.file_id = file.id"
            " AND delivery.destination_id = (SELECT id FROM destination WHERE name = ?)"
            " WHERE length_ms = ? AND record.end_ms > ? AND record.end_ms <= ? AND filed_ms IS NOT NULL"
            " ORDER BY record.end_ms, file.id",
            (destination, length_ms, after_ms, until_ms),
        )
        kinds = {definition for _, _, definition, _ in rows if definition is not None}
        wanted = {definition for definition in kinds if rendering_of(definition).form == form}
        files: dict[int, int | None] = {}
        for record_id, file_id, definition, _ in rows:
            if files.get(record_id) is None:
                files[record_id] = file_id if definition in wanted else None
        told = {record_id for record_id, *_, is_told in rows if is_told}
        return [UnplannedRecord(record_id, file_id) for record_id, file_id in files.items() if record_id not in told]

    def plan_for(self, destination: str, file_ids: Sequence[int], planned_ms: int) -> None:
        """Make the files wait for one more destination, as `plan` does, in one transaction."""
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO destination (name) VALUES (?)", (destination,))
            connection.executemany(_PLAN, [(planned_ms, destination, file_id) for file_id in file_ids])

    def waiting(self, destination: str, after_ms: int, until_ms: int, most: int) -> list[WaitingDelivery]:
        """Up to `most` waiting deliveries of slots that end in `(after_ms, until_ms]`, oldest first."""
        rows = self._database.read(
            "SELECT delivery.id, file_id, end_ms, first_try_ms IS NOT NULL, coalesce(action = 'replace', 0)"
            " FROM delivery LEFT JOIN intervention ON intervention.id = resent_by"
            " WHERE state = 'waiting' AND end_ms > ? AND end_ms <= ?"
            " AND delivery.destination_id = (SELECT id FROM destination WHERE name = ?)"
            " ORDER BY end_ms, delivery.id LIMIT ?",
            (after_ms, until_ms, destination, most),
        )
        return [
            WaitingDelivery(delivery_id, file_id, end_ms, bool(was_tried), bool(replaces))
            for delivery_id, file_id, end_ms, was_tried, replaces in rows
        ]

    def settle(self, results: Sequence[DeliveryResult], outcome: DestinationOutcome | None = None) -> None:
        """Write down what the tries came to, and what they tell of the destination, durably, in one transaction.

        A delivery once delivered stays so. One that was given up while it was on its way is delivered if it arrives.
        """
        with self._database.write() as connection:
            for result in results:
                has_arrived = result.state is DeliveryState.DELIVERED
                connection.execute(
                    "UPDATE delivery SET tries = tries + :tries, first_try_ms = coalesce(first_try_ms, :tried_ms),"
                    " state = :state, answer = :answer, lane = coalesce(:lane, lane),"
                    " resent_ms = iif(delivered_ms IS NULL, NULL, :arrived_ms),"  # it came before: sent again
                    " delivered_ms = coalesce(delivered_ms, :arrived_ms)"
                    " WHERE id = :id AND (state = 'waiting' OR state = 'closed' AND :arrived_ms IS NOT NULL)",
                    {
                        "id": result.delivery_id,
                        "state": result.state.value,
                        "tries": result.tries,
                        "tried_ms": result.tried_ms,
                        "arrived_ms": result.done_ms if has_arrived else None,
                        "answer": result.answer,
                        "lane": None if result.lane is None else result.lane.value,
                    },
                )
            if outcome is not None:
                record_outcome(connection, outcome)

    def counts(self, destination: str) -> DestinationCounts:
        """What waits, what was set aside, and when something last arrived."""
        pending, oldest_ms = self._database.read(
            "SELECT count(*), min(end_ms) FROM delivery WHERE state = 'waiting'"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (destination,),
        )[0]
        refused: int = self._database.read(
            "SELECT count(*) FROM delivery WHERE state = 'refused'"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (destination,),
        )[0][0]
        newest = self._database.read(
            "SELECT delivered_ms FROM delivery WHERE delivered_ms IS NOT NULL"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?) ORDER BY end_ms DESC LIMIT 1",
            (destination,),
        )
        return DestinationCounts(pending, refused, oldest_ms, newest[0][0] if newest else None)

    def delivered_between(self, destination: str, after_ms: int, until_ms: int) -> int:
        """How many deliveries arrived, of slots that end in `(after_ms, until_ms]`. One that is being sent again has
        arrived before."""
        count: int = self._database.read(
            "SELECT count(*) FROM delivery WHERE end_ms > ? AND end_ms <= ? AND delivered_ms IS NOT NULL"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (after_ms, until_ms, destination),
        )[0][0]
        return count

    def waiting_between(self, destination: str, after_ms: int, until_ms: int) -> int:
        """How many deliveries wait, of slots that end in `(after_ms, until_ms]`."""
        count: int = self._database.read(
            "SELECT count(*) FROM delivery WHERE state = 'waiting' AND end_ms > ? AND end_ms <= ?"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (after_ms, until_ms, destination),
        )[0][0]
        return count

    def destinations(self) -> list[str]:
        """Every destination that anything was ever planned for, also those no longer configured."""
        return [name for (name,) in self._database.read("SELECT name FROM destination ORDER BY id")]

    def oldest_undelivered_ms(self) -> int | None:
        """End of the oldest slot of which some file has neither reached everyone it was meant for nor been given up by
        a person, or is not planned. A damaged record, of which there will be no file, holds up nothing."""
        oldest: int | None = self._database.read(
            "SELECT min(end_ms) FROM (SELECT min(end_ms) AS end_ms FROM delivery WHERE state = 'waiting'"
            " UNION ALL SELECT min(end_ms) FROM delivery WHERE state = 'refused'"
            " UNION ALL SELECT min(end_ms) FROM record WHERE filed_ms IS NULL AND damage IS NULL"
            " UNION ALL SELECT min(end_ms) FROM file JOIN record ON record.id = record_id WHERE planned_ms IS NULL)"
        )[0][0]
        return oldest

    def forget_before(self, before_ms: int, most: int) -> int:
        """Delete up to `most` of the oldest records whose slot ended before the instant, with their files and
        deliveries, and outages of that time. Returns how many records went."""
        with self._database.write() as connection:
            rows = connection.execute(
                "SELECT id FROM record WHERE end_ms < ? ORDER BY end_ms LIMIT ?", (before_ms, most)
            ).fetchall()
            record_ids = [record_id for (record_id,) in rows]
            connection.executemany(
                "DELETE FROM delivery WHERE file_id IN (SELECT id FROM file WHERE record_id = ?)", rows
            )
            forget_files_of(connection, record_ids)
            forget_records(connection, record_ids)
            connection.execute(
                "DELETE FROM outage WHERE id IN (SELECT id FROM outage WHERE ended_ms < ? LIMIT ?)", (before_ms, most)
            )
            return len(record_ids)
