"""What each try at one delivery came to, as far as it was written down, and what people did to that delivery."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.db import Database
from gateway.outbox.interventions import Action, Intervention


@dataclass(frozen=True, slots=True)
class DeliveryTry:
    """`outcome`: delivered, refused, failed or unproven. `answer`: the server's word, or ours on why it failed."""

    began_ms: int
    done_ms: int
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A server took the file whole so many times, first at that instant, and did not show it afterwards."""

    times: int
    first_ms: int | None


def tries_of(database: Database, delivery_id: int) -> list[DeliveryTry]:
    """In their order. What a long outage repeats is not among them: it is counted with the delivery and the outage."""
    rows = database.read(
        "SELECT began_ms, done_ms, outcome, answer FROM sound_delivery_try WHERE delivery_id = ? ORDER BY id",
        (delivery_id,),
    )
    return [DeliveryTry(*row) for row in rows]


def acceptance_of(database: Database, delivery_id: int) -> Acceptance | None:
    """`None`: there was none that was not proven."""
    rows = database.read("SELECT accepted, accepted_ms FROM sound_delivery WHERE id = ?", (delivery_id,))
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
