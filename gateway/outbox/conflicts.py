"""Files under whose name something else lies at the far end: set aside for a person, and what becomes of them.

Never sent over what lies there: that is for `gateway resend --force`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from gateway.db import set_aside
from gateway.db.damage import SetAsideKind

_OPEN_OF = (
    "SELECT set_aside.id FROM delivery JOIN destination ON destination.id = destination_id"
    " JOIN file ON file.id = file_id JOIN set_aside ON kind = 'conflict'"
    " AND subject = destination.name || '/' || file.name AND closed_ms IS NULL WHERE delivery.id = ? AND ask_first = 1"
)


def keep_conflict(connection: sqlite3.Connection, delivery_id: int, subject: str, reason: str, at_ms: int) -> None:
    """Note other bytes at the far end, in the transaction that sets the delivery aside. From now on nothing is taken
    for ours there without having been read. `subject`: destination and file name, joined by a slash."""
    connection.execute("UPDATE delivery SET ask_first = 1 WHERE id = ?", (delivery_id,))
    set_aside.keep(connection, SetAsideKind.CONFLICT, subject, reason, at_ms)


def close_conflicts(
    connection: sqlite3.Connection, delivery_ids: Iterable[int], by: str, reason: str, at_ms: int
) -> None:
    """What was open about these deliveries is settled: they have arrived, or a person has given them up."""
    for delivery_id in delivery_ids:
        numbers = [number for (number,) in connection.execute(_OPEN_OF, (delivery_id,)).fetchall()]
        set_aside.close(connection, numbers, by, reason, at_ms)


def ask_first_until(connection: sqlite3.Connection, end_ms: int) -> int:
    """Everything of slots that ended by then and is not known to have arrived may lie at the far end: it is asked for
    before it is sent. Returns how many deliveries that concerns."""
    return connection.execute(
        "UPDATE delivery SET ask_first = 1 WHERE state IN ('waiting', 'refused') AND end_ms <= ? AND ask_first = 0",
        (end_ms,),
    ).rowcount
