"""When the daemon ran: every start, and every end that was not sudden."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.db.connection import Database


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the daemon. `ended_ms` is `None` while it runs, and for ever if it was killed."""

    started_ms: int
    ended_ms: int | None
    version: str


def begin(database: Database, started_ms: int, version: str) -> int:
    """Note a start. Returns the run's number."""
    with database.write() as connection:
        connection.execute("INSERT INTO run (started_ms, version) VALUES (?, ?)", (started_ms, version))
        number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
        return number


def end(database: Database, number: int, ended_ms: int) -> None:
    """Note a proper end."""
    with database.write() as connection:
        connection.execute("UPDATE run SET ended_ms = ? WHERE id = ?", (ended_ms, number))


def newest(database: Database) -> Run | None:
    """The last run, or the present one."""
    rows = database.read("SELECT started_ms, ended_ms, version FROM run ORDER BY id DESC LIMIT 1")
    return Run(*rows[0]) if rows else None
