"""Looking into a database of another process within a bound of time, whether that process runs, was stopped, or was
killed. Nothing is ever written, not even a mark that the database is damaged, and no reading lasts longer than it may:
the keeper's checkpoint waits for nobody.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from gateway.core.errors import StoreError
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.db.connection import SCHEMA, Database, connect, mapped, refuse_other_schemas
from gateway.db.damage import Damage
from gateway.db.files_seen import DatabaseReplaced, FilesSeen, files_seen, shows

_BUSY_TIMEOUT_MS = 1000
_LOOK_EVERY_OPERATIONS = 2000
"""Of SQLite's machine, between two looks at the clock: some tenths of a millisecond."""
_CACHE_KIB = 1024
"""Of each connection. The kernel's cache holds the rest, for all of them."""
_PREPARED_STATEMENTS = 32
"""Of each connection: what one page asks for, and not what all pages do."""


class ReadingTooLong(StoreError):
    """What was asked takes longer than it may."""


class ReadOnlyDatabase(Database):
    """One connection for one reader at a time; made by `open_read_only` only."""

    def __init__(
        self, connection: sqlite3.Connection, file: Path, damage: Damage, seen: FilesSeen, clock: Clock | None
    ) -> None:
        super().__init__(connection, file, damage, takes_reserve=False, seen=seen)
        self._clock = clock
        self._until_mono_s: float | None = None
        if clock is not None:
            connection.set_progress_handler(self._is_too_late, _LOOK_EVERY_OPERATIONS)

    @contextmanager
    def reading(self, longest_s: float) -> Iterator[Database]:
        """All that is read in the block, within so many seconds together, of one that was opened with a clock.

        Raises:
            ReadingTooLong: they were over.
            DatabaseReplaced: what was read may not be true.
        """
        if self._clock is None:
            raise AssertionError("opened without a clock")
        self.damage.forget()  # its keeper may have put it right meanwhile
        self._until_mono_s = self._clock.now().mono_s + longest_s
        try:
            yield self
        finally:
            self._until_mono_s = None
            with suppress(sqlite3.Error):  # what this reading has cached is another one's memory
                self._connection.execute("PRAGMA shrink_memory")

    def read(self, sql: str, parameters: Any = ()) -> list[Any]:
        """As `Database.read`, within the time that is left.

        Raises:
            ReadingTooLong, DatabaseReplaced, StoreError: it cannot be read.
        """
        try:
            if self._is_too_late():
                raise StoreError(Phrase("interrupted"))
            return super().read(sql, parameters)
        except StoreError as error:
            if self._is_too_late():
                raise ReadingTooLong(
                    Phrase("{file}: this takes too long; ask for less of it", file=self.file)
                ) from error
            if not self.is_current:
                raise DatabaseReplaced(
                    Phrase("{file} was replaced, or is being written again", file=self.file)
                ) from error
            raise

    def _is_too_late(self) -> bool:
        until_mono_s = self._until_mono_s
        return until_mono_s is not None and self._clock is not None and self._clock.now().mono_s > until_mono_s


def open_read_only(file: Path, clock: Clock | None = None, *, schema: Traversable = SCHEMA) -> ReadOnlyDatabase:
    """`clock`: for whoever reads within a bound of time (`ReadOnlyDatabase.reading`).

    Raises:
        FileNotFoundError: there is none.
        SchemaTooNew, StoreError: it cannot be read, or not now.
        OSError: it cannot be looked at.
    """
    seen = files_seen(file)
    with mapped(file, marks_suspect=False):
        connection = _connect(file, seen)
        try:
            refuse_other_schemas(connection, file, schema)
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            damage = Damage(connection, writes=False, mends=False)
        except BaseException:
            connection.close()
            raise
    return ReadOnlyDatabase(connection, file, damage, seen, clock)


def _connect(file: Path, seen: FilesSeen) -> sqlite3.Connection:
    return connect(f"{file.absolute().as_uri()}?{seen.way}", _BUSY_TIMEOUT_MS, _PREPARED_STATEMENTS)


class ChangeWatch:
    """Whether a database has changed, asked again and again. Costs a look at the index of its log."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._seen: FilesSeen | None = None

    @property
    def is_current(self) -> bool:
        """Whether it looks at what lies there, or at nothing."""
        return self._connection is None or shows(self._file, self._seen)

    def look(self) -> tuple[FilesSeen, int] | None:
        """Another one than before: it has changed, or another lies there. `None`: there is none that can be read."""
        try:
            seen = files_seen(self._file)
            if seen != self._seen or self._connection is None:
                self.close()
                self._connection, self._seen = _connect(self._file, seen), seen
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except (OSError, StoreError, sqlite3.Error):
            self.close()
            return None
        return seen, version

    def close(self) -> None:
        """Until it is asked again."""
        connection, self._connection, self._seen = self._connection, None, None
        if connection is not None:
            connection.close()
