"""A person has an order sent again that was set aside: the same bytes, told in the journal."""

from __future__ import annotations

import sqlite3

from gateway.core.journal_entry import EntryKind
from gateway.core.transport_order import TransportOrder
from gateway.db import Database
from gateway.journal.chain import append
from gateway.orders.store import OrderStore


def release_order(
    database: Database,
    store: OrderStore,
    order: TransportOrder,
    destination: str | None,
    who: str,
    at_ms: int,
    why: str = "",
) -> bool:
    """`destination`: to which it goes now; `None`: to none. `why`: the person's reason. Returns whether it was set
    aside."""
    with database.write() as connection:
        return release_within(connection, store, order, destination, who, at_ms, why)


def release_within(
    connection: sqlite3.Connection,
    store: OrderStore,
    order: TransportOrder,
    destination: str | None,
    who: str,
    at_ms: int,
    why: str,
) -> bool:
    """The same in the transaction under way. `why`: the person's reason, empty where none was asked for."""
    was_set_aside = store.release(connection, order.number, at_ms)
    if was_set_aside:
        what = {"act": "released", "id": order.order_id, "destination": destination, "why": why or None}
        append(connection, at_ms, EntryKind.ORDER, what | {"code": order.code, "reason": order.reason}, who)
    return was_set_aside
