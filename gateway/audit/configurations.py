"""The configurations that ran, one after the other."""

from __future__ import annotations

from gateway.db import Database


def in_force(database: Database) -> tuple[str, str] | None:
    """SHA-256 of the newest one's file, and what it said, as JSON; `None`: none is known."""
    rows = database.read("SELECT sha256, content FROM sound_configuration_in_force ORDER BY id DESC LIMIT 1")
    return rows[0] if rows else None


def keep(database: Database, since_ms: int, sha256: str, content: str) -> None:
    """This one runs from now on."""
    with database.write() as connection:
        connection.execute(
            "INSERT INTO configuration_in_force (since_ms, sha256, content) VALUES (?, ?, ?)",
            (since_ms, sha256, content),
        )
