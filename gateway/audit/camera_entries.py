"""Tells in the journal what the recorder of video noted in its own database: events of cameras, who looked at which
camera, what people pinned and which disks they accepted, and what was damaged there and closed.

It looks once a minute, and how far it came is written in the transaction of what it tells: nothing is told twice, and
what was noted while nobody looked is told later. The recorder waits for nobody.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.core.errors import StoreError
from gateway.core.instants import HOUR_MS
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import GATEWAY, EntryKind
from gateway.core.telling import Telling
from gateway.db import Database
from gateway.db.remembered import remember
from gateway.journal.chain import append

_log = logging.getLogger(__name__)

NAME = "cameras"
LOOK_EVERY_S = 60.0
MOST_ROWS = 300
"""Of a table at once."""

# id, begin, whether it is over, what is the same, who, content
_EVENTS = (
    "SELECT id, began_ms, ended_ms IS NOT NULL, camera || ' ' || kind, NULL, json_object('camera', camera,"
    " 'kind', kind, 'detail', detail, 'began_ms', began_ms, 'ended_ms', ended_ms, 'picture', picture)"
    " FROM sound_camera_event WHERE "
)
_VIEWS = (
    "SELECT id, began_ms, coalesce(ended_ms, known_until_ms) IS NOT NULL, camera || ' ' || viewer || ' ' || address,"
    " viewer, json_object('camera', camera, 'viewer', viewer, 'address', address, 'began_ms', began_ms,"
    " 'ended_ms', ended_ms, 'known_until_ms', known_until_ms) FROM sound_view WHERE "
)
_MATTERS = (
    "SELECT id, found_ms, closed_ms IS NOT NULL, kind || ' ' || subject, closed_by, json_object('of', 'cameras',"
    " 'matter', kind, 'subject', subject, 'reason', reason, 'began_ms', found_ms, 'ended_ms', closed_ms,"
    " 'close_reason', close_reason) FROM sound_set_aside WHERE "
)
_PINS = (
    "SELECT id, made_ms, released_ms IS NOT NULL, 'pin ' || id, coalesce(released_by, made_by), json_object('act',"
    " 'pin', 'camera', camera, 'from_ms', begin_ms, 'until_ms', end_ms, 'reason', reason, 'made_by', made_by,"
    " 'began_ms', made_ms, 'ended_ms', released_ms) FROM sound_pin WHERE occasion = 'hand' AND "
)
_DISKS = (
    "SELECT id, since_ms, retired_ms IS NOT NULL, 'disk ' || id, accepted_by, json_object('act', 'disk',"
    " 'identity', identity, 'path', path, 'reason', reason, 'accepted_by', accepted_by, 'began_ms', since_ms,"
    " 'ended_ms', retired_ms) FROM sound_video_disk WHERE "
)
_AFTER, _ONE = "id > ? ORDER BY id LIMIT ?", "id = ?"
_TABLES = {
    "camera_event": (EntryKind.CAMERA, _EVENTS),
    "view": (EntryKind.VIEW, _VIEWS),
    "set_aside": (EntryKind.STORAGE, _MATTERS),
    "pin": (EntryKind.CAMERA, _PINS),
    "video_disk": (EntryKind.CAMERA, _DISKS),
}


@dataclass(frozen=True, slots=True)
class _Cursor:
    """`is_new`: what was noted before the first look is being taken over. `file`: which database it counts in, by its
    inode; `told_ms`: when something was told last; `known_ms`: what began until then was told by way of the file before
    this one, whose rows are being gone through. `after` and `lasting`: by table the newest row that was told of, and
    those of which the end is still to be told."""

    is_new: bool = True
    file: int = 0
    told_ms: int = 0
    known_ms: int = 0
    after: Mapping[str, int] = field(default_factory=dict)
    lasting: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    telling: Telling = Telling()  # noqa: RUF009  # frozen


@dataclass(frozen=True, slots=True)
class _News:
    """One row, or its end."""

    kind: EntryKind
    key: str
    who: str | None
    what: Mapping[str, Any]


class CameraEntries:
    """A stage of the clerk."""

    def __init__(self, database: Database, storage: Path) -> None:
        self._database = database
        self._storage = storage
        self._next_s = float("-inf")
        self._is_failing = False

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        try:
            is_last = self._look(now.wall_ms)
        except FileNotFoundError:
            return self._next_s
        except StoreError as error:
            if not self._is_failing:
                _log.warning("what the recorder noted cannot be told in the journal now error=%r", str(error))
            self._is_failing = True
            return self._next_s
        self._is_failing = False
        if not is_last:
            self._next_s = now.mono_s
        return self._next_s

    def _look(self, now_ms: int) -> bool:
        """Whether that was all."""
        cursor = before = self._cursor()
        with closing(open_cameras_database(self._storage, read_only=True)) as cameras:
            file = cameras_file(self._storage).stat().st_ino
            if cursor.file != file or _went_back(cameras, cursor):
                cursor = replace(cursor, file=file, known_ms=cursor.told_ms - HOUR_MS, after={}, lasting={})
            cursor, news, is_last = _read(cameras, cursor)
        if is_last:
            cursor = replace(cursor, is_new=False, known_ms=0)
        telling, due = cursor.telling.take_due(now_ms)
        if news or due or cursor != before:
            with self._database.write() as connection:
                for key, held in due.items():
                    what = {**held.newest, "state": "restless", "times": held.times, "since_ms": held.since_ms}
                    append(connection, now_ms, EntryKind(key.partition(" ")[0]), what)
                for one in news:
                    telling = _tell(connection, one, telling, now_ms, is_new=before.is_new)
                _keep(connection, replace(cursor, telling=telling, told_ms=now_ms))
        return is_last

    def _cursor(self) -> _Cursor:
        rows = self._database.read("SELECT state FROM sound_watch WHERE name = ?", (NAME,))
        try:
            return _from_json(json.loads(rows[0][0])) if rows else _Cursor()
        except (ValueError, LookupError, TypeError, AttributeError) as damage:
            _log.error("how far the cameras' news were told is damaged, it is taken over anew error=%r", str(damage))
            return _Cursor()


def _tell(connection: sqlite3.Connection, news: _News, telling: Telling, now_ms: int, *, is_new: bool) -> Telling:
    what, who = news.what, news.who or GATEWAY
    if is_new:
        append(connection, now_ms, news.kind, {**what, "taken_over": True}, who)
        return telling
    telling, is_told = telling.with_news(f"{news.kind} {news.key}", what, now_ms)
    if is_told:
        append(connection, now_ms, news.kind, what, who)
    return telling


def _went_back(cameras: Database, cursor: _Cursor) -> bool:
    """A backup was put back: its rows' numbers are given again."""
    for table, after in cursor.after.items():
        ((newest,),) = cameras.read(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - names of our own
        # What was old enough to go has gone: only a table that holds something can have gone back.
        if 0 < newest < after:
            return True
    return False


def _read(cameras: Database, cursor: _Cursor) -> tuple[_Cursor, list[_News], bool]:
    news, after, lasting, is_last = list[_News](), dict(cursor.after), {}, True
    for table, (kind, select) in _TABLES.items():
        waited = cursor.lasting.get(table, ())
        old = [row for number in waited for row in cameras.read(select + _ONE, (number,))]
        new = cameras.read(select + _AFTER, (after.get(table, 0), MOST_ROWS))
        after[table] = new[-1][0] if new else after.get(table, 0)
        lasting[table] = tuple(row[0] for row in (*old, *new) if not row[2])
        is_last &= len(new) < MOST_ROWS
        news += _told(kind, [*(row for row in old if row[2]), *(row for row in new if row[1] > cursor.known_ms)])
    return replace(cursor, after=after, lasting=lasting), news, is_last


def _told(kind: EntryKind, rows: Iterable[Any]) -> Iterable[_News]:
    for _, _, is_over, key, who, content in rows:
        what = {name: value for name, value in json.loads(content).items() if value is not None}
        yield _News(kind, key, who, {"state": "ended" if is_over else "began", **what})


def _keep(connection: sqlite3.Connection, cursor: _Cursor) -> None:
    content = {
        "file": cursor.file,
        "is_new": cursor.is_new,
        "told_ms": cursor.told_ms,
        "known_ms": cursor.known_ms,
        "after": dict(cursor.after),
        "lasting": {table: list(numbers) for table, numbers in cursor.lasting.items()},
        "telling": cursor.telling.to_json(),
    }
    remember(connection, NAME, content)


def _from_json(content: Mapping[str, Any]) -> _Cursor:
    return _Cursor(
        bool(content["is_new"]),
        int(content["file"]),
        int(content["told_ms"]),
        int(content["known_ms"]),
        {table: int(number) for table, number in content["after"].items()},
        {table: tuple(map(int, numbers)) for table, numbers in content["lasting"].items()},
        Telling.from_json(content["telling"]),
    )
