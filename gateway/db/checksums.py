"""Checksums on every row of every table that has a column for them, kept and asked by SQLite itself.

Each connection gets, generated from the schema that it finds, and in its own temporary schema only: triggers that set
the checksum of what is written, and for each table a view `sound_TABLE` of the rows whose checksum is right. Statements
that write need not know; statements that use what a row holds read the view. A new table is covered by itself.

Damage is never covered up: a row that was not sound, and is changed, is not sound afterwards either.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from gateway.core.checksum import Value, checksum, mended

NOT_COUNTED = {"record": ("filed_ms", "damage")}
"""Columns that are not part of their row's checksum: a record's is looked at by ten thousands, and these two are what
is done with it, not what it says."""
BEING_MENDED = -1
"""No checksum. Stands in a row while what is final in it is put right; the schema's triggers know it."""
_WRONG_KIND = "0.5"
"""Stands for text where none belongs and the other way round; no column that could hold it holds text."""

Key = tuple[Value, ...]
"""A row's primary key; text as bytes."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table whose rows have checksums. `defaults` are those of the last columns, which are younger than them."""

    name: str
    columns: tuple[str, ...]
    texts: frozenset[str]
    key: tuple[str, ...]
    defaults: tuple[Value, ...]

    def arguments(self, row: str = "") -> str:
        """The row's columns as SQL hands them to a function. Text goes as its bytes, for it may be none any more."""
        return ", ".join(self._argument(f"{row}{column}", column in self.texts) for column in self.columns)

    @staticmethod
    def _argument(column: str, is_text: bool) -> str:
        if is_text:
            return f"CASE typeof({column}) WHEN 'text' THEN CAST({column} AS BLOB) WHEN 'blob' THEN {_WRONG_KIND}" + (
                f" ELSE {column} END"
            )
        return f"iif(typeof({column}) = 'text', {_WRONG_KIND}, {column})"


def sealed_tables(connection: sqlite3.Connection) -> dict[str, SealedTable]:
    """Those of the database's tables that have a column `checksum`."""
    names = [name for (name,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")]
    found = {}
    for name in names:
        columns = connection.execute(f"PRAGMA main.table_info({name})").fetchall()
        place = next((number for number, one in enumerate(columns) if one[1] == "checksum"), None)
        if place is None:
            continue
        counted = [one for one in columns if one[1] != "checksum" and one[1] not in NOT_COUNTED.get(name, ())]
        later = [one for one in counted if one[0] > place]
        found[name] = SealedTable(
            name,
            tuple(one[1] for one in counted),
            frozenset(one[1] for one in counted if one[2] == "TEXT"),
            tuple(one[1] for one in sorted(columns, key=lambda one: one[5]) if one[5]),
            tuple(_default(connection, one[4]) for one in later),
        )
    return found


def _default(connection: sqlite3.Connection, expression: str | None) -> Value:
    if expression is None:
        return None
    value: Value | str = connection.execute(f"SELECT {expression}").fetchone()[0]
    return value.encode() if isinstance(value, str) else value


def seal(connection: sqlite3.Connection, note: Callable[[str, Key], object], *, writes: bool) -> dict[str, SealedTable]:
    """Give the connection its functions, views and, if it `writes`, triggers. `note` is called with table and key of
    each row that was left out of a view, again and again.

    Raises:
        sqlite3.Error: the schema cannot be read.
    """
    tables = sealed_tables(connection)
    for table in tables.values():
        _register(connection, table, note)
        # The row is looked up once more for this: where a query says `state = 'waiting'`, SQLite would put the constant
        # in the place of the column here, too, and look at rows that do not exist.
        same = " AND ".join(f"again.{column} = {table.name}.{column}" for column in table.key)
        connection.execute(
            f"CREATE TEMP VIEW sound_{table.name} AS SELECT * FROM main.{table.name} WHERE (SELECT"
            f" is_sound_{table.name}(again.checksum, {table.arguments('again.')})"
            f" FROM main.{table.name} AS again WHERE {same})"
        )
        if writes:
            _add_triggers(connection, table)
    return tables


def _add_triggers(connection: sqlite3.Connection, table: SealedTable) -> None:
    name = table.name
    same = " AND ".join(f"{column} = NEW.{column}" for column in table.key)
    old, new = table.arguments("OLD."), table.arguments("NEW.")
    connection.execute(
        f"CREATE TEMP TRIGGER seal_new_{name} AFTER INSERT ON main.{name} BEGIN"
        f" UPDATE {name} SET checksum = checksum_of_{name}({new}) WHERE {same}; END"
    )
    connection.execute(
        f"CREATE TEMP TRIGGER seal_changed_{name} AFTER UPDATE OF {', '.join(table.columns)} ON main.{name}"
        f" WHEN OLD.checksum IS NOT {BEING_MENDED} BEGIN"
        f" UPDATE {name} SET checksum = changed_{name}(OLD.checksum, {old}, {new}) WHERE {same}; END"
    )


def _register(connection: sqlite3.Connection, table: SealedTable, note: Callable[[str, Key], object]) -> None:
    name, defaults = table.name, table.defaults
    key_places = [table.columns.index(column) for column in table.key]
    text_places = [place for place, column in enumerate(table.columns) if column in table.texts]

    def checksum_of(*values: Value) -> int:
        return checksum(values, defaults)

    def is_sound(kept: Value, *values: Value) -> bool:
        if kept == checksum(values, defaults) if kept is not None else _is_readable(values, text_places):
            return True
        note(name, tuple(values[place] for place in key_places))
        return False

    def changed(kept: Value, *both: Value) -> Value:
        before, after = both[: len(both) // 2], both[len(both) // 2 :]
        if kept is None or kept == checksum(before, defaults):
            return checksum(after, defaults)
        note(name, tuple(after[place] for place in key_places))
        right = mended(before, kept, defaults)
        if right is None:
            return kept
        # What was not changed is still wrong: with the checksum of what it should be, it can be put right.
        should = [good if one == old else one for old, good, one in zip(before, right, after, strict=True)]
        return checksum(should, defaults)

    connection.create_function(f"changed_{name}", 1 + 2 * len(table.columns), changed, deterministic=True)
    connection.create_function(f"checksum_of_{name}", len(table.columns), checksum_of, deterministic=True)
    connection.create_function(f"is_sound_{name}", 1 + len(table.columns), is_sound, deterministic=True)


def _is_readable(values: tuple[Value, ...], text_places: list[int]) -> bool:
    """Whether a row without a checksum holds at least what its columns are meant to."""
    for place in text_places:
        value = values[place]
        if value is None:
            continue
        if not isinstance(value, bytes):
            return False
        try:
            value.decode()
        except UnicodeDecodeError:
            return False
    return True
