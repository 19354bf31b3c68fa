"""A copy of a broken database, put together from the rows that its pages hold: our newest schema, filled anew.

Which table a row belongs to is told by its columns' kinds and its checksum, which covers its number, too; of a row
without one, by its kinds alone, and only where they fit one table. Tables of one shape are told apart by what they
hold. A row that stands on two pages (one of them given up) counts as it had come furthest. WITHOUT ROWID tables hold
nothing that outlives a database, and are left out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from gateway.core.checksum import Value, checksum
from gateway.db.checksums import SealedTable, sealed_tables
from gateway.db.leaf_pages import TABLE_LEAF, Cell, Pages
from gateway.db.migrations import migrations_of, statements

_KINDS = {"INTEGER": "i", "TEXT": "t", "BLOB": "b", "REAL": "ri"}
"""By a column's type: SQLite keeps a real number without a fraction as an integer."""
_STATES = (b"waiting", b"delivered", b"refused", b"closed", b"empty")
_NAMED = {"layout": "definition", "rendering": "definition", "destination": "name"}
"""Tables whose only column is unique: its index holds all of them a second time, on other pages."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """What came of reading a file page by page. `rows`: so many were found. `missing`: by table, how many numbers
    between its first and its last row were not; some may have been removed on purpose."""

    pages: int
    rows: int
    missing: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    defaults: tuple[Value, ...]
    key: int
    """Place of the column that is the row's number."""
    widths: frozenset[int]
    """How many columns its rows have had, schema by schema."""
    sealed: SealedTable

    def fits(self, kinds: str) -> bool:
        return (
            len(kinds) in self.widths
            and kinds[self.key] == "n"
            and all(
                kind in allowed or place == self.key
                for place, (kind, allowed) in enumerate(zip(kinds, self.kinds, strict=False))
            )
        )


