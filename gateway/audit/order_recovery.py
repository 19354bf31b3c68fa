"""Brings transport orders back from another database: what was taken in is sent, and what the authority has is not sent
again. Their signed documents lie beside both databases, as files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from gateway.audit.recovered import RecoveredRows
from gateway.audit.row_transfer import ROWS_AT_ONCE, whole_rows, without_number
from gateway.db import Database
from gateway.db.put_back import number_of, put_back
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import SalvagedRow, Values
from gateway.orders.store import settle_as_elsewhere

TABLES = ("transport_order", "order_image", "order_try")
_SAME_TRY = ("transport_order", "destination_id", "began_ms", "done_ms", "outcome")


class OrderRecovery:
    """One other database's orders, each with its images and tries in one transaction. One that is here, too, stays, but
    that it is settled as it was there where that says more: an accepted order is never sent again."""

    def __init__(
        self,
        source: Salvage,
        database: Database,
        on_progress: Callable[[str, int], None],
        destination: Callable[[int], int | None],
        known: Callable[[str], AbstractSet[int]] = lambda _: frozenset(),
    ) -> None:
        """`destination`: the number here of one of theirs. `known`: the numbers of a table's rows that are the same in
        both."""
        self._source = source
        self._database = database
        self._on_progress = on_progress
        self._destination = destination
        self._known = known
        self.found = RecoveredRows()

    def run(self) -> RecoveredRows:
        """
        Raises:
            StoreError: our own database takes nothing more; what was taken stays.
        """
        images, tries = (self._whole_rows(table, self._known(table)) for table in TABLES[1:])
        wanted = {row.values["transport_order"] for row in (*images, *tries)}  # also of an order that is the same
        orders = self._whole_rows(TABLES[0], self._known(TABLES[0]) - wanted)
        below: dict[int, dict[str, list[Values]]] = {one.id: {table: [] for table in TABLES[1:]} for one in orders}
        for table, rows in zip(TABLES[1:], (images, tries), strict=True):
            for row in rows:
                values = row.values
                if table == "order_try":
                    values = {**values, "destination_id": self._destination(values["destination_id"])}
                if values["transport_order"] in below and values.get("destination_id", 0) is not None:
                    below[values["transport_order"]][table].append(values)
                else:
                    self.found.lost[table] += 1
        for first in range(0, len(orders), ROWS_AT_ONCE):
            with self._database.write() as connection:
                for order in orders[first : first + ROWS_AT_ONCE]:
                    self._take(connection, order, below[order.id])
        return self.found

    def _whole_rows(self, table: str, known: AbstractSet[int]) -> list[SalvagedRow]:
        return whole_rows(self._source, table, self.found, self._on_progress, known)

    def _take(self, connection: sqlite3.Connection, order: SalvagedRow, below: dict[str, list[Values]]) -> None:
        values = without_number(order.values)
        number = number_of(connection, "transport_order", {"order_id": values["order_id"]})
        if number is None:
            number = put_back(connection, "transport_order", values)
            self._count("transport_order", number)
        elif self._is_same(connection, number, values):
            self.found.already["transport_order"] += 1
            settle_as_elsewhere(connection, number, values)
        else:
            self.found.other.append(f"transport order {values['order_id']}")
            return
        if number is None:
            return
        for image in below["order_image"]:
            self._put(connection, "order_image", {**image, "transport_order": number}, ("transport_order", "position"))
        for one in below["order_try"]:
            self._put(connection, "order_try", {**without_number(one), "transport_order": number}, _SAME_TRY)

    def _is_same(self, connection: sqlite3.Connection, number: int, theirs: Values) -> bool:
        (ours,) = connection.execute("SELECT content_sha256 FROM transport_order WHERE id = ?", (number,)).fetchone()
        return bool(ours == theirs["content_sha256"])

    def _put(self, connection: sqlite3.Connection, table: str, values: Values, key: tuple[str, ...]) -> None:
        where = " AND ".join(f"{name} IS ?" for name in key)
        same = [values[name] for name in key]
        if connection.execute(f"SELECT 1 FROM {table} WHERE {where} LIMIT 1", same).fetchone():  # noqa: S608  # constants
            self.found.already[table] += 1
        else:
            self._count(table, put_back(connection, table, values))

    def _count(self, table: str, made: int | None) -> None:
        (self.found.lost if made is None else self.found.taken)[table] += 1
