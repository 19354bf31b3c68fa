"""Numbered migrations, forward only, each in its own transaction, with a copy of the database made before.

Each database has a schema folder of its own. `NNNN_name.sql` in it is step NNNN; `PRAGMA user_version` of the database
is the last step applied, and is set in the same transaction.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from gateway.core.errors import SchemaTooNew
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import make_plain_file

_log = logging.getLogger(__name__)

_UNFORESEEN = 255
_PAGES_AT_A_TIME = 1000
"""Of a copy: 4 MB, a second on a slow card."""
_TELL_EVERY_OPERATIONS = 1_000_000
"""Of SQLite's machine between two signs of life: a fraction of a second."""
_SIGN = "\0"
"""What the child sends while it lives; it never stands in an error's words."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a schema to the next."""

    version: int
    name: str
    sql: str


def migrations_of(schema: Traversable) -> tuple[Migration, ...]:
    """All steps in the folder, oldest first; their numbers are 1, 2, 3 … without a gap."""
    scripts = sorted((entry for entry in schema.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    found = tuple(
        Migration(int(entry.name[:4]), entry.name.removesuffix(".sql"), entry.read_text("utf-8")) for entry in scripts
    )
    if [step.version for step in found] != list(range(1, len(found) + 1)):
        raise AssertionError(f"migrations are not numbered 1, 2, 3 …: {[step.name for step in found]}")
    return found


def migrate(file: Path, schema: Traversable, alive: Callable[[], object]) -> None:
    """Bring the database to the newest schema, making it if there is none. One that is already there is not written to.

    No connection of this process may be open to it: the steps are taken by a child process. Three years of records on
    a slow card take minutes: `alive` is called again and again while it goes on. A process that is killed meanwhile
    leaves a database that the next start brings further, from the last step that was complete.

    Raises:
        SchemaTooNew: a newer gateway wrote it.
        sqlite3.Error: it cannot be read or changed; the step that failed left nothing behind.
    """
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        steps = migrations_of(schema)
        version = refuse_newer(connection, file, steps)
        pending = steps[version:]
        if pending and version:
            try:
                _keep_copy(connection, file, pending[0].version, alive)
            except OSError as error:  # a folder under the copy's name: as without room for it
                _log.error("no copy of the database, its schema is changed without error=%r", str(error))
    finally:
        connection.close()
    if pending:
        _apply_in_child(file, pending, alive)


def refuse_newer(connection: sqlite3.Connection, file: Path, steps: Sequence[Migration]) -> int:
    """The version of the database's schema, one that this gateway knows: so many of its steps were applied.

    Raises:
        SchemaTooNew: a newer gateway wrote it.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = len(steps)
    if version > newest:
        raise SchemaTooNew(
            Phrase(
                "{file} has schema {version}, this gateway knows {newest}: install the newer gateway again, or "
                "put back the copy {name}.before-{newest2} that was made before the change",
                file=file,
                version=version,
                newest=newest,
                name=file.name,
                newest2=newest + 1,
            )
        )
    return version


def tell_while_working(connection: sqlite3.Connection, alive: Callable[[], object]) -> None:
    """Have `alive` called again and again while a statement of this connection takes its time."""

    def sign() -> int:
        alive()
        return 0  # anything else breaks the statement off

    connection.set_progress_handler(sign, _TELL_EVERY_OPERATIONS)


def _keep_copy(connection: sqlite3.Connection, file: Path, version: int, alive: Callable[[], object]) -> None:
    """A copy as the database was before the step, beside the newest one that there is already; older ones go.

    Without room for it there is none: the change itself is one transaction and can be undone by SQLite, and a station
    that does not measure until somebody has tidied up its card would be worse.
    """
    for torn in file.parent.glob(f"{file.name}.before-*.part*"):
        torn.unlink()
    for older in sorted(file.parent.glob(f"{file.name}.before-*"), key=_version_of)[:-1]:
        older.unlink()
    size = file.stat().st_size
    free = shutil.disk_usage(file.parent).free
    if free < size + size // 8:  # so much more, the steps write themselves
        _log.error(
            "no room for a copy of the database before its schema is changed, it is changed without free_mb=%d"
            " needed_mb=%d",
            free // 1_000_000,
            (size + size // 8) // 1_000_000,
        )
        return
    target = file.with_name(f"{file.name}.before-{version}")
    part = target.with_name(f"{target.name}.part")
    os.close(make_plain_file(part, stat.S_IMODE(file.stat().st_mode)))
    copy = sqlite3.connect(part)
    try:
        connection.backup(copy, pages=_PAGES_AT_A_TIME, progress=lambda *_: alive())
    finally:
        copy.close()
    part.replace(target)


def _version_of(copy: Path) -> int:
    number = copy.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _apply_in_child(file: Path, pending: Sequence[Migration], alive: Callable[[], object]) -> None:
    """Apply the steps in a child process: in the daemon's own, sqlite-utils would cost 5.2 MB on top of 64, and far
    more where pandas is installed, for months (`./bench memory` measures it).

    Raises:
        sqlite3.Error: as it was raised in the child; the step that failed left nothing behind.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os._exit(_apply_and_tell(file, pending, writer))
        finally:
            os._exit(_UNFORESEEN)  # whatever happens, the child never goes on with its parent's work
    os.close(writer)
    with os.fdopen(reader, "rb", buffering=0) as channel:
        told = b""
        while heard := channel.read(4096):
            alive()
            told += heard
    words = told.decode().replace(_SIGN, "")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        error = sqlite3.OperationalError(words or f"the migration ended with {code}")
        error.sqlite_errorcode = code
        raise error


def _apply_and_tell(file: Path, pending: Sequence[Migration], writer: int) -> int:
    """The child's life. Returns SQLite's primary result code as the exit code, 0 for done."""
    try:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA busy_timeout = 10000")
        # A parent that was killed hears nothing any more: the broken pipe ends the child, nothing of its step stays.
        tell_while_working(connection, lambda: os.write(writer, _SIGN.encode()))
        _apply(connection, pending)
        connection.close()
    except sqlite3.Error as error:
        os.write(writer, str(error).encode())
        return getattr(error, "sqlite_errorcode", 0) & 0xFF or sqlite3.SQLITE_ERROR
    return 0


def _apply(connection: sqlite3.Connection, pending: Sequence[Migration]) -> None:
    from sqlite_utils import Database as Tables
    from sqlite_utils import Migrations

    migrations = Migrations("gateway")
    for step in pending:
        migrations(name=step.name)(_running(step))
    migrations.apply(Tables(connection, execute_plugins=False))


def _running(step: Migration):  # type: ignore[no-untyped-def]  # sqlite-utils ships no types
    def run(tables) -> None:  # type: ignore[no-untyped-def]
        for statement in statements(step.sql):
            tables.conn.execute(statement)
        tables.conn.execute(f"PRAGMA user_version = {step.version}")

    run.__name__ = step.name
    return run


def statements(script: str) -> list[str]:
    """A script's statements one by one: `executescript` would commit the transaction they belong to."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    if pending.strip():
        raise AssertionError(f"unfinished statement: {pending.strip()[:80]}")
    return found
