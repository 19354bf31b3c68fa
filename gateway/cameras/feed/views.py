"""Who looked at which camera's stream over the relay, from where, since when and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.db import Database


@dataclass(frozen=True, slots=True)
class StreamView:
    """One row. `ended_ms` is `None` while it lasts, or if nobody knows: then the relay or the recorder was killed, and
    `known_until_ms` is the last instant at which it was known to last."""

    source: str
    camera: str
    viewer: str
    address: str
    began_ms: int
    ended_ms: int | None
    known_until_ms: int | None = None


class ViewStore:
    """All access to the views."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, view: StreamView) -> None:
        """Durably; told twice it stands once, and an end that is known stays. A relay that tells of it is there."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO view (source, camera, viewer, address, began_ms, ended_ms) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (source) DO UPDATE SET ended_ms = coalesce(view.ended_ms, excluded.ended_ms),"
                " known_until_ms = NULL",
                (view.source, view.camera, view.viewer, view.address, view.began_ms, view.ended_ms),
            )

    def lose(self, known_until_ms: Mapping[str, int]) -> None:
        """The relay that told of them, by their sources, is gone: of those without an end it is known that they lasted
        until then. It may come back and tell of them again."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE view SET known_until_ms = max(began_ms, ?) WHERE source = ? AND ended_ms IS NULL",
                [(at_ms, source) for source, at_ms in known_until_ms.items()],
            )

    def lose_earlier(self) -> None:
        """At the recorder's start: those that lasted when it was killed were known to last at its last report."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE view SET known_until_ms ="
                " max(began_ms, coalesce((SELECT seen_ms FROM sound_camera WHERE name = view.camera), began_ms))"
                " WHERE ended_ms IS NULL AND known_until_ms IS NULL"
            )

    def between(self, from_ms: int, to_ms: int, camera: str | None = None) -> list[StreamView]:
        """Those of this time, the oldest first; of all cameras, or of one. One that lasts does so until now."""
        rows = self._database.read(
            "SELECT source, camera, viewer, address, began_ms, ended_ms, known_until_ms FROM sound_view"
            " WHERE began_ms < ? AND coalesce(ended_ms, known_until_ms, ?) >= ? AND camera = coalesce(?, camera)"
            " ORDER BY began_ms, id",
            (to_ms, from_ms, from_ms, camera),
        )
        return self._database.objects("view", rows, StreamView)
