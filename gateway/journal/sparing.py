"""Appending what may come again and again for days, as the starts of a daemon that crashes do, or the steps of a clock
that two programs set: a few entries a day one by one, the rest summed up once an hour.

What is held stands in the database, in the transaction of what it tells: it is told by whoever comes next, in
whichever run. Each of them stands in the table of its own, too.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.core.telling import Telling
from gateway.db import Database
from gateway.db.remembered import remember
from gateway.journal.chain import append

_log = logging.getLogger(__name__)

NAME = "journal"


def append_sparingly(
    connection: sqlite3.Connection, at_ms: int, kind: EntryKind, what: Mapping[str, Any], same: str = ""
) -> None:
    """Tell it now, or hold it. `same`: what of this kind counts as the same.

    Raises:
        sqlite3.Error: as the transaction's other statements.
    """
    before = _parsed(connection.execute(_STATE, (NAME,)).fetchall())
    telling, is_told = before.with_news(f"{kind.value} {same}", what, at_ms)
    if is_told:
        append(connection, at_ms, kind, what)
    remember(connection, NAME, _tell_due(connection, telling, at_ms).to_json())


def tell_held(database: Database, now_ms: int) -> None:
    """What has been held for an hour."""
    if _parsed(database.read(_STATE, (NAME,))).take_due(now_ms)[1]:
        with database.write() as connection:
            telling = _parsed(connection.execute(_STATE, (NAME,)).fetchall())
            remember(connection, NAME, _tell_due(connection, telling, now_ms).to_json())


_STATE = "SELECT state FROM sound_watch WHERE name = ?"


def _tell_due(connection: sqlite3.Connection, telling: Telling, at_ms: int) -> Telling:
    telling, due = telling.take_due(at_ms)
    for key, held in due.items():
        summary = {**held.newest, "times": held.times, "restless_since_ms": held.since_ms}
        append(connection, at_ms, EntryKind(key.partition(" ")[0]), summary)
    return telling


def _parsed(rows: list[Any]) -> Telling:
    try:
        return Telling.from_json(json.loads(rows[0][0])) if rows else Telling()
    except (ValueError, LookupError, TypeError, AttributeError) as damage:
        _log.error("what the journal was still to tell is damaged, its rows stand error=%r", str(damage))
        return Telling()