def rebuild(file: Path, into: Path, schema: Traversable) -> PageReading:
    """Make the copy `into`, a file that is not there yet, of what the pages of `file` and its log hold. `schema`: the
    folder of the schema that it was made by.

    Raises:
        OSError: it cannot be read.
        sqlite3.Error: there is no room for the copy.
    """
    connection = sqlite3.connect(into, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        with Pages(file) as pages:
            return _Rebuilding(connection, pages, schema).run()
    finally:
        connection.close()


class _Rebuilding:
    def __init__(self, connection: sqlite3.Connection, pages: Pages, schema: Traversable) -> None:
        self._connection = connection
        self._pages = pages
        self._tables = _made(connection, schema)
        self._has_deliveries = any(table.name == "delivery" for table in self._tables)
        self._fitting: dict[str, list[_Table]] = {}

    def run(self) -> PageReading:
        self._connection.execute("BEGIN")
        self._all(self._take_sound)
        self._all(self._take_only_fitting)  # afterwards: it never takes the place of a row that is proven
        if self._has_deliveries:
            for cells in self._leaves(of_tables=False):
                for cell in cells:
                    self._take_from_index(cell)
            self._take_waiting_ones()
        self._connection.execute("COMMIT")
        rows = sum(self._one(f"SELECT count(*) FROM {table.name}") for table in self._tables)  # noqa: S608
        missing = {
            table.name: self._one(f"SELECT max(rowid) - min(rowid) + 1 - count(*) FROM {table.name}") or 0  # noqa: S608
            for table in self._tables
            if table.columns[table.key] in ("id", "seq")
        }
        return PageReading(self._pages.count, rows, {name: number for name, number in missing.items() if number})

    def _one(self, query: str) -> Any:
        return self._connection.execute(query).fetchone()[0]

    def _leaves(self, *, of_tables: bool) -> Iterator[list[Cell]]:
        return (cells for kind, cells in self._pages.with_rows() if (kind == TABLE_LEAF) == of_tables)

    def _all(self, take: Callable[[Cell, list[_Table]], None]) -> None:
        for cells in self._leaves(of_tables=True):
            for cell in cells:
                fitting = self._fitting.get(cell.kinds)
                if fitting is None:
                    if len(self._fitting) > 10_000:  # garbage has many shapes
                        self._fitting.clear()
                    fitting = [table for table in self._tables if table.fits(cell.kinds)]
                    self._fitting[cell.kinds] = fitting
                if fitting:
                    take(cell, fitting)

    # Of tables

    def _take_sound(self, cell: Cell, fitting: list[_Table]) -> None:
        sound = [table for table in fitting if _is_sound(table, cell) and _is_of(table.name, cell.values)]
        if len(sound) != 1:
            return
        (table,) = sound
        if self._insert(table, cell, "INSERT"):
            return
        key, names = table.columns[table.key], ", ".join(table.columns)
        here = self._connection.execute(f"SELECT {names} FROM {table.name} WHERE {key} = ?", (cell.id,)).fetchone()  # noqa: S608
        if here is not None and _progress(table, _complete(table, cell)) > _progress(table, here):
            self._insert(table, cell, "INSERT OR REPLACE")

    def _take_only_fitting(self, cell: Cell, fitting: list[_Table]) -> None:
        """Without a checksum, or with a wrong one, which whoever reads the copy judges."""
        likely = [table for table in fitting if _is_of(table.name, cell.values)]
        if len(likely) == 1 and not cell.is_hollow:
            self._insert(likely[0], cell, "INSERT")

    def _insert(self, table: _Table, cell: Cell, verb: str) -> bool:
        values = dict(zip(table.columns, cell.values, strict=False)) | {table.columns[table.key]: cell.id}
        places = ", ".join("CAST(? AS TEXT)" if name in table.sealed.texts else "?" for name in values)
        try:
            self._connection.execute(
                f"{verb} INTO {table.name} ({', '.join(values)}) VALUES ({places})",  # noqa: S608
                tuple(values.values()),
            )
        except (sqlite3.IntegrityError, OverflowError):
            return False
        return True

    # Of indexes

    def _take_from_index(self, cell: Cell) -> None:
        """The names and definitions of rows that are lost, and which deliveries there were."""
        if cell.kinds in ("iitni", "iitii") and cell.values[2] in _STATES:
            destination, end_ms, state, _, number = cell.values
            self._connection.execute(
                "INSERT INTO witness VALUES (?, ?, ?, CAST(? AS TEXT))"
                " ON CONFLICT DO UPDATE SET state = excluded.state WHERE excluded.state NOT IN ('waiting', 'refused')",
                (number, destination, end_ms, state),
            )
        if cell.kinds == "iii":
            self._connection.execute("INSERT OR IGNORE INTO pair VALUES (?, ?, ?)", (cell.values[2], *cell.values[:2]))
        if cell.kinds == "ii":
            self._connection.execute("INSERT OR IGNORE INTO single VALUES (?, ?)", (cell.values[1], cell.values[0]))
        if cell.kinds != "ti" or cell.is_hollow:
            return
        for table, column in _NAMED.items():
            if _is_of(table, (None, *cell.values)):
                self._connection.execute(
                    f"INSERT OR IGNORE INTO {table} (id, {column}) VALUES (?, CAST(? AS TEXT))",  # noqa: S608
                    (cell.values[1], cell.values[0]),
                )

    def _take_waiting_ones(self) -> None:
        """Deliveries that are lost, and of which two indexes say all that is needed to send the file: one that it waits
        for which slot, the other for which file; that file is of that slot. Their tries and answers are lost."""
        for waits in (
            # by slot and state, and by destination and file
            "SELECT witness.id AS id, destination_id AS to_id, pair.second AS file, end_ms, state FROM witness"
            " JOIN pair ON pair.id = witness.id AND pair.first = destination_id WHERE state IN ('waiting', 'refused')",
            # by slot and state, and by file
            "SELECT witness.id AS id, destination_id AS to_id, single.first AS file, end_ms, state FROM witness"
            " JOIN single ON single.id = witness.id WHERE state IN ('waiting', 'refused')",
            # the index of those that wait, and that of each file; the state of none of them is known otherwise
            "SELECT pair.id AS id, pair.first AS to_id, single.first AS file, pair.second AS end_ms, 'waiting' AS state"
            " FROM pair JOIN destination ON destination.id = pair.first JOIN single ON single.id = pair.id"
            " WHERE pair.id NOT IN (SELECT id FROM witness)",
        ):
            self._connection.execute(
                "INSERT OR IGNORE INTO delivery (id, destination_id, file_id, end_ms, state, planned_ms, ask_first)"  # noqa: S608
                " SELECT waits.id, to_id, file.id, waits.end_ms, waits.state, coalesce(planned_ms, made_ms), 1"
                f" FROM ({waits}) AS waits JOIN file ON file.id = waits.file"
                " JOIN record ON record.id = file.record_id AND record.end_ms = waits.end_ms"
                " WHERE waits.id NOT IN (SELECT id FROM delivery)"
                " AND waits.id > (SELECT coalesce(min(id), 0) FROM delivery)"
            )


def _made(connection: sqlite3.Connection, schema: Traversable) -> list[_Table]:
    """The newest schema without its triggers, and what is to be known of its tables. `witness`, `pair` and
    `single` hold what indexes say: of deliveries, and of whatever has two numbers or one."""
    history: list[dict[str, tuple[str, ...]]] = []
    for step in migrations_of(schema):
        for statement in statements(step.sql):
            connection.execute(statement)
        history.append({name: tuple(one[1] for one in _columns(connection, name)) for name in _names(connection)})
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    sealed = sealed_tables(connection)
    tables = []
    for name, now in history[-1].items():
        before = (names for names in (then.get(name, ()) for then in history) if names and names == now[: len(names)])
        columns = _columns(connection, name)
        keys = [one[0] for one in columns if one[5]]
        if name not in sealed or len(keys) != 1:
            continue
        kinds = tuple(_KINDS[one[2]] + ("" if one[3] else "n") for one in columns)
        defaults = tuple(_constant(connection, one[4]) for one in columns)
        tables.append(_Table(name, now, kinds, defaults, keys[0], frozenset(map(len, before)), sealed[name]))
    connection.execute(
        "CREATE TABLE witness (id INTEGER PRIMARY KEY, destination_id INTEGER, end_ms INTEGER, state TEXT)"
    )
    connection.execute("CREATE TABLE pair (id INTEGER, first INTEGER, second INTEGER, UNIQUE (id, first, second))")
    connection.execute("CREATE TABLE single (id INTEGER, first INTEGER, UNIQUE (id, first))")
    return tables


def _names(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%'"
    return [name for (name,) in connection.execute(query).fetchall()]


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"PRAGMA table_info({table})").fetchall()


def _constant(connection: sqlite3.Connection, expression: str | None) -> Value:
    if expression is None:
        return None
    value: Value | str = connection.execute(f"SELECT {expression}").fetchone()[0]
    return value.encode() if isinstance(value, str) else value


def _complete(table: _Table, cell: Cell) -> tuple[Value, ...]:
    """The row with its number, and the defaults of columns that are younger than it; real numbers as such."""
    values = [*cell.values, *table.defaults[len(cell.values) :]]
    values[table.key] = cell.id
    return tuple(
        float(value) if "r" in kinds and isinstance(value, int) else value
        for value, kinds in zip(values, table.kinds, strict=True)
    )


def _is_sound(table: _Table, cell: Cell) -> bool:
    values = dict(zip(table.columns, _complete(table, cell), strict=True))
    kept = values["checksum"]
    if kept is None:
        return False
    return kept == checksum([values[name] for name in table.sealed.columns], table.sealed.defaults)


def _progress(table: _Table, row: tuple[Any, ...]) -> tuple[bool, int, int]:
    """How far the row had come: what was delivered has more to say than what waits."""
    values = dict(zip(table.columns, row, strict=True))
    state = values.get("state")
    state = state.decode() if isinstance(state, bytes) else state
    tries = values.get("tries", 0)
    return (
        state not in ("waiting", "refused", "writing"),
        sum(one is not None for one in row),
        tries if isinstance(tries, int) else 0,
    )


def _is_of(table: str, values: tuple[Value, ...]) -> bool:
    """Tables of one shape: `layout`, `rendering` and `destination`; `recipe` and `server_profile`."""
    if table in _NAMED:
        keys = _keys(values[1])
        if table == "destination":
            return keys is None and isinstance(values[1], bytes) and not values[1].startswith(b"{")
        if keys is None:
            return False
        is_rendering = {"format", "station"} <= keys
        return is_rendering if table == "rendering" else "parameters" in keys and not is_rendering
    if table in ("recipe", "server_profile"):
        keys = _keys(values[2])
        return keys is not None and ("computed" in keys and "converted" in keys) == (table == "recipe")
    return True


def _keys(text: Value) -> set[str] | None:
    """Of a JSON object; `None`: it is none."""
    try:
        content = json.loads(text) if isinstance(text, bytes) else None
    except (ValueError, RecursionError):
        return None
    return set(content) if isinstance(content, dict) else None
