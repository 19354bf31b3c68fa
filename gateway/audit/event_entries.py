"""What the journal tells of events: that one began, that it ended, and, of what comes and goes, how often it did.

What began more often within an hour than a person wants to read of is not told one by one: `RestlessEvents` sums it up
once an hour, and tells at once of what stays. Which rows the journal has stands in `event.told`.
"""

from __future__ import annotations

import math
import sqlite3
from typing import Any

from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import EntryKind
from gateway.db import Database
from gateway.journal.chain import append

EventKey = tuple[str, str, str, str, int]
"""Topic, subject, kind, detail and begin: what tells one event from another."""
EVENT_KEY = "topic = ? AND subject = ? AND kind = ? AND detail = ? AND began_ms = ?"
TOLD_SINGLY = 6
"""So many of one kind and subject that begin within an hour are told one by one."""
STAYS_MS = 10 * MINUTE_MS
"""What lasts so long does not just come and go."""
LOOK_EVERY_S = 30.0
_NOTHING, _BEGIN, _END = 0, 1, 2
_COLUMNS = "id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, reason, told"
_UNTOLD = f"SELECT {_COLUMNS} FROM sound_event WHERE told = 0 ORDER BY began_ms, id"  # noqa: S608  # constants


def tell_event(connection: sqlite3.Connection, key: EventKey, now_ms: int) -> None:
    """Tell what the journal does not have of it yet, for the transaction that has just written it."""
    (row,) = connection.execute(f"SELECT {_COLUMNS} FROM event WHERE {EVENT_KEY}", key)  # noqa: S608  # constants
    number, told, has_ended = row[0], row[-1], row[7] is not None
    if told == _END or (told == _BEGIN and not has_ended):
        return
    if told == _NOTHING and _is_restless(connection, row, now_ms):
        return
    what = {"state": "ended" if has_ended else "began", **event_content(row)}
    append(connection, now_ms, EntryKind(row[1]), what)
    _mark(connection, number, has_ended=has_ended)


def take_over_events(connection: sqlite3.Connection, now_ms: int) -> int:
    """Tell of every event from before there was a journal, marked as such. Returns how many."""
    rows = connection.execute(_UNTOLD).fetchall()
    for row in rows:
        has_ended = row[7] is not None
        what = {"state": "ended" if has_ended else "began", **event_content(row), "taken_over": True}
        append(connection, now_ms, EntryKind(row[1]), what)
        _mark(connection, row[0], has_ended=has_ended)
    return len(rows)


def event_content(row: tuple[Any, ...]) -> dict[str, Any]:
    """What an entry says of an event; without what is not known of it."""
    _, _, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, reason, _ = row
    content = {
        "kind": kind,
        "subject": subject,
        "detail": detail or None,
        "began_ms": began_ms,
        "last_ms": last_ms,
        "ended_ms": ended_ms,
        "count": count,
        "worst": worst if worst is None or math.isfinite(worst) else str(worst),
        "cause": cause,
        "reason": reason,
    }
    return {name: value for name, value in content.items() if value is not None}


class RestlessEvents:
    """A stage of the clerk: tells of events that were not told one by one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        if _due(self._database.read(_UNTOLD), now.wall_ms):
            with self._database.write() as connection:
                # Again: one may have ended meanwhile.
                for alike in _due(connection.execute(_UNTOLD).fetchall(), now.wall_ms):
                    _tell_together(connection, alike, now.wall_ms)
        return self._next_s


def _due(untold: list[tuple[Any, ...]], now_ms: int) -> list[list[tuple[Any, ...]]]:
    """Those of which it is time to tell, together what is of one kind and subject."""
    by_subject: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for row in untold:
        by_subject.setdefault(row[1:4], []).append(row)
    return [alike for alike in by_subject.values() if _is_due(alike, now_ms)]


def _is_restless(connection: sqlite3.Connection, row: tuple[Any, ...], now_ms: int) -> bool:
    """Whether as much of the same has begun within the hour as is told one by one."""
    (begun,) = connection.execute(
        "SELECT count(*) FROM event WHERE began_ms BETWEEN ? AND ?"
        " AND +topic = ? AND +kind = ? AND +subject = ? AND id <> ?",
        (now_ms - HOUR_MS, now_ms, *row[1:4], row[0]),
    ).fetchone()
    return bool(begun >= TOLD_SINGLY)


def _is_due(alike: list[tuple[Any, ...]], now_ms: int) -> bool:
    """Enough time for one entry since the first of them, or the last of them stays. By whichever clock."""
    first_ms, last_ms, last_ended_ms = alike[0][5], alike[-1][5], alike[-1][7]
    return abs(now_ms - first_ms) >= HOUR_MS or (last_ended_ms is None and abs(now_ms - last_ms) >= STAYS_MS)


def _tell_together(connection: sqlite3.Connection, alike: list[tuple[Any, ...]], now_ms: int) -> None:
    ended = [row for row in alike if row[7] is not None]
    what = {
        **event_content(alike[-1]),
        "state": "restless",
        "times": len(alike),
        "first_began_ms": alike[0][5],
        "lasted_ms": sum(max(0, row[7] - row[5]) for row in ended),
    }
    append(connection, now_ms, EntryKind(alike[-1][1]), what)
    for row in alike:
        _mark(connection, row[0], has_ended=row[7] is not None)


def _mark(connection: sqlite3.Connection, number: int, *, has_ended: bool) -> None:
    connection.execute("UPDATE event SET told = ? WHERE id = ?", (_END if has_ended else _BEGIN, number))
