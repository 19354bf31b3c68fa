"""The cameras as the recorder sees them now, for `gateway status`, which is another process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.core.video import CameraState, RecordingState
from gateway.db import Database


class CameraStateStore:
    """All access to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, states: Sequence[CameraState], now_ms: int) -> None:
        """Write down how it stands with all cameras that are recorded: any other is marked as removed. Since when a
        camera is known only ever becomes earlier; what is not known of a state stays as it was reported last."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO camera (name, state, since_ms, detail, known_from_ms, last_frame_ms, codec, width, height,"
                " bit_rate, seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " state = excluded.state, since_ms = excluded.since_ms, detail = excluded.detail,"
                " known_from_ms = coalesce(min(known_from_ms, excluded.known_from_ms), known_from_ms,"
                " excluded.known_from_ms), last_frame_ms = coalesce(excluded.last_frame_ms, last_frame_ms),"
                " codec = coalesce(excluded.codec, codec), width = coalesce(excluded.width, width),"
                " height = coalesce(excluded.height, height), bit_rate = coalesce(excluded.bit_rate, bit_rate),"
                " seen_ms = excluded.seen_ms",
                [_row(one, now_ms) for one in states],
            )
            kept = {one.name for one in states}
            names = connection.execute("SELECT name FROM camera WHERE state <> 'removed'").fetchall()
            connection.executemany(
                "UPDATE camera SET state = 'removed', since_ms = ?, detail = NULL WHERE name = ?",
                [(now_ms, name) for (name,) in names if name not in kept],
            )

    def known_since(self, camera: str, begin_ms: int, now_ms: int) -> None:
        """There is video of it from that time on. A camera that was not known is one that is recorded no more, until
        its recorder says otherwise."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO camera (name, state, since_ms, known_from_ms, seen_ms) VALUES (?1, 'removed', ?3, ?2, ?3)"
                " ON CONFLICT (name) DO UPDATE SET"
                " known_from_ms = min(coalesce(known_from_ms, excluded.known_from_ms), excluded.known_from_ms)",
                (camera, begin_ms, now_ms),
            )

    def all(self) -> list[CameraState]:
        """All that were ever recorded, by name."""
        rows = self._database.read(
            "SELECT name, state, since_ms, detail, known_from_ms, last_frame_ms, codec, width, height, bit_rate,"
            " seen_ms FROM sound_camera ORDER BY name"
        )
        return self._database.objects("camera", rows, _state)


def _row(one: CameraState, now_ms: int) -> tuple[Any, ...]:
    return (
        one.name,
        one.state.value,
        one.since_ms,
        one.detail,
        one.known_from_ms,
        one.last_frame_ms,
        one.codec,
        one.width,
        one.height,
        one.bit_rate,
        now_ms,
    )


def _state(name: str, state: str, *rest: Any) -> CameraState:
    return CameraState(name, RecordingState(state), *rest)
