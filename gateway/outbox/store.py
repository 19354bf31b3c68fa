"""The ledger: one row per file and destination, from waiting to delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.db import Database
from gateway.files.store import forget_files_of
from gateway.outbox.acceptances import hold_worn_out, keep_acceptance
from gateway.outbox.conflicts import close_conflicts, keep_conflict
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.delivery_tries import DeliveryTry, forget_tries_of, keep_first_try, keep_try
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import DestinationOutcome, record_outcome
from gateway.records.store import forget_records


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery that is still to be made, or to be made again.

    `replaces`: whatever lies there under its name is not to be trusted. `ask_first`: it may lie there without being
    known here. `is_left_over`: it waits since an earlier run, which may have sent it and ended before that was written
    down. `went_live`: it may have gone out as a live message.
    """

    id: int
    file_id: int
    end_ms: int
    was_tried: bool = False
    replaces: bool = False
    ask_first: bool = False
    is_left_over: bool = False
    went_live: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What one try at one delivery came to: DELIVERED, REFUSED, or WAITING for a try that failed. `answer` is the far
    end's word, or ours on why it failed.

    `tries` counts this one and those before it that were not written down. `conflict`: the far end was left as it is,
    for other bytes lie there under this name of destination and file. `accepted`: the good answers to one that could
    not be proven then, which waits; `answer` says what could not; empty: it was taken away before it had its own name.
    `is_one` false: only the count of tries that a long outage repeated, none of which is told by itself.
    """

    delivery_id: int
    state: DeliveryState
    tried_ms: int
    done_ms: int
    answer: str
    lane: Lane | None = None
    tries: int = 1
    conflict: str | None = None
    accepted: str | None = None
    is_one: bool = True

    @property
    def outcome(self) -> str:
        """As the table of tries has it."""
        if self.accepted is not None:
            return "unproven"
        return "failed" if self.state is DeliveryState.WAITING else self.state.value

    @property
    def as_try(self) -> DeliveryTry:
        """With all that was said."""
        words = self.answer if not self.accepted else f"{self.accepted}; {self.answer}"
        return DeliveryTry(self.tried_ms, self.done_ms, self.outcome, words)


@dataclass(frozen=True, slots=True)
class DestinationCounts:
    """What became of one destination's deliveries so far."""

    pending: int
    refused: int
    oldest_pending_ms: int | None
    last_delivered_ms: int | None
    held: int = 0
    """Those of the pending that were accepted, are not proven, and wait for a person."""


