"""Files that a server accepted whole, and that then were not there, or of which it could not be told (proof: present).

Each such file rests while the others go on. Only the oldest is repeated, twice at the most: if the server then has
accepted it three times and proven nothing meanwhile, it takes its files away or does not tell, and sending helps
nobody. All that rests is held then, and what follows is held after its first acceptance, until a person releases it or
configures `proof: answer`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.core.journal_entry import EntryKind
from gateway.db import Database
from gateway.journal.chain import append

MOST_ACCEPTANCES = 3
"""Of one file without a proof."""
ACCEPT = "accept"
"""What the journal calls it that earlier answers count."""
_RESTING = "state = 'waiting' AND accepted > 0"
_IS_FIRST = "accepted_ms IS NULL OR accepted_answer = '' OR accepted = 0 AND delivered_ms IS NOT NULL"


class Accepted(Protocol):
    """What came of a try: the server's answers were good."""

    @property
    def delivery_id(self) -> int: ...

    @property
    def done_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class HeldDeliveries:
    """What one destination has accepted, is not proven, and waits for a person: how many, since when, and what could
    not be told of the one that waits longest."""

    destination: str
    count: int
    since_ms: int
    reason: str


def keep_acceptance(connection: sqlite3.Connection, delivery_id: int, answer: str, at_ms: int) -> None:
    """Note it, in the transaction that settles the try. The first time is kept: of one that is sent again, though it
    had arrived, the first since then."""
    connection.execute(
        f"UPDATE delivery SET accepted = accepted + 1, accepted_answer = iif({_IS_FIRST}, :answer, accepted_answer),"  # noqa: S608
        f" accepted_ms = iif({_IS_FIRST}, :at_ms, accepted_ms) WHERE id = :id AND state = 'waiting'",
        {"id": delivery_id, "answer": answer, "at_ms": at_ms},
    )


def hold_worn_out(connection: sqlite3.Connection, accepted: Sequence[Accepted]) -> None:
    """Whatever of the destination of these has been accepted too often waits for a person; and all that rests there, if
    nothing was proven since that was first accepted. For the transaction that noted these acceptances."""
    if not accepted:
        return
    at_ms = max(one.done_ms for one in accepted)
    rows = connection.execute("SELECT destination_id FROM delivery WHERE id = ?", (accepted[0].delivery_id,)).fetchall()
    for (destination_id,) in rows:
        connection.execute(
            f"UPDATE delivery SET held_ms = ? WHERE {_RESTING} AND destination_id = ? AND held_ms IS NULL"  # noqa: S608
            " AND (accepted >= ? OR EXISTS (SELECT 1 FROM delivery AS worn WHERE worn.destination_id = ?2"
            " AND worn.state = 'waiting' AND worn.accepted > 0 AND (worn.accepted >= ?3 OR worn.held_ms IS NOT NULL)"
            " AND worn.accepted_ms > coalesce((SELECT max(delivered_ms) FROM delivery WHERE destination_id = ?2"
            " AND delivered_ms <= ?1),"  # one by a clock that was ahead proves nothing
            " -1)))",
            (at_ms, destination_id, MOST_ACCEPTANCES),
        )


def keep_digest_acceptance(connection: sqlite3.Connection, delivery_id: int, answer: str, at_ms: int) -> None:
    """The same of a digest of the journal, which is refused when it was accepted too often: at once, where the
    destination's files or digests are held already."""
    connection.execute(
        "UPDATE digest_delivery SET accepted = accepted + 1, accepted_ms = coalesce(accepted_ms, :at_ms),"
        " accepted_answer = iif(coalesce(accepted_answer, '') = '', :answer, accepted_answer),"
        " state = iif(accepted + 1 >= :most"
        " OR EXISTS (SELECT 1 FROM delivery WHERE delivery.destination_id = digest_delivery.destination_id"
        "  AND delivery.state = 'waiting' AND delivery.accepted > 0 AND held_ms IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM digest_delivery AS other WHERE other.destination_id = digest_delivery.destination_id"
        "  AND other.state = 'refused' AND other.accepted > 0), 'refused', state)"
        " WHERE id = :id AND state = 'waiting'",
        {"id": delivery_id, "answer": answer, "at_ms": at_ms, "most": MOST_ACCEPTANCES},
    )


def held_deliveries(database: Database) -> list[HeldDeliveries]:
    """Of every destination that has some."""
    rows = database.read(
        "SELECT destination.id, name, files, since_ms, (SELECT answer FROM sound_delivery WHERE id = first_id)"  # noqa: S608
        " FROM (SELECT destination_id, count(*) AS files, min(held_ms) AS since_ms, id AS first_id"
        f" FROM delivery WHERE {_RESTING} AND held_ms IS NOT NULL GROUP BY destination_id)"
        " JOIN sound_destination AS destination ON destination.id = destination_id ORDER BY destination.id"
    )
    return database.objects("delivery", rows, _held)


def accept_answers(database: Database, destination: str, now_ms: int) -> int:
    """The destination's answers are the proof from now on: what it has accepted before has arrived, when it was first
    accepted, by the answer of then. Told in the journal. Returns how many files that concerns.

    What was accepted under a temporary name only, no receiver may be taken to know: it is sent once more.
    """
    with database.write() as connection:
        connection.execute(
            f"UPDATE delivery SET accepted = 0, held_ms = NULL WHERE {_RESTING} AND accepted_answer = ''"  # noqa: S608
            " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (destination,),
        )
        rows = connection.execute(
            f"SELECT id, end_ms FROM delivery WHERE {_RESTING} AND accepted_ms IS NOT NULL"  # noqa: S608
            " AND destination_id = (SELECT id FROM destination WHERE name = ?) ORDER BY end_ms",
            (destination,),
        ).fetchall()
        if rows:
            connection.executemany(
                "UPDATE delivery SET state = 'delivered', answer = coalesce(accepted_answer, answer),"
                " resent_ms = iif(delivered_ms IS NULL, NULL, accepted_ms),"
                " delivered_ms = coalesce(delivered_ms, accepted_ms), accepted = 0, held_ms = NULL, ask_first = 0"
                " WHERE id = ?",
                [(delivery_id,) for delivery_id, _ in rows],
            )
            what = {
                "action": ACCEPT,
                "destination": destination,
                "from_ms": rows[0][1],
                "until_ms": rows[-1][1],
                "deliveries": len(rows),
                "reason": "proof: answer is configured; each arrived when it was first accepted",
            }
            append(connection, now_ms, EntryKind.DELIVERY, what)
        connection.execute(
            "UPDATE digest_delivery SET accepted = 0, state = iif(accepted_answer = '', 'waiting', 'delivered'),"
            " answer = iif(accepted_answer = '', answer, accepted_answer),"
            " delivered_ms = iif(accepted_answer = '', NULL, accepted_ms) WHERE state IN ('waiting', 'refused')"
            " AND accepted > 0 AND destination_id = (SELECT id FROM destination WHERE name = ?)",
            (destination,),
        )
    return len(rows)


def _held(_number: int, destination: str, count: int, since_ms: int, answer: str | None) -> HeldDeliveries:
    return HeldDeliveries(destination, count, since_ms, answer or "")
