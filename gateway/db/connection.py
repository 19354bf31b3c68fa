"""One writing connection per process; every transaction is short, immediate, and durable when it returns.

WAL with `synchronous=FULL`: what is committed survives a power cut. Foreign errors are mapped here, once.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from gateway.core.errors import StoreCorrupt, StoreError, StoreFull
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.db import reserve, suspect
from gateway.db.damage import Damage, FoundDamage, SetAsideKind
from gateway.db.files_seen import DatabaseReplaced, FilesSeen, files_seen, refuse_links, shows
from gateway.db.migrations import migrate, migrations_of, refuse_newer
from gateway.db.start_check import check_everything, check_small_tables

_log = logging.getLogger(__name__)

T = TypeVar("T")

SCHEMA = resources.files("gateway.db").joinpath("schema/gateway")
"""Of the gateway's own database; another one brings a folder of its own."""
BUSY_TIMEOUT_MS = 10_000
PREPARED_STATEMENTS = 128
"""Of each connection: all that a daemon says again and again."""
_FOLD_TIMEOUT_MS = 2000
_CORRUPT_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FULL_PERHAPS = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
"""What a card says that has no room for the files beside the database."""


class CommitsWatched(Protocol):
    """See `gateway.db.commits`."""

    def look(self) -> Instant: ...

    def committed(self, began: Instant) -> None: ...


class Database:
    """The gateway's database. Shared by all threads of a process; made by `open_database` only.

    What a row holds is read from the view `sound_TABLE`, which leaves out damaged rows (`gateway.db.checksums`); where
    this process keeps the database, they are put right first if they can be."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        file: Path,
        damage: Damage,
        *,
        takes_reserve: bool = True,
        seen: FilesSeen | None = None,
    ) -> None:
        """`seen`: by somebody who may write nothing beside it, not even that it is damaged."""
        self.file = file
        self.damage = damage
        self._takes_reserve = takes_reserve
        self._seen = seen
        self.commits: CommitsWatched | None = None
        """Who hears how long commits take, if anybody wants to."""
        self._connection = connection
        self._turn = threading.RLock()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed to the card when the block ends, rolled back if it raises. On a full card its
        reserve is given up, for the next try, if it is this database's.

        Raises:
            StoreFull, StoreCorrupt, StoreError: nothing of the transaction was kept.
        """
        with (
            self._turn,
            self._mapped(),
            _room_next_time(self.file.parent if self._takes_reserve else None),
        ):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                if self.damage.is_noted:
                    self.damage.treat()
                began = None if self.commits is None else self.commits.look()
                self._connection.execute("COMMIT")
                if self.commits is not None and began is not None:
                    self.commits.committed(began)
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""
        with self._turn, self._mapped():
            rows = self._connection.execute(sql, parameters).fetchall()
            if self.damage.is_noted and self.damage.treat():
                rows = self._connection.execute(sql, parameters).fetchall()
        if self._seen is not None and self._seen.is_immutable and not self.is_current:
            raise DatabaseReplaced(Phrase("{file} is being written again: ask again", file=self.file))
        return rows

    @property
    def is_current(self) -> bool:
        """Whether this connection shows what lies there; that of its keeper always does."""
        return self._seen is None or shows(self.file, self._seen)

    def objects(self, table: str, rows: Iterable[Sequence[Any]], make: Callable[..., T]) -> list[T]:
        """What `make` makes of rows of a view `sound_TABLE`, whose first column is the row's number. A row of which
        nothing can be made is damaged: it is noted and passed over."""
        made = []
        for row in rows:
            try:
                made.append(make(*row))
            except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
                self.damage.note_unreadable(table, (row[0],))
        return made

    def interrupt(self) -> None:
        """Break off what is being read now, from another thread: it raises StoreError there."""
        self._connection.interrupt()

    def mark_suspect(self) -> None:
        """Let the next start check all of it before it is used."""
        if self._seen is None:
            suspect.mark(self.file)

    def copy_to(self, file: Path) -> None:
        """All of it, as it is now, into another file."""
        with self._turn, self._mapped():
            copy = sqlite3.connect(file)
            try:
                self._connection.backup(copy)
            finally:
                copy.close()

    @property
    def changes(self) -> int:
        """How many rows this process has written since it opened the database: equal means that nothing was."""
        return self._connection.total_changes

    def close(self) -> None:
        if self.damage.mends:
            self._fold_log()
        with self._turn, self._mapped():
            self._connection.close()

    def _mapped(self) -> AbstractContextManager[None]:
        return mapped(self.file, marks_suspect=self._seen is None)

    def _fold_log(self) -> None:
        """As SQLite does it when the last connection is closed, for the case that somebody still reads: the file of a
        database that was closed is all of it, whoever looks at it."""
        with self._turn, suppress(sqlite3.Error):  # a full card: it stays in the log, and nothing is lost
            self._connection.execute(f"PRAGMA busy_timeout = {_FOLD_TIMEOUT_MS}")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def open_database(
    file: Path,
    *,
    schema: Traversable = SCHEMA,
    read_only: bool = False,
    alive: Callable[[], object] = lambda: None,
    takes_reserve: bool = True,
) -> Database:
    """Open, and unless `read_only` create and migrate, the database.

    A damaged database is set aside under a new name, kept for repair, and an empty one started: measuring goes on.
    Both may take minutes, in which `alive` is called again and again. `takes_reserve`: the card's reserve is for it.

    Raises:
        SchemaTooNew, StoreFull, StoreError: the database cannot be used.
        FileNotFoundError: `read_only` and there is none. Who may not write beside it reads it all the same.
    """
    refuse_links(file)
    if read_only:
        if not file.exists():
            raise FileNotFoundError(file)
        return _open_for_reading(file, schema)
    found = []
    try:
        return _open_for_writing(file, schema, alive, takes_reserve)
    except StoreCorrupt as damage:
        found.append(FoundDamage(_set_aside(file, str(damage)), str(damage), mended=False, kind=SetAsideKind.DATABASE))
    except StoreError:
        if not takes_reserve or not reserve.give_up(file.parent):
            raise
    database = _open_for_writing(file, schema, alive, takes_reserve)
    for one in found:
        database.damage.add(one)
    return database