class OutboxStore:
    """All access to deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, destination: str, after_ms: int, until_ms: int, most: int) -> list[WaitingDelivery]:
        """Up to `most` waiting deliveries of slots that end in `(after_ms, until_ms]`, oldest first. One that was
        accepted already is not among them: see `repeatable`."""
        return self._waiting("accepted = 0 AND end_ms > ? AND end_ms <= ?", after_ms, until_ms, destination, most)

    def repeatable(self, destination: str) -> WaitingDelivery | None:
        """The oldest that was accepted, is not proven and may be sent once more. Only this one: if it cannot be proven
        either, the others need not arrive again."""
        found = self._waiting("accepted > 0 AND held_ms IS NULL", destination, 1)
        return found[0] if found else None

    def _waiting(self, which: str, *parameters: int | str) -> list[WaitingDelivery]:
        rows = self._database.read(
            "SELECT delivery.id, file_id, end_ms, first_try_ms IS NOT NULL, coalesce(action = 'replace', 0), ask_first,"  # noqa: S608  # constants
            " planned_ms < coalesce((SELECT started_ms FROM sound_run ORDER BY id DESC LIMIT 1), planned_ms),"
            " went_live AND delivered_ms IS NULL"
            " FROM sound_delivery AS delivery"
            " LEFT JOIN sound_intervention AS intervention ON intervention.id = resent_by"
            f" WHERE state = 'waiting' AND {which}"
            " AND delivery.destination_id = (SELECT id FROM destination WHERE name = ?)"
            " ORDER BY end_ms, delivery.id LIMIT ?",
            parameters,
        )
        return [
            WaitingDelivery(delivery_id, file_id, end_ms, *map(bool, claims))
            for delivery_id, file_id, end_ms, *claims in rows
        ]

    def going_out(self, delivery_ids: Sequence[int]) -> None:
        """These are about to go out as live messages: write it down, durably, before they do."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE delivery SET went_live = 1 WHERE id = ?", [(delivery_id,) for delivery_id in delivery_ids]
            )

    def settle(self, results: Sequence[DeliveryResult], outcome: DestinationOutcome | None = None) -> None:
        """Write down what the tries came to, and what they tell of the destination, durably, in one transaction.

        A delivery once delivered stays so, also when it was to be replaced there and that is refused. One that was
        given up while it was on its way is delivered if it arrives. Other bytes at the far end are kept as a matter for
        a person, and one that arrives at last closes it. What was accepted too often without a proof is held.
        """
        with self._database.write() as connection:
            for result in results:
                has_arrived = result.state is DeliveryState.DELIVERED
                if has_arrived:
                    close_conflicts(connection, [result.delivery_id], "gateway", "delivered", result.done_ms)
                keep_first_try(connection, result.delivery_id)
                if result.conflict is not None:
                    keep_conflict(connection, result.delivery_id, result.conflict, result.answer, result.done_ms)
                connection.execute(
                    "UPDATE delivery SET tries = tries + :tries, first_try_ms = coalesce(first_try_ms, :tried_ms),"
                    " state = iif(:is_refused AND delivered_ms IS NOT NULL AND 'replace' ="
                    " (SELECT action FROM intervention WHERE id = resent_by), 'delivered', :state), answer = :answer,"
                    " lane = coalesce(:lane, lane), accepted = iif(:arrived_ms IS NULL, accepted, 0),"
                    " held_ms = iif(:arrived_ms IS NULL, held_ms, NULL),"
                    " resent_ms = iif(delivered_ms IS NULL, NULL, :arrived_ms),"  # it came before: sent again
                    " delivered_ms = coalesce(delivered_ms, :arrived_ms),"
                    " ask_first = iif(:arrived_ms IS NULL, ask_first, 0)"
                    " WHERE id = :id AND (state = 'waiting' OR state = 'closed' AND :arrived_ms IS NOT NULL)",
                    {
                        "id": result.delivery_id,
                        "state": result.state.value,
                        "is_refused": result.state is DeliveryState.REFUSED and result.conflict is None,
                        "tries": result.tries,
                        "tried_ms": result.tried_ms,
                        "arrived_ms": result.done_ms if has_arrived else None,
                        "answer": result.answer,
                        "lane": None if result.lane is None else result.lane.value,
                    },
                )
                if result.accepted is not None:
                    keep_acceptance(connection, result.delivery_id, result.accepted, result.done_ms)
                if result.is_one:
                    keep_try(connection, result.delivery_id, result.as_try)
            hold_worn_out(connection, [one for one in results if one.accepted is not None])
            if outcome is not None:
                record_outcome(connection, outcome)

    def counts(self, destination: str, now_ms: int) -> DestinationCounts:
        """What waits, what was set aside, and when something last arrived, as far as that time has come."""
        pending, oldest_ms, held = self._database.read(
            "SELECT count(*), min(end_ms), count(held_ms) FROM"
            " (SELECT end_ms, NULL AS held_ms FROM delivery WHERE state = 'waiting' AND accepted = 0"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?1)"
            " UNION ALL SELECT end_ms, held_ms FROM delivery WHERE state = 'waiting' AND accepted > 0"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?1))",
            (destination,),
        )[0]
        refused: int = self._database.read(
            "SELECT count(*) FROM delivery WHERE state = 'refused'"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (destination,),
        )[0][0]
        newest = self._database.read(
            "SELECT delivered_ms FROM delivery WHERE delivered_ms <= ?2 AND end_ms <= ?2"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?1) ORDER BY end_ms DESC LIMIT 1",
            (destination, now_ms),
        )
        return DestinationCounts(pending, refused, oldest_ms, newest[0][0] if newest else None, held)

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
        return [name for (name,) in self._database.read("SELECT name FROM sound_destination ORDER BY id")]

    def oldest_undelivered_ms(self) -> int | None:
        """End of the oldest slot of which some file has neither reached everyone it was meant for nor been given up by
        a person, or is not planned. What is damaged, and will never be sent, holds up nothing."""
        oldest: int | None = self._database.read(
            "SELECT min(end_ms) FROM (SELECT (SELECT end_ms FROM sound_delivery WHERE state = 'waiting'"
            " AND accepted = 0 AND destination_id = destination.id ORDER BY end_ms LIMIT 1) AS end_ms FROM destination"
            " UNION ALL SELECT (SELECT end_ms FROM sound_delivery WHERE state = 'waiting' AND accepted > 0"
            " AND destination_id = destination.id ORDER BY end_ms LIMIT 1) FROM destination"
            " UNION ALL SELECT (SELECT end_ms FROM sound_delivery WHERE state = 'refused'"
            " AND destination_id = destination.id ORDER BY end_ms LIMIT 1) FROM destination"
            " UNION ALL SELECT min(end_ms) FROM record WHERE filed_ms IS NULL AND damage IS NULL"
            " UNION ALL SELECT min(end_ms) FROM sound_file JOIN record ON record.id = record_id"
            " WHERE planned_ms IS NULL)"
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
            forget_tries_of(connection, record_ids)
            connection.executemany(
                "DELETE FROM delivery WHERE file_id IN (SELECT id FROM file WHERE record_id = ?)", rows
            )
            forget_files_of(connection, record_ids)
            forget_records(connection, record_ids)
            connection.execute(
                "DELETE FROM outage WHERE id IN (SELECT id FROM outage WHERE ended_ms < ? LIMIT ?)", (before_ms, most)
            )
            return len(record_ids)
