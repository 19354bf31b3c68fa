"""Flips a bit of a row behind the gateway's back, as a card does."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

Triggers = tuple[tuple[str, str], ...]
"""Name and statement of each that forbids what a card does."""


def triggers_of(connection: sqlite3.Connection) -> Triggers:
    return tuple(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))


def flip(file: Path, table: str, column: str, chance: random.Random, triggers: Triggers) -> str | None:
    """Change one bit of the column in some row. Returns the row as it is told; `None`: there is nothing to change."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.text_factory = bytes
        key = [name.decode() for _, name, _, _, _, pk in connection.execute(f"PRAGMA table_info({table})") if pk]
        where = " AND ".join(f"{one} IS ?" for one in key)
        rows = connection.execute(
            f"SELECT {', '.join(key)}, {column}, typeof({column}) FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608
        ).fetchall()
        if not rows or column in key or column in _known_by(connection, table):
            return None
        *chosen, value, kind = chance.choice(rows)
        if not isinstance(value, bytes):
            changed: object = int(value) ^ 1 << chance.randrange(40) if kind == b"integer" else value * 2
        elif value:
            at = chance.randrange(len(value))
            changed = value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :]
        else:
            return None
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        # Without the checks: the card asks nobody.
        connection.execute("PRAGMA ignore_check_constraints = ON")
        as_it_was = "CAST(? AS TEXT)" if kind == b"text" else "?"
        numbers = [one.decode() if isinstance(one, bytes) else one for one in chosen]
        try:
            connection.execute(f"UPDATE {table} SET {column} = {as_it_was} WHERE {where}", (changed, *numbers))  # noqa: S608
        except sqlite3.IntegrityError:
            return None  # the card could, but not with the index that changes with it here
        for _, sql in triggers:
            connection.execute(sql)
        return f"{table} {'/'.join(map(str, numbers))}"


def _known_by(connection: sqlite3.Connection, table: str) -> set[str]:
    """Columns by which a row is known: an index that changes with them here would let another row take its place. On
    the card it does not change: see the flips in the file's bytes."""
    found: set[str] = set()
    for _, index, is_unique, *_ in connection.execute(f"PRAGMA index_list({table})").fetchall():
        if is_unique:
            found |= {name.decode() for _, _, name in connection.execute(f"PRAGMA index_info({index.decode()})")}
    return found
