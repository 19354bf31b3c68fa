"""Who looked at which camera's stream over the relay, from where, since when and until when."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.db import Database


@dataclass(frozen=True, slots=True)
class StreamView:
    """One row. `ended_ms` is `None` while it lasts, or if nobody knows: then the relay was killed."""

    source: str
    camera: str
    viewer: str
    address: str
    began_ms: int
    ended_ms: int | None


class ViewStore:
    """All access to the views."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, view: StreamView) -> None:
        """Durably; told twice it stands once, and an end that is known stays."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO view (source, camera, viewer, address, began_ms, ended_ms) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (source) DO UPDATE SET ended_ms = coalesce(view.ended_ms, excluded.ended_ms)",
                (view.source, view.camera, view.viewer, view.address, view.began_ms, view.ended_ms),
            )

    def between(self, from_ms: int, to_ms: int, camera: str | None = None) -> list[StreamView]:
        """Those of this time, the oldest first; of all cameras, or of one."""
        rows = self._database.read(
            "SELECT source, camera, viewer, address, began_ms, ended_ms FROM sound_view"
            " WHERE began_ms < ? AND coalesce(ended_ms, began_ms) >= ? AND camera = coalesce(?, camera)"
            " ORDER BY began_ms, id",
            (to_ms, from_ms, camera),
        )
        return self._database.objects("view", rows, StreamView)
