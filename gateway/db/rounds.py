"""When what is done now and then was last done, whichever run of the daemon did it."""

from __future__ import annotations

from gateway.db.connection import Database


class Rounds:
    """All access to rounds. A round is known by its name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def completed(self, name: str, at_ms: int) -> None:
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO round (name, done_ms) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET done_ms = excluded.done_ms",
                (name, at_ms),
            )

    def done_ms(self, name: str) -> int | None:
        """When the last one was; `None`: never."""
        rows = self._database.read("SELECT done_ms FROM sound_round WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    def due_in_s(self, name: str, every_s: float, now_ms: int) -> float:
        """How long until the next one, 0 if it was never done. Never longer than `every_s`: the last one may bear the
        time of a clock that was ahead."""
        rows = self._database.read("SELECT done_ms FROM sound_round WHERE name = ?", (name,))
        if not rows:
            return 0.0
        since_s = (now_ms - rows[0][0]) / 1000
        return every_s if since_s < 0 else max(0.0, every_s - since_s)
