"""What began, lasted and ended about a camera's picture, the video disk, or the room on it."""

from __future__ import annotations

from typing import Any

from gateway.core.video import CameraEvent, CameraEventKind
from gateway.db import Database

_COLUMNS = "id, camera, kind, detail, began_ms, last_ms, ended_ms, picture"


class CameraEventStore:
    """All access to it. Of a camera and a kind one event at the most lasts; the camera `""` stands for all of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, camera: str, kind: CameraEventKind, detail: str, at_ms: int, picture: str | None = None) -> int:
        """It began then. If one lasts it goes on instead, with this detail, and keeps its begin and its picture.
        Returns the event's number."""
        with self._database.write() as connection:
            lasts = connection.execute(
                "SELECT id FROM camera_event WHERE camera = ? AND kind = ? AND ended_ms IS NULL"
                " ORDER BY id DESC LIMIT 1",
                (camera, kind.value),
            ).fetchone()
            if lasts is not None:
                connection.execute(
                    "UPDATE camera_event SET last_ms = max(last_ms, ?), detail = ?, picture = coalesce(picture, ?)"
                    " WHERE id = ?",
                    (at_ms, detail, picture, lasts[0]),
                )
                return int(lasts[0])
            made = connection.execute(
                "INSERT INTO camera_event (camera, kind, detail, began_ms, last_ms, picture) VALUES (?, ?, ?, ?, ?, ?)",
                (camera, kind.value, detail, at_ms, at_ms, picture),
            )
            return int(made.lastrowid or 0)

    def goes_on(self, camera: str, kind: CameraEventKind, at_ms: int) -> None:
        """It was seen again. Without one that lasts nothing happens."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE camera_event SET last_ms = max(last_ms, ?) WHERE camera = ? AND kind = ? AND ended_ms IS NULL",
                (at_ms, camera, kind.value),
            )

    def end(self, camera: str, kind: CameraEventKind, at_ms: int) -> None:
        """It is over. Without one that lasts nothing happens."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE camera_event SET ended_ms = max(began_ms, ?) WHERE camera = ? AND kind = ?"
                " AND ended_ms IS NULL",
                (at_ms, camera, kind.value),
            )

    def lasting(self) -> list[CameraEvent]:
        """All that are not over, oldest first."""
        return self._select("WHERE ended_ms IS NULL ORDER BY began_ms, id")

    def between(self, from_ms: int, to_ms: int, camera: str | None = None) -> list[CameraEvent]:
        """All that touch the span, of a camera or of whichever; oldest first."""
        return self._select(
            "WHERE began_ms < ?1 AND (ended_ms IS NULL OR ended_ms >= ?2) AND (?3 IS NULL OR camera = ?3)"
            " ORDER BY began_ms, id",
            to_ms,
            from_ms,
            camera,
        )

    def forget_before(self, ended_ms: int) -> list[str]:
        """Let go of those that ended before. Returns the files of their pictures."""
        with self._database.write() as connection:
            rows = connection.execute(
                "SELECT picture FROM camera_event WHERE ended_ms < ? AND picture IS NOT NULL", (ended_ms,)
            ).fetchall()
            connection.execute("DELETE FROM camera_event WHERE ended_ms < ?", (ended_ms,))
        return [picture for (picture,) in rows]

    def _select(self, rest: str, *parameters: Any) -> list[CameraEvent]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_camera_event {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("camera_event", rows, _event)


def _event(number: int, camera: str, kind: str, *rest: Any) -> CameraEvent:
    return CameraEvent(number, camera, CameraEventKind(kind), *rest)
