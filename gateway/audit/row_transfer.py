"""Rows of another database on their way into ours: the transaction under way, and what rows refer to, by its number
here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import lru_cache

from gateway.audit.recovered import RecoveredRows
from gateway.db import Database
from gateway.db.put_back import number_of, put_back
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import LostRow, SalvagedRow, Values

OURS_STAYS = -1
"""Stands for the number of a row in whose place another one is here."""
ROWS_AT_ONCE = 50
"""Rows in one transaction: the daemon waits for no longer than that takes."""


def whole_rows(
    source: Salvage,
    table: str,
    found: RecoveredRows,
    on_progress: Callable[[str, int], None],
    known: AbstractSet[int] = frozenset(),
) -> list[SalvagedRow]:
    """Those of the table that are whole, in the order of their numbers, without those that are known. Others are
    counted in `found`."""
    rows: list[SalvagedRow] = []
    found.already[table] += len(known)
    for row in source.rows(table, known):
        on_progress(table, 1)
        if isinstance(row, LostRow):
            found.lost[table] += 1
        else:
            found.mended += row.was_mended
            rows.append(row)
    return sorted(rows, key=lambda one: one.id)


class RowTransfer:
    """From one other database into ours. What it takes, and what was here already, is counted in `found`.

    `layout`, `rendering`, `destination` and `intervention` take the number of a row there and return the one that it
    has here, put there if need be; `None`: it is lost.
    """

    def __init__(self, source: Salvage, database: Database, found: RecoveredRows) -> None:
        self._source = source
        self._database = database
        self._found = found
        self._connection: sqlite3.Connection | None = None
        self.layout = lru_cache(1024)(self._take_layout)
        self.rendering = lru_cache(256)(self._take_rendering)
        self.destination = lru_cache(256)(self._take_destination)
        self.intervention = lru_cache(256)(self._take_intervention)

    @contextmanager
    def put(self) -> Iterator[sqlite3.Connection]:
        """The transaction under way, or one of its own.

        Raises:
            StoreError: our own database takes nothing more.
        """
        if self._connection is not None:
            yield self._connection
            return
        with self._database.write() as self._connection:
            try:
                yield self._connection
            finally:
                self._connection = None

    def insert(self, connection: sqlite3.Connection, table: str, values: Values, key: Values) -> int | None:
        """Its number here, be it new or not; `None`: something stands in its way. `key`: by what it is the same."""
        known = number_of(connection, table, key)
        if known is not None:
            self._found.already[table] += 1
            return known
        made = put_back(connection, table, without_number(values))
        if made is not None:
            self._found.taken[table] += 1
        return made

    def text(self, table: str, column: str, number: int) -> str | None:
        """What the other database's row says; if it is lost, what its index has kept of it."""
        row = self._source.row(table, number)
        if row is not None:
            text: str = row.values[column]
            return text
        return self._source.indexed(table, column).get(number)

    def _take_layout(self, number: int) -> int | None:
        return self._by_text("layout", "definition", number)

    def _take_rendering(self, number: int) -> int | None:
        return self._by_text("rendering", "definition", number)

    def _take_destination(self, number: int) -> int | None:
        return self._by_text("destination", "name", number)

    def _by_text(self, table: str, column: str, number: int) -> int | None:
        text = self.text(table, column, number)
        if text is None:
            return None
        with self.put() as connection:
            known = number_of(connection, table, {column: text})
            return put_back(connection, table, {column: text}) if known is None else known

    def _take_intervention(self, number: int) -> int | None:
        row = self._source.row("intervention", number)
        destination = None if row is None else self.destination(row.values["destination_id"])
        if row is None or destination is None:
            return None
        values = {**row.values, "destination_id": destination}
        same = {name: values[name] for name in ("at_ms", "done_by", "action", "destination_id", "from_ms", "until_ms")}
        with self.put() as connection:
            return self.insert(connection, "intervention", values, same)


def without_number(values: Values) -> Values:
    """The row without its own number: it gets another one here."""
    return {name: value for name, value in values.items() if name != "id"}
