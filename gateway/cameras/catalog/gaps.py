"""Why nothing was recorded, noted by whoever knew it then. That nothing was is told by the segments themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from gateway.core.video import GapCause, VideoGap
from gateway.db import Database

FOLLOWS_MS = 1_000
"""Less than this between two segments is no gap."""


class GapStore:
    """All access to noted gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, camera: str, begin_ms: int, cause: GapCause, detail: str) -> None:
        """It begins now and lasts. One of the camera that lasts ends here; one of the same cause and detail goes on."""
        with self._database.write() as connection:
            lasts = connection.execute(
                "SELECT cause, detail FROM gap WHERE camera = ? AND end_ms IS NULL ORDER BY id DESC LIMIT 1", (camera,)
            ).fetchone()
            if lasts == (cause.value, detail):
                return
            _end(connection, camera, begin_ms)
            connection.execute(
                "INSERT INTO gap (camera, begin_ms, cause, detail) VALUES (?, ?, ?, ?)",
                (camera, begin_ms, cause.value, detail),
            )

    def end(self, camera: str, end_ms: int) -> None:
        """The camera's frames come again. Without one that lasts nothing happens; one that would be empty goes."""
        with self._database.write() as connection:
            _end(connection, camera, end_ms)

    def add(self, camera: str, gap: VideoGap) -> None:
        """It is known as a whole. Added twice it stands once."""
        with self._database.write() as connection:
            add(connection, camera, gap)

    def add_removed(self, spans: Sequence[tuple[str, int, int]], detail: str) -> None:
        """Video of these cameras and times is about to be removed. What follows on what was removed before, for the
        same reason, makes that longer."""
        with self._database.write() as connection:
            for camera, begin_ms, end_ms in spans:
                longer = connection.execute(
                    "UPDATE gap SET end_ms = max(end_ms, ?4) WHERE id = (SELECT id FROM gap WHERE camera = ?1"
                    " AND begin_ms <= ?2 AND end_ms >= ?2 - ?5 AND cause = 'removed' AND detail = ?3"
                    " ORDER BY begin_ms DESC LIMIT 1)",
                    (camera, begin_ms, detail, end_ms, FOLLOWS_MS),
                ).rowcount
                if not longer:
                    add(connection, camera, VideoGap(begin_ms, end_ms, GapCause.REMOVED, detail))

    def lasting(self, camera: str) -> VideoGap | None:
        """The one that lasts, if any does."""
        rows = self._database.read(
            "SELECT id, begin_ms, end_ms, cause, detail FROM sound_gap WHERE camera = ? AND end_ms IS NULL"
            " ORDER BY id DESC LIMIT 1",
            (camera,),
        )
        found = self._database.objects("gap", rows, _gap)
        return found[0] if found else None

    def between(self, camera: str, from_ms: int, to_ms: int) -> list[VideoGap]:
        """All that touch the span, by their begin."""
        rows = self._database.read(
            "SELECT id, begin_ms, end_ms, cause, detail FROM sound_gap WHERE camera = ? AND begin_ms < ?"
            " AND (end_ms IS NULL OR end_ms > ?) ORDER BY begin_ms, id",
            (camera, to_ms, from_ms),
        )
        return self._database.objects("gap", rows, _gap)

    def newest_id(self) -> int:
        """0 if there is none."""
        return int(self._database.read("SELECT coalesce(max(id), 0) FROM gap")[0][0])

    def shift(self, numbers: tuple[int, int], span_ms: tuple[int, int], by_ms: int) -> int:
        """What was noted by a clock that was off by so much: after the one number, up to the other, of times that this
        clock showed. Returns how many were."""
        with self._database.write() as connection:
            return connection.execute(
                "UPDATE gap SET begin_ms = begin_ms + ?1,"
                " end_ms = iif(end_ms BETWEEN begin_ms AND ?5, end_ms + ?1, end_ms)"
                " WHERE id > ?2 AND id <= ?3 AND begin_ms BETWEEN ?4 AND ?5",
                (by_ms, *numbers, *span_ms),
            ).rowcount

    def forget_before(self, end_ms: int) -> int:
        """Let go of those that ended before. Returns how many did."""
        with self._database.write() as connection:
            return connection.execute("DELETE FROM gap WHERE end_ms < ?", (end_ms,)).rowcount


def add(connection: sqlite3.Connection, camera: str, gap: VideoGap) -> None:
    """For the transaction under way."""
    connection.execute(
        "INSERT INTO gap (camera, begin_ms, end_ms, cause, detail) SELECT ?1, ?2, ?3, ?4, ?5"
        " WHERE NOT EXISTS (SELECT 1 FROM gap WHERE camera = ?1 AND begin_ms = ?2 AND end_ms IS ?3 AND cause = ?4)",
        (camera, gap.begin_ms, gap.end_ms, gap.cause.value, gap.detail),
    )


def forget_clock_step(connection: sqlite3.Connection, camera: str, begin_ms: int | None) -> None:
    """For the transaction under way: it was no time that was not, for what was recorded before has another time."""
    connection.execute("DELETE FROM gap WHERE camera = ? AND cause = 'clock-step' AND begin_ms = ?", (camera, begin_ms))


def _end(connection: sqlite3.Connection, camera: str, end_ms: int) -> None:
    connection.execute("DELETE FROM gap WHERE camera = ? AND end_ms IS NULL AND begin_ms >= ?", (camera, end_ms))
    connection.execute("UPDATE gap SET end_ms = ? WHERE camera = ? AND end_ms IS NULL", (end_ms, camera))


def _gap(_: int, begin_ms: int, end_ms: int | None, cause: str, detail: str | None) -> VideoGap:
    return VideoGap(begin_ms, end_ms, GapCause(cause), detail or "")
