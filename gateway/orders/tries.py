"""What each try at a transport order came to."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.db import Database


class TryOutcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The order, by the authority: it was set aside."""
    PUT_OFF = "put_off"
    """The authority could not take this order now."""
    FAILED = "failed"
    """The request, or nothing was told of the order: it may be there or not."""


@dataclass(frozen=True, slots=True)
class OrderTry:
    """`number`: the order's row."""

    number: int
    began_ms: int
    done_ms: int
    outcome: TryOutcome
    code: int | None
    answer: str


def keep_order_tries(connection: sqlite3.Connection, destination: str, tries: Sequence[OrderTry]) -> None:
    """In the transaction of what follows from them; the destination is known."""
    connection.executemany(
        "INSERT INTO order_try (transport_order, destination_id, began_ms, done_ms, outcome, code, answer)"
        " SELECT ?, id, ?, ?, ?, ?, ? FROM destination WHERE name = ?",
        [(t.number, t.began_ms, t.done_ms, t.outcome.value, t.code, t.answer, destination) for t in tries],
    )


def order_tries(database: Database, number: int) -> list[OrderTry]:
    """Of one order, in their sequence."""
    rows = database.read(
        "SELECT id, transport_order, began_ms, done_ms, outcome, code, answer FROM sound_order_try"
        " WHERE transport_order = ? ORDER BY id",
        (number,),
    )
    return database.objects("order_try", rows, _try)


def _try(_id: int, number: int, began_ms: int, done_ms: int, outcome: str, code: int | None, answer: str) -> OrderTry:
    return OrderTry(number, began_ms, done_ms, TryOutcome(outcome), code, answer)
