"""Digests on their way to destinations: a ledger of their own, which counts in no rate and holds up nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from gateway.core.journal_entry import EntryKind, canonical
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.journal.chain import append
from gateway.journal.rows import entry_of
from gateway.outbox.acceptances import keep_digest_acceptance
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.destinations import know_destination


@dataclass(frozen=True, slots=True)
class WaitingDigest:
    """One that is still to be brought to its destination. `was_tried`: before, or perhaps by an earlier run."""

    id: int
    seq: int
    day: date
    name: str
    was_tried: bool


@dataclass(frozen=True, slots=True)
class DigestResult:
    """What tries at one of them came to, see `DeliveryResult`."""

    delivery_id: int
    state: DeliveryState
    tried_ms: int
    done_ms: int
    answer: str
    tries: int = 1
    accepted: str | None = None
    """The good answers to one that could not be proven then; `answer` says what could not."""


@dataclass(frozen=True, slots=True)
class DigestCounts:
    """What became of one destination's digests so far. `error`: the newest answer to one that has not arrived."""

    waiting: int
    refused: int
    delivered: int
    last_delivered_ms: int | None
    error: str | None

    @property
    def words(self) -> Phrase:
        """How many came how far."""
        return Phrase(
            "{delivered} delivered, {waiting} waiting, {refused} refused{error}",
            delivered=self.delivered,
            waiting=self.waiting,
            refused=self.refused,
            error=f": {self.error}" if self.error else "",
        )


@dataclass(frozen=True, slots=True)
class SentDigest:
    """How far one digest is on its way to one destination."""

    destination: str
    name: str
    state: DeliveryState
    delivered_ms: int | None


def plan_digest(
    connection: sqlite3.Connection, seq: int, name: str, destinations: Sequence[str], planned_ms: int
) -> None:
    """Make the digest wait for each destination under that file's name; for the transaction that makes it."""
    for destination in destinations:
        know_destination(connection, destination)
        connection.execute(
            "INSERT OR IGNORE INTO digest_delivery (destination_id, digest_seq, name, state, planned_ms)"
            " SELECT id, ?, ?, 'waiting', ? FROM destination WHERE name = ?",
            (seq, name, planned_ms, destination),
        )


class DigestDeliveries:
    """All access to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, destination: str, most: int) -> list[WaitingDigest]:
        """Up to `most`, oldest first."""
        rows = self._database.read(
            "SELECT delivery.id, digest_seq, day, name, first_try_ms IS NOT NULL OR planned_ms <"
            " coalesce((SELECT started_ms FROM sound_run ORDER BY id DESC LIMIT 1), planned_ms)"
            " FROM sound_digest_delivery AS delivery JOIN sound_digest AS digest ON digest.seq = digest_seq"
            " WHERE state = 'waiting' AND destination_id = (SELECT id FROM destination WHERE name = ?)"
            " ORDER BY digest_seq LIMIT ?",
            (destination, most),
        )
        return self._database.objects("digest_delivery", rows, _waiting)

    def content(self, seq: int) -> bytes | None:
        """The file of the digest with that entry: the entry as a line of the journal's export. `None`: it is damaged on
        the card."""
        entry = entry_of(self._database, seq)
        return None if entry is None else f"{canonical(asdict(entry))}\n".encode()

    def settle(self, results: Sequence[DigestResult]) -> None:
        """Write down what the tries came to, in one transaction. One that has arrived stays so.

        One that was accepted too often without a proof is refused: for a person, as its files are.
        """
        with self._database.write() as connection:
            for one in results:
                arrived_ms = one.done_ms if one.state is DeliveryState.DELIVERED else None
                connection.execute(
                    "UPDATE digest_delivery SET tries = tries + ?, first_try_ms = coalesce(first_try_ms, ?), state = ?,"
                    " answer = ?, delivered_ms = ? WHERE id = ? AND state = 'waiting'",
                    (one.tries, one.tried_ms, one.state.value, one.answer, arrived_ms, one.delivery_id),
                )
                if one.accepted is not None:
                    keep_digest_acceptance(connection, one.delivery_id, one.accepted, one.done_ms)

    def release(self, destination: str, done_by: str, at_ms: int) -> int:
        """Let wait again what the destination refused, because a person says so. Returns how many there were."""
        with self._database.write() as connection:
            count = connection.execute(
                "UPDATE digest_delivery SET state = 'waiting', accepted = 0 WHERE state = 'refused'"
                " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
                (destination,),
            ).rowcount
            if count:
                what = {"action": "release", "destination": destination, "digests": count}
                append(connection, at_ms, EntryKind.DELIVERY, what, done_by)
        return count

    def of_digest(self, seq: int) -> list[SentDigest]:
        """Of the digest with that entry, by destination."""
        rows = self._database.read(
            "SELECT delivery.id, destination.name, delivery.name, state, delivered_ms FROM sound_digest_delivery AS"
            " delivery JOIN sound_destination AS destination ON destination.id = destination_id"
            " WHERE digest_seq = ? ORDER BY delivery.id",
            (seq,),
        )
        return self._database.objects("digest_delivery", rows, _sent)

    def counts(self, destination: str) -> DigestCounts | None:
        """What waits, what was refused, and what arrived. `None`: none was ever meant for it."""
        states = dict(
            self._database.read(
                "SELECT state, count(*) FROM digest_delivery"
                " WHERE destination_id = (SELECT id FROM destination WHERE name = ?) GROUP BY state",
                (destination,),
            )
        )
        if not states:
            return None
        arrived = self._database.read(
            "SELECT max(delivered_ms) FROM digest_delivery"
            " WHERE destination_id = (SELECT id FROM destination WHERE name = ?)",
            (destination,),
        )
        answers = self._database.read(
            "SELECT answer FROM sound_digest_delivery WHERE state IN ('waiting', 'refused') AND answer IS NOT NULL"
            " AND destination_id = (SELECT id FROM destination WHERE name = ?) ORDER BY digest_seq DESC LIMIT 1",
            (destination,),
        )
        error = answers[0][0] if answers else None
        count = {state: states.get(state.value, 0) for state in DeliveryState}
        return DigestCounts(
            count[DeliveryState.WAITING],
            count[DeliveryState.REFUSED],
            count[DeliveryState.DELIVERED],
            arrived[0][0],
            error,
        )


def _waiting(delivery_id: int, seq: int, day: str, name: str, was_tried: int) -> WaitingDigest:
    return WaitingDigest(delivery_id, seq, date.fromisoformat(day), name, bool(was_tried))


def _sent(_number: int, destination: str, name: str, state: str, delivered_ms: int | None) -> SentDigest:
    return SentDigest(destination, name, DeliveryState(state), delivered_ms)
