"""How far the look through the database has come, and what it found: written by the look, shown in `status`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.db import Database

WHOLE = "database"
"""The name of the look as a whole, beside those of the tables."""


@dataclass(frozen=True, slots=True)
class InspectionState:
    """Of a table, or of everything. `done_ms`: `None` while it is under way; `found`: what is wrong besides rows."""

    name: str
    begun_ms: int
    after_id: int = 0
    done_ms: int | None = None
    rows: int = 0
    damaged: int = 0
    found: tuple[str, ...] = ()


class InspectionStore:
    """All access to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> dict[str, InspectionState]:
        rows = self._database.read(
            "SELECT name, begun_ms, after_id, done_ms, rows, damaged, found FROM sound_inspection"
        )
        return {name: _state(name, *rest) for name, *rest in rows}

    def keep(self, *states: InspectionState) -> None:
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO inspection (name, begun_ms, after_id, done_ms, rows, damaged, found)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " begun_ms = excluded.begun_ms,"
                " after_id = excluded.after_id, done_ms = excluded.done_ms, rows = excluded.rows,"
                " damaged = excluded.damaged, found = excluded.found",
                [
                    (
                        one.name,
                        one.begun_ms,
                        one.after_id,
                        one.done_ms,
                        one.rows,
                        one.damaged,
                        "\n".join(one.found) or None,
                    )
                    for one in states
                ],
            )


def _state(
    name: str, begun_ms: int, after_id: int, done_ms: int | None, rows: int, damaged: int, found: str | None
) -> InspectionState:
    return InspectionState(name, begun_ms, after_id, done_ms, rows, damaged, tuple((found or "").splitlines()))
