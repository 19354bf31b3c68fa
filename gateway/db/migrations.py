"""Numbered migrations, forward only, each in its own transaction, with a copy of the database made before.

`schema/NNNN_name.sql` is step NNNN; `PRAGMA user_version` is the last step applied and is set in the same transaction.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from gateway.core.errors import SchemaTooNew

_UNFORESEEN = 255


@dataclass(frozen=True, slots=True)
class Step:
    version: int
    name: str
    sql: str


def steps() -> tuple[Step, ...]:
    """All migrations, oldest first; their numbers are 1, 2, 3 … without a gap."""
    scripts = sorted(
        (entry for entry in resources.files(__package__).joinpath("schema").iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    found = tuple(
        Step(int(entry.name[:4]), entry.name.removesuffix(".sql"), entry.read_text("utf-8")) for entry in scripts
    )
    if [step.version for step in found] != list(range(1, len(found) + 1)):
        raise AssertionError(f"migrations are not numbered 1, 2, 3 …: {[step.name for step in found]}")
    return found


def migrate(file: Path) -> None:
    """Bring the database to the newest schema, making it if there is none. One that is already there is not written to.

    No connection of this process may be open to it: the steps are taken by a child process.

    Raises:
        SchemaTooNew: a newer gateway wrote it.
        sqlite3.Error: it cannot be read or changed; the step that failed left nothing behind.
    """
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        version = refuse_newer(connection, file)
        pending = [step for step in steps() if step.version > version]
        if pending and version:
            _copy(connection, file.with_name(f"{file.name}.before-{pending[0].version}"))
    finally:
        connection.close()
    if pending:
        _apply_apart(file, pending)


def refuse_newer(connection: sqlite3.Connection, file: Path) -> int:
    """The version of the database's schema, one that this gateway knows.

    Raises:
        SchemaTooNew: a newer gateway wrote it.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = steps()[-1].version
    if version > newest:
        raise SchemaTooNew(
            f"{file} has schema {version}, this gateway knows {newest}: install the newer gateway again, "
            f"or put back the copy {file.name}.before-{newest + 1} that was made before the change"
        )
    return version


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    with sqlite3.connect(target) as copy:
        connection.backup(copy)
    copy.close()


def _apply_apart(file: Path, pending: list[Step]) -> None:
    """Apply the steps in a child process: sqlite-utils costs 14 MB, and much more where pandas is installed, that the
    daemon would keep for months.

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
    with os.fdopen(reader, "r", encoding="utf-8") as channel:
        words = channel.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        error = sqlite3.OperationalError(words or f"the migration ended with {code}")
        error.sqlite_errorcode = code
        raise error


def _apply_and_tell(file: Path, pending: list[Step], writer: int) -> int:
    """The child's life. Returns SQLite's primary result code as the exit code, 0 for done."""
    try:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA busy_timeout = 10000")
        _apply(connection, pending)
        connection.close()
    except sqlite3.Error as error:
        os.write(writer, str(error).encode())
        return getattr(error, "sqlite_errorcode", 0) & 0xFF or sqlite3.SQLITE_ERROR
    return 0


def _apply(connection: sqlite3.Connection, pending: list[Step]) -> None:
    from sqlite_utils import Database as Tables
    from sqlite_utils import Migrations

    migrations = Migrations("gateway")
    for step in pending:
        migrations(name=step.name)(_running(step))
    migrations.apply(Tables(connection, execute_plugins=False))


def _running(step: Step):  # type: ignore[no-untyped-def]  # sqlite-utils ships no types
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
