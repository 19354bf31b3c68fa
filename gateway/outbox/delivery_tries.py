"""What each try at one delivery came to, as far as it was written down, and what people did to that delivery.

A file that arrives at the first try, as almost all do, has no row for it: the delivery itself tells all of it, and the
card is spared a hundred bytes and two pages of it. The row is made when the file is tried once more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.db import Database
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.interventions import Intervention


@dataclass(frozen=True, slots=True)
class DeliveryTry:
    """`outcome`: delivered, refused, failed or unproven. `answer`: the server's word, or ours on why it failed."""

    began_ms: int
    done_ms: int
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A server took the file whole so many times, first at that instant and with that answer, and did not show it
    afterwards. An empty answer: it was taken under its temporary name, which proves nothing, and `first_ms` is of the
    last time. `held_ms`: since when it waits for a person; `None`: it does not."""

    times: int
    first_ms: int | None
    answer: str | None
    held_ms: int | None


_ONLY_ONE = (
    "SELECT {columns} FROM {table} AS delivery WHERE delivery.id = ?1 AND tries = 1 AND first_try_ms IS NOT NULL"
    " AND delivered_ms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM delivery_try WHERE delivery_id = ?1)"
)
"""Of a delivery that arrived at the first try, and was not tried since."""
_ONLY = "first_try_ms, delivered_ms, 'delivered', coalesce(answer, '')"


def keep_first_try(connection: sqlite3.Connection, delivery_id: int) -> None:
    """What the delivery itself tells of its only try, before another one changes that; in the same transaction."""
    connection.execute(
        "INSERT INTO delivery_try (delivery_id, began_ms, done_ms, outcome, answer) "
        + _ONLY_ONE.format(columns=f"delivery.id, {_ONLY}", table="delivery"),
        (delivery_id,),
    )


def keep_try(connection: sqlite3.Connection, delivery_id: int, one: DeliveryTry) -> None:
    """One more, which the delivery counts already, unless the delivery itself tells all of it."""
    connection.execute(
        "INSERT INTO delivery_try (delivery_id, began_ms, done_ms, outcome, answer)"
        " SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT (?4 = 'delivered' AND EXISTS (SELECT 1 FROM delivery WHERE id = ?1"
        " AND tries = 1 AND first_try_ms = ?2 AND delivered_ms = ?3 AND answer = ?5))",
        (delivery_id, one.began_ms, one.done_ms, one.outcome, one.answer),
    )


def forget_tries_of(connection: sqlite3.Connection, record_ids: Sequence[int]) -> None:
    """Of deliveries that are forgotten in the same transaction, with the records of these numbers."""
    connection.executemany(
        "DELETE FROM delivery_try WHERE delivery_id IN (SELECT delivery.id FROM delivery"
        " JOIN file ON file.id = file_id WHERE record_id = ?)",
        [(record_id,) for record_id in record_ids],
    )


def tries_of(database: Database, delivery_id: int) -> list[DeliveryTry]:
    """In their order. What a long outage repeats is not among them: it is counted with the delivery and the outage."""
    rows = database.read(
        "SELECT began_ms, done_ms, outcome, answer FROM sound_delivery_try WHERE delivery_id = ? ORDER BY began_ms, id",
        (delivery_id,),
    ) or database.read(_ONLY_ONE.format(columns=_ONLY, table="sound_delivery"), (delivery_id,))
    return [DeliveryTry(*row) for row in rows]


def acceptance_of(database: Database, delivery_id: int) -> Acceptance | None:
    """`None`: there was none that was not proven."""
    rows = database.read(
        "SELECT accepted, accepted_ms, accepted_answer, held_ms FROM sound_delivery WHERE id = ?", (delivery_id,)
    )
    return Acceptance(*rows[0]) if rows and rows[0][0] else None


def acts_upon(database: Database, delivery_id: int) -> list[Intervention]:
    """The last of each kind, oldest first."""
    rows = database.read(
        "SELECT act.id, at_ms, done_by, action, from_ms, until_ms, deliveries, reason FROM sound_delivery AS delivery"
        " JOIN sound_intervention AS act ON act.id IN (resent_by, released_by, closed_by)"
        " WHERE delivery.id = ? ORDER BY act.id",
        (delivery_id,),
    )
    return database.objects("intervention", rows, _act)


@dataclass(frozen=True, slots=True)
class BareDelivery:
    """What the ledger alone has of a delivery whose record cannot be read any more."""

    id: int
    state: DeliveryState
    delivered_ms: int | None


def bare_delivery(database: Database, destination: str, file_id: int) -> BareDelivery | None:
    """`None`: there is none, or it is damaged itself."""
    rows = database.read(
        "SELECT id, state, delivered_ms FROM sound_delivery WHERE file_id = ?"
        " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
        (file_id, destination),
    )
    found = database.objects("delivery", rows, _bare)
    return found[0] if found else None


def has_damaged_row(database: Database, destination: str, file_id: int) -> bool:
    """Whether something was planned for the destination, and its row cannot be read any more."""
    rows = database.read(
        "SELECT id, (SELECT id FROM sound_delivery AS sound WHERE sound.id = delivery.id) FROM delivery"
        " WHERE file_id = ? AND destination_id = (SELECT id FROM destination WHERE name = ?)",
        (file_id, destination),
    )
    return any(sound is None for _, sound in rows)


def _act(
    _number: int,
    at_ms: int,
    done_by: str,
    action: str,
    from_ms: int | None,
    until_ms: int | None,
    deliveries: int,
    reason: str | None,
) -> Intervention:
    return Intervention(at_ms, done_by, Action(action), from_ms, until_ms, deliveries, reason)


def _bare(number: int, state: str, delivered_ms: int | None) -> BareDelivery:
    return BareDelivery(number, DeliveryState(state), delivered_ms)
