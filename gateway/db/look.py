"""Looking through a whole database, a portion at a time: which rows are damaged, which have no checksum yet, which
indexes disagree with their tables, and are made anew."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.errors import StoreCorrupt, StoreError
from gateway.core.phrase import Phrase
from gateway.db.checksums import Key, SealedTable
from gateway.db.connection import Database
from gateway.db.damage import FoundDamage
from gateway.db.start_check import is_of_an_index

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows that were looked at. `last_id`: the number of the last of them; `None`: there are no more."""

    rows: int
    last_id: int | None
    damaged: tuple[Key, ...]
    unsealed: tuple[Key, ...]
    """Those that can be read and have no checksum."""


def portion(database: Database, name: str, after_id: int, most: int) -> Portion:
    """The next rows of a table, or all of them where they have no numbers: such tables are small."""
    table = database.damage.tables[name]
    key = ", ".join(f"CAST({one} AS BLOB)" if one in table.texts else one for one in table.key)
    asked = f"SELECT {key}, checksum IS NULL, is_sound_{name}(checksum, {table.arguments()}) FROM {name}"
    if is_numbered(table):
        rows = database.read(f"{asked} WHERE {table.key[0]} > ? ORDER BY {table.key[0]} LIMIT ?", (after_id, most))
    else:
        rows = database.read(asked)
    return Portion(
        len(rows),
        rows[-1][0] if is_numbered(table) and len(rows) == most else None,
        tuple(tuple(row[:-2]) for row in rows if not row[-1]),
        tuple(tuple(row[:-2]) for row in rows if row[-1] and row[-2]),
    )


def is_numbered(table: SealedTable) -> bool:
    return table.key in (("id",), ("seq",))


def seal_rows(connection: sqlite3.Connection, table: SealedTable, keys: Sequence[Key]) -> int:
    """Give rows their checksums that have none, for the transaction under way. Returns how many got one."""
    where = " AND ".join(f"CAST({one} AS BLOB) = ?" if one in table.texts else f"{one} = ?" for one in table.key)
    return sum(
        connection.execute(
            f"UPDATE {table.name} SET checksum = checksum_of_{table.name}({table.arguments()})"
            f" WHERE checksum IS NULL AND {where}",
            key,
        ).rowcount
        for key in keys
    )


def check_table(database: Database, reader: Database, table: str) -> list[str]:
    """What is wrong with a table apart from its rows, as `reader` finds it. An index is made anew in `database`; pages
    are for the next start."""
    answers = _integrity(reader, table)
    if any(is_of_an_index(answer) for answer in answers) and _mend_indexes(database, table):
        _log.error("an index was damaged on the card and was made anew table=%s what=%r", table, answers[0])
        database.damage.add(FoundDamage(Phrase("index of {table}", table=table), answers[0], mended=True))
        answers = _integrity(reader, table)
    if answers:
        _log.error("a table is damaged on the card table=%s what=%r", table, answers[0])
        database.damage.add(FoundDamage(f"table {table}", answers[0], mended=False))
        database.mark_suspect()
    return answers


def look_through(database: Database) -> list[str]:
    """Read every row. Returns those that are damaged, as 'table key'."""
    for table in sorted(database.damage.tables):
        database.read(f"SELECT count(*) FROM sound_{table}")
    return [one.subject for one in database.damage.left_out()]


def _integrity(database: Database, table: str) -> list[str]:
    """What SQLite finds wrong with a table, its indexes and its references; nothing if it is sound."""
    rows = database.read(f"PRAGMA integrity_check({table})")
    found = [line for (answer,) in rows for line in str(answer).splitlines() if line != "ok"]
    lost = database.read(f"PRAGMA foreign_key_check({table})")
    return found + [f"foreign key: {tuple(row)}" for row in lost]


def _mend_indexes(database: Database, table: str) -> bool:
    """Make a table's indexes anew. Tells whether they could be: two rows may bear one name now."""
    try:
        with database.write() as connection:
            connection.execute(f"REINDEX {table}")
    except StoreCorrupt:
        raise
    except StoreError:
        return False
    return True
