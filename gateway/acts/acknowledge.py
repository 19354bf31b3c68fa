"""Closing what waits for a person, by its number or, of a database that was set aside, by the name of its file."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence

from gateway.db import Database, set_aside
from gateway.db.damage import SetAsideKind
from gateway.db.open_matters import open_matters

CloseMatters = Callable[[sqlite3.Connection, Sequence[int], str, str, int], int]
"""Closes these numbers: by whom, why, when. Returns how many were open."""
_OF_CAMERAS = re.compile(r"c\d+|cameras\.db\..*", re.ASCII)
_LARGEST_NUMBER = (1 << 63) - 1
"""Of a row, as SQLite counts."""


def is_of_cameras(name: str) -> bool:
    """Whether it is about the cameras' database: by its number there, or the name of one that was set aside."""
    return _OF_CAMERAS.fullmatch(name) is not None


def number_there(name: str) -> str:
    """As the cameras' database has it, by itself."""
    return name.removeprefix("c") if name[1:].isdecimal() else name


def close_named(database: Database, names: Sequence[str], seen_to: tuple[str, str, int], close: CloseMatters) -> int:
    """Close them in one transaction. `seen_to`: by whom, why, and when (UTC ms). Returns how many were open."""
    with database.write() as connection:
        return close_within(connection, database, names, seen_to, close)


def close_within(
    connection: sqlite3.Connection,
    database: Database,
    names: Sequence[str],
    seen_to: tuple[str, str, int],
    close: CloseMatters,
) -> int:
    """The same for the transaction under way."""
    by, reason, at_ms = seen_to
    lying = {one.subject: one for one in open_matters(database, at_ms) if one.kind is SetAsideKind.DATABASE}
    numbers: list[int] = []
    for name in names:
        if name.isdecimal():
            numbers += [int(name)] if int(name) <= _LARGEST_NUMBER else []
        elif name in lying:
            one = lying[name]
            set_aside.keep(connection, one.kind, one.subject, one.reason, one.since_ms)
            (number,) = connection.execute(
                "SELECT id FROM set_aside WHERE kind = ? AND subject = ? AND closed_ms IS NULL",
                (one.kind.value, one.subject),
            ).fetchone()
            numbers.append(number)
    return close(connection, numbers, by, reason, at_ms)
