"""What the journal tells of events: that one began, that it ended, and, of what comes and goes, how often it did.

What began more often than a person wants to read of is not told one by one: `RestlessEvents` sums it up
once an hour, and tells at once of what stays. Which rows the journal has stands in `event.told`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import EntryKind, canonical, sayable
from gateway.core.telling import SINGLY_IN_DAY, SINGLY_IN_HOUR
from gateway.db import Database
from gateway.journal.chain import append
from gateway.journal.sparing import tell_held

Row = tuple[Any, ...]
"""One event, by `_COLUMNS`."""
EventKey = tuple[str, str, str, str, int]
"""Topic, subject, kind, detail and begin: what tells one event from another."""
EVENT_KEY = "topic = ? AND subject = ? AND kind = ? AND detail = ? AND began_ms = ?"
STAYS_MS = 10 * MINUTE_MS
"""What lasts so long does not just come and go."""
LOOK_EVERY_S = 30.0
_NOTHING, _BEGIN, _END = 0, 1, 2
_COLUMNS = "id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, reason, told"
_UNTOLD = f"SELECT {_COLUMNS} FROM sound_event WHERE told = 0 ORDER BY began_ms, id"  # noqa: S608  # constants
_UNTOLD_MOMENTS = "SELECT DISTINCT began_ms FROM event WHERE told = 0 ORDER BY began_ms"
_UNTOLD_OF = f"SELECT {_COLUMNS} FROM sound_event WHERE told = 0 AND began_ms = ? ORDER BY id"  # noqa: S608  # constants
_ONE = f"SELECT {_COLUMNS} FROM event WHERE {EVENT_KEY}"  # noqa: S608  # constants


def tell_events(connection: sqlite3.Connection, keys: Iterable[EventKey], now_ms: int) -> None:
    """Tell what the journal does not have of these yet, for the transaction that has just written them."""
    news = []
    for row in [row for key in dict.fromkeys(keys) for row in connection.execute(_ONE, key)]:
        told, has_ended = row[-1], row[7] is not None
        if told == _END or (told == _BEGIN and not has_ended):
            continue
        if told == _BEGIN or not _is_restless(connection, row, now_ms):
            news.append((row, _content(row)))
            _mark(connection, row)
    _tell(connection, news, now_ms)


def old_events(connection: sqlite3.Connection) -> Iterator[tuple[int, EntryKind, dict[str, Any]]]:
    """What is to be told of every event from before there was a journal, marked as such, and when each began: oldest
    first, for the transaction that tells it. They are read moment by moment: there may be ten thousands."""
    for began_ms in connection.execute(_UNTOLD_MOMENTS).fetchall():
        rows = connection.execute(_UNTOLD_OF, began_ms).fetchall()
        for row in rows:
            _mark(connection, row)
        for kind, content in _together((row, _content(row) | {"taken_over": True}) for row in rows):
            yield *began_ms, kind, content


def _tell(connection: sqlite3.Connection, news: Iterable[tuple[Row, dict[str, Any]]], now_ms: int) -> None:
    for kind, content in _together(news):
        append(connection, now_ms, kind, content)


def _together(news: Iterable[tuple[Row, dict[str, Any]]]) -> Iterator[tuple[EntryKind, dict[str, Any]]]:
    """One entry for everything of which the same is to be told: an instrument that fell silent is one piece of news,
    however many parameters it has."""
    alike: dict[str, tuple[EntryKind, dict[str, Any], dict[str, float | None]]] = {}
    for row, content in news:
        kind = EntryKind(row[1])
        _, _, subjects = alike.setdefault(f"{kind} {canonical(sayable(content))}", (kind, content, {}))
        subjects[row[3]] = row[9]
    for kind, content, subjects in alike.values():
        yield kind, {**content, "subjects": subjects}


def _content(row: Row) -> dict[str, Any]:
    """What an entry says of an event; without what is not known of it, whose it is, and how bad it was."""
    _, _, kind, _, detail, began_ms, last_ms, ended_ms, count, _, cause, reason, _ = row
    content = {
        "state": "began" if ended_ms is None else "ended",
        "kind": kind,
        "detail": detail or None,
        "began_ms": began_ms,
        "last_ms": last_ms,
        "ended_ms": ended_ms,
        "count": count,
        "cause": cause,
        "reason": reason,
    }
    return {name: value for name, value in content.items() if value is not None}


class RestlessEvents:
    """A stage of the clerk: tells of events, and of whatever else comes and goes, that were not told one by one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        tell_held(self._database, now.wall_ms)
        if _due(self._database.read(_UNTOLD), now.wall_ms):
            with self._database.write() as connection:
                # Again: one may have ended meanwhile.
                due = _due(connection.execute(_UNTOLD).fetchall(), now.wall_ms)
                for row in (row for alike in due for row in alike):
                    _mark(connection, row)
                _tell(connection, [(alike[-1], _summary(alike)) for alike in due], now.wall_ms)
        return self._next_s


def _due(untold: list[Row], now_ms: int) -> list[list[Row]]:
    """Those of which it is time to tell, together what is of one kind and subject."""
    by_subject: dict[tuple[str, str, str], list[Row]] = {}
    for row in untold:
        by_subject.setdefault(row[1:4], []).append(row)
    return [alike for alike in by_subject.values() if _is_due(alike, now_ms)]


def _is_restless(connection: sqlite3.Connection, row: Row, now_ms: int) -> bool:
    """Whether as much of the same has begun within the hour, or the day, as is told one by one."""
    (in_day, in_hour) = connection.execute(
        "SELECT count(*), coalesce(sum(began_ms >= ?), 0) FROM event WHERE began_ms BETWEEN ? AND ?"
        " AND +topic = ? AND +kind = ? AND +subject = ? AND id <> ?",
        (now_ms - HOUR_MS, now_ms - DAY_MS, now_ms, *row[1:4], row[0]),
    ).fetchone()
    return bool(in_hour >= SINGLY_IN_HOUR or in_day >= SINGLY_IN_DAY)


def _is_due(alike: list[Row], now_ms: int) -> bool:
    """Enough time for one entry since the first of them, or the last of them stays. By whichever clock."""
    first_ms, last_ms, last_ended_ms = alike[0][5], alike[-1][5], alike[-1][7]
    return abs(now_ms - first_ms) >= HOUR_MS or (last_ended_ms is None and abs(now_ms - last_ms) >= STAYS_MS)


def _summary(alike: list[Row]) -> dict[str, Any]:
    """What an entry says of many events of one kind and subject."""
    return {
        **_content(alike[-1]),
        "state": "restless",
        "times": len(alike),
        "first_began_ms": alike[0][5],
        "lasted_ms": sum(max(0, row[7] - row[5]) for row in alike if row[7] is not None),
    }


def _mark(connection: sqlite3.Connection, row: Row) -> None:
    connection.execute("UPDATE event SET told = ? WHERE id = ?", (_BEGIN if row[7] is None else _END, row[0]))
