"""The ledger: one row per file and destination, from planned to delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.db import Database
from gateway.files.formats import Form
from gateway.files.store import rendering_of


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A file of which the destinations have not been told yet."""

    file_id: int
    length_ms: int
    form: Form


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is still to be made."""

    id: int
    file_id: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one try at one delivery came to. `answer` is the far end's word, or ours on why it failed."""

    delivery_id: int
    state: str  # 'delivered', 'refused', or 'waiting' for a try that failed
    tried_ms: int
    done_ms: int
    answer: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One destination's account over a range of slots."""

    pending: int
    refused: int
    oldest_pending_ms: int | None
    last_delivered_ms: int | None


class OutboxStore:
    """All access to deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unplanned(self, most: int) -> list[Unplanned]:
        """Up to `most` files without a plan, in the order they were made."""
        rows = self._database.read(
            "SELECT file.id, length_ms, definition FROM file JOIN record ON record.id = record_id"
            " JOIN rendering ON rendering.id = rendering_id WHERE planned_ms IS NULL ORDER BY file.id LIMIT ?",
            (most,),
        )
        return [Unplanned(file_id, length_ms, rendering_of(definition).form) for file_id, length_ms, definition in rows]

    def plan(self, file_id: int, destinations: Sequence[str], planned_ms: int) -> None:
        """Make the file wait for each destination, in one transaction. Planning twice changes nothing."""
        with self._database.write() as connection:
            for name in destinations:
                connection.execute("INSERT OR IGNORE INTO destination (name) VALUES (?)", (name,))
                connection.execute(
                    "INSERT OR IGNORE INTO delivery (destination_id, file_id, end_ms, state, planned_ms)"
                    " SELECT destination.id, file.id, record.end_ms, 'waiting', ? FROM destination, file"
                    " JOIN record ON record.id = file.record_id WHERE destination.name = ? AND file.id = ?",
                    (planned_ms, name, file_id),
                )
            connection.execute("UPDATE file SET planned_ms = ? WHERE id = ?", (planned_ms, file_id))

    def waiting(self, destination: str, after_ms: int, until_ms: int, most: int) -> list[Waiting]:
        """Up to `most` waiting deliveries of slots that end in `(after_ms, until_ms]`, oldest first."""
        rows = self._database.read(
            "SELECT id, file_id, end_ms FROM delivery WHERE state = 'waiting' AND end_ms > ? AND end_ms <= ?"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?) ORDER BY end_ms, id LIMIT ?",
            (after_ms, until_ms, destination, most),
        )
        return [Waiting(*row) for row in rows]

    def settle(self, results: Sequence[Result]) -> None:
        """Write down what the tries came to, durably, in one transaction. A delivery once delivered stays so."""
        with self._database.write() as connection:
            for result in results:
                connection.execute(
                    "UPDATE delivery SET tries = tries + 1, first_try_ms = coalesce(first_try_ms, ?), state = ?,"
                    " delivered_ms = ?, answer = ? WHERE id = ? AND state = 'waiting'",
                    (
                        result.tried_ms,
                        result.state,
                        result.done_ms if result.state == "delivered" else None,
                        result.answer,
                        result.delivery_id,
                    ),
                )

    def standing(self, destination: str) -> Standing:
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
            "SELECT delivered_ms FROM delivery WHERE state = 'delivered'"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?) ORDER BY end_ms DESC LIMIT 1",
            (destination,),
        )
        return Standing(pending, refused, oldest_ms, newest[0][0] if newest else None)

    def delivered_between(self, destination: str, after_ms: int, until_ms: int) -> int:
        """How many deliveries arrived, of slots that end in `(after_ms, until_ms]`."""
        count: int = self._database.read(
            "SELECT count(*) FROM delivery WHERE end_ms > ? AND end_ms <= ? AND state = 'delivered'"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (after_ms, until_ms, destination),
        )[0][0]
        return count

    def destinations(self) -> list[str]:
        """Every destination that anything was ever planned for, also those no longer configured."""
        return [name for (name,) in self._database.read("SELECT name FROM destination ORDER BY id")]

    def oldest_undelivered_ms(self) -> int | None:
        """End of the oldest slot of which some file has not reached everyone it was meant for, or is not planned."""
        oldest: int | None = self._database.read(
            "SELECT min(end_ms) FROM (SELECT min(end_ms) AS end_ms FROM delivery WHERE state <> 'delivered'"
            " UNION ALL SELECT min(end_ms) FROM record WHERE filed_ms IS NULL"
            " UNION ALL SELECT min(end_ms) FROM file JOIN record ON record.id = record_id WHERE planned_ms IS NULL)"
        )[0][0]
        return oldest

    def forget_before(self, before_ms: int, most: int) -> int:
        """Delete up to `most` of the oldest records whose slot ended before the instant, with their files and
        deliveries. Returns how many records went."""
        with self._database.write() as connection:
            ids = connection.execute(
                "SELECT id FROM record WHERE end_ms < ? ORDER BY end_ms LIMIT ?", (before_ms, most)
            ).fetchall()
            connection.executemany(
                "DELETE FROM delivery WHERE file_id IN (SELECT id FROM file WHERE record_id = ?)", ids
            )
            connection.executemany("DELETE FROM file WHERE record_id = ?", ids)
            connection.executemany("DELETE FROM record WHERE id = ?", ids)
            return len(ids)
