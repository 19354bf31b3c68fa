"""What is looked at before a database is used: the small tables each time, for their indexes say which number a name
has; everything after damage was met.

A row that is wrong, or an index that disagrees with its table, costs the row or is made anew: the database is kept. One
whose pages are broken is given up as a whole.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.core.errors import StoreCorrupt
from gateway.core.phrase import Phrase
from gateway.db.damage import Damage, FoundDamage
from gateway.db.migrations import tell_while_working

_log = logging.getLogger(__name__)

LARGE = frozenset(
    {
        "reading_block",
        "unstamped_block",
        "record",
        "file",
        "delivery",
        "event",
        "journal",
        "segment",
        "gap",
        "camera_event",
        "view",
    }
)
"""Looked at by the nightly look and where they are read: at each start it would take too long."""
MOST_ANSWERS = 1000
_OF_AN_INDEX = re.compile(r"missing from index|wrong # of entries in index|non-unique entry in index")
_OF_A_ROW = re.compile(r"NULL value in|CHECK constraint failed in|^(non-)?[A-Z]+ value in ")


def check_everything(connection: sqlite3.Connection, file: Path, damage: Damage, alive: Callable[[], object]) -> None:
    """Read every row, and hold every index against its table. Takes minutes: `alive` is called again and again.

    Raises:
        StoreCorrupt: pages of it are broken.
        sqlite3.DatabaseError: the same, in SQLite's words.
    """
    tell_while_working(connection, alive)
    damage.look_through(damage.tables)
    # Not quick_check: it passes over indexes that disagree with their tables, and the daemon would start and stumble
    # over the same one for ever.
    _mend_indexes(connection, file, damage, "")


def check_small_tables(connection: sqlite3.Connection, file: Path, damage: Damage) -> None:
    """The same for the tables in which things are looked up by name. Takes milliseconds."""
    for table in damage.tables.keys() - LARGE:
        damage.look_through([table])
        _mend_indexes(connection, file, damage, table)


def _mend_indexes(connection: sqlite3.Connection, file: Path, damage: Damage, table: str) -> None:
    answers = integrity_answers(connection, table)
    broken = [answer for answer in answers if not is_of_rows(answer)]
    if broken:
        raise StoreCorrupt(Phrase("{file}: {broken}", file=file, broken=broken[0]))
    if not any(_OF_AN_INDEX.search(answer) for answer in answers):
        return
    try:
        connection.execute(f"REINDEX {table}")
    except sqlite3.IntegrityError as error:
        raise StoreCorrupt(
            Phrase(
                "{file}: {answers}, and its index cannot be made anew: {error}",
                file=file,
                answers=answers[0],
                error=error,
            )
        ) from error
    damage.add(FoundDamage(Phrase("index of {table}", table=table or Phrase("the database")), answers[0], mended=True))
    _log.error("an index was damaged on the card and was made anew table=%r what=%r", table, answers[0])


def integrity_answers(connection: sqlite3.Connection, table: str) -> Sequence[str]:
    """What SQLite finds wrong with the table, or with all of them if it is `""`; nothing if it is sound."""
    argument = table or MOST_ANSWERS
    rows = connection.execute(f"PRAGMA integrity_check({argument})").fetchall()
    return [line for (answer,) in rows for line in answer.splitlines() if line != "ok"]


def is_of_an_index(answer: str) -> bool:
    return bool(_OF_AN_INDEX.search(answer))


def is_of_rows(answer: str) -> bool:
    """Whether it is about single rows or an index, and not about pages."""
    return bool(_OF_AN_INDEX.search(answer) or _OF_A_ROW.search(answer))
