"""The station's databases for whoever makes a page: a few read-only connections that threads share, each for one page
at a time.

Bounded in number and, for each page, in time: a page can neither hold up the daemon nor pile up memory. Connections
follow what lies there: when the daemon starts, stops or is killed, and when another database is put in its place, all
old ones are closed before a new one is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from threading import Condition

from gateway.cameras.catalog.database import CAMERAS_SCHEMA, cameras_file
from gateway.core.errors import StoreError
from gateway.core.interfaces import Clock
from gateway.db import Database
from gateway.db.connection import SCHEMA
from gateway.db.read_only import ChangeWatch, ReadOnlyDatabase, open_read_only

MOST_CONNECTIONS = 2
"""At once to the daemon's database: pages are made one or two at a time on a small board."""
LONGEST_S = 5.0


class DatabaseBusy(StoreError):
    """All connections are in use, and none became free in time."""


class Databases:
    """Both of a station. For any thread."""

    def __init__(
        self, storage: Path, clock: Clock, *, most: int = MOST_CONNECTIONS, longest_s: float = LONGEST_S
    ) -> None:
        self._longest_s = longest_s
        self._gateway = _Connections(storage / "gateway.db", SCHEMA, most, clock)
        self._cameras = _Connections(cameras_file(storage), CAMERAS_SCHEMA, 1, clock)

    @contextmanager
    def gateway(self, longest_s: float | None = None) -> Iterator[Database]:
        """The daemon's, for all that one page reads within so many seconds.

        Raises:
            FileNotFoundError: the daemon has never run here.
            DatabaseReplaced: ask again, once; what was read may be of two minds.
            DatabaseBusy, ReadingTooLong, SchemaTooNew, StoreCorrupt, StoreError: it cannot be read, or not now.
            OSError: it cannot be looked at.
        """
        with self._gateway.reading(self._longest_s if longest_s is None else longest_s) as database:
            yield database

    @contextmanager
    def cameras(self, longest_s: float | None = None) -> Iterator[Database]:
        """The recorder's. Raises what `gateway` raises."""
        with self._cameras.reading(self._longest_s if longest_s is None else longest_s) as database:
            yield database

    def version(self) -> object:
        """Equal to the last one as long as nothing was written to the daemon's database; `None`: it cannot be read."""
        return self._gateway.version()

    def close(self) -> None:
        """Once nobody reads any more."""
        self._gateway.close()
        self._cameras.close()


class _Connections:
    """To one file. In one process SQLite shares what it knows of a file, the index of its log above all, between
    connections: one that shows what lay there before would make the new ones show it, too."""

    def __init__(self, file: Path, schema: Traversable, most: int, clock: Clock) -> None:
        self._file = file
        self._schema = schema
        self._most = most
        self._clock = clock
        self._turn = Condition()
        self._free: list[ReadOnlyDatabase] = []
        self._in_use: list[ReadOnlyDatabase] = []
        self._watch = ChangeWatch(file)

    @contextmanager
    def reading(self, longest_s: float) -> Iterator[Database]:
        database = self._acquire(longest_s)
        try:
            with database.reading(longest_s) as limited:
                yield limited
        finally:
            self._release(database)

    def version(self) -> object:
        with self._turn:
            if not self._are_current():
                self._close_free()
            return None if self._in_use and not self._are_current() else self._watch.look()

    def close(self) -> None:
        with self._turn:
            self._close_free()

    def _acquire(self, longest_s: float) -> ReadOnlyDatabase:
        until_mono_s = self._clock.now().mono_s + longest_s
        with self._turn:
            while True:
                database = self._at_once()
                if database is not None:
                    self._in_use.append(database)
                    return database
                left_s = until_mono_s - self._clock.now().mono_s
                if left_s <= 0 or not self._turn.wait(left_s):
                    raise DatabaseBusy(f"{self._file} is being read by others; ask again")

    def _release(self, database: ReadOnlyDatabase) -> None:
        with self._turn:
            self._in_use.remove(database)
            if database.is_current:
                self._free.append(database)
            else:
                database.close()
            self._turn.notify()

    def _at_once(self) -> ReadOnlyDatabase | None:
        """A connection to what lies there now; `None`: one that is in use has to be given back first."""
        if not self._are_current():
            self._close_free()
            if self._in_use:
                return None
        if self._free:
            return self._free.pop()
        if len(self._in_use) >= self._most:
            return None
        database = open_read_only(self._file, self._clock, schema=self._schema)
        if self._are_current():
            return database
        database.close()  # it was replaced while it was opened
        return None if self._in_use else self._at_once()

    def _are_current(self) -> bool:
        return self._watch.is_current and all(one.is_current for one in (*self._free, *self._in_use))

    def _close_free(self) -> None:
        self._watch.close()
        while self._free:
            self._free.pop().close()