def join_database(file: Path, *, schema: Traversable = SCHEMA, takes_reserve: bool = True) -> Database:
    """Open the running daemon's database beside it, to leave a request there. Neither creates, migrates nor sets aside:
    that is for the daemon.

    Raises:
        FileNotFoundError: there is none.
        SchemaTooNew, StoreError: it is of another version's making, or cannot be used.
    """
    refuse_links(file)
    if not file.exists():
        raise FileNotFoundError(file)
    with mapped(file):
        connection = connect(f"{file.absolute().as_uri()}?mode=rw")
        try:
            refuse_other_schemas(connection, file, schema)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            damage = Damage(connection, writes=True, mends=False)
        except BaseException:
            connection.close()
            raise
    return Database(connection, file, damage, takes_reserve=takes_reserve)


def _open_for_reading(file: Path, schema: Traversable) -> Database:
    seen = None if os.access(file.parent, os.W_OK, effective_ids=True) else files_seen(file)
    with mapped(file, marks_suspect=seen is None):
        connection = connect(f"{file.absolute().as_uri()}?{'mode=ro' if seen is None else seen.way}")
        try:
            refuse_other_schemas(connection, file, schema)
            damage = Damage(connection, writes=False, mends=False)
        except BaseException:
            connection.close()
            raise
    return Database(connection, file, damage, seen=seen)


def refuse_other_schemas(connection: sqlite3.Connection, file: Path, schema: Traversable) -> None:
    steps = migrations_of(schema)
    version = refuse_newer(connection, file, steps)
    if version == 0:
        raise StoreError(
            Phrase(
                "{file} is being made, or was never finished: ask again in a moment, or start the gateway (gateway"
                " run)",
                file=file,
            )
        )
    if version < len(steps):
        raise StoreError(Phrase("{file} was made by an older gateway: start this one once (gateway run)", file=file))


def _open_for_writing(file: Path, schema: Traversable, alive: Callable[[], object], takes_reserve: bool) -> Database:
    with mapped(file):
        connection = connect(file.absolute().as_uri())
        found: list[FoundDamage] = []
        try:
            if suspect.is_marked(file):
                before = Damage(connection, writes=True, mends=True)
                check_everything(connection, file, before, alive)
                found = before.take_untold()
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        migrate(file, schema, alive)
        connection = connect(file.absolute().as_uri())
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            damage = Damage(connection, writes=True, mends=True)
            damage.give_back(found)
            check_small_tables(connection, file, damage)
        except BaseException:
            connection.close()
            raise
    suspect.unmark(file)
    return Database(connection, file, damage, takes_reserve=takes_reserve)


def connect(
    uri: str, busy_timeout_ms: int = BUSY_TIMEOUT_MS, prepared_statements: int = PREPARED_STATEMENTS
) -> sqlite3.Connection:
    """`prepared_statements`: so many are kept for the next time, of some ten kilobytes each.

    Raises:
        sqlite3.Error: it cannot be opened, or its header is damaged.
    """
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=prepared_statements
    )
    connection.text_factory = _text
    try:
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        connection.execute("PRAGMA schema_version")  # the first look at the file: a damaged header shows here
    except BaseException:
        connection.close()  # at once, not when it is collected: by then its file bears another name
        raise
    return connection


def _text(content: bytes) -> str:
    """Text that has become none is read all the same: bytes that are no UTF-8 show as such, and nothing fails."""
    return content.decode(errors="backslashreplace")


def _set_aside(file: Path, reason: str) -> str:
    """Returns the name under which it is kept."""
    number = 1
    while any(os.path.lexists(f"{file}.corrupt-{number}{suffix}") for suffix in ("", "-wal", "-shm")):
        number += 1
    for suffix in ("", "-wal", "-shm"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(file.with_name(f"{file.name}.corrupt-{number}{suffix}"))
    suspect.unmark(file)
    kept = file.with_name(f"{file.name}.corrupt-{number}")
    _log.critical(
        "database set aside, a new one started: what is whole can be had from the old one reason=%r kept=%s",
        reason,
        kept,
    )
    return kept.name


@contextmanager
def _room_next_time(folder: Path | None) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        if folder is not None:
            reserve.give_up(folder)
        raise


@contextmanager
def mapped(file: Path, *, marks_suspect: bool = True) -> Iterator[None]:
    """SQLite's errors in our words."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or code in _FULL_PERHAPS and reserve.is_full(file.parent):
            raise StoreFull(Phrase("{file}: no space left: {error}", file=file, error=error)) from error
        if code in _CORRUPT_CODES:
            if marks_suspect:
                suspect.mark(file)
            raise StoreCorrupt(Phrase("{file}: {error}", file=file, error=error)) from error
        raise StoreError(Phrase("{file}: {error}", file=file, error=error)) from error
