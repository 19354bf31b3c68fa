"""Ends what was found in pictures of a camera that nobody looks at any more: nobody else ever would."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.config.cameras import CameraSettings
from gateway.core.interfaces import Instant
from gateway.core.picture_rules import FINDINGS
from gateway.db import Database

_IDLE_S = 3600.0


class UnwatchedFindings:
    """A worker, apart from `PictureWatch`: that one, and OpenCV with it, is not loaded where no camera is watched."""

    name = "unwatched-findings"
    patience_s = 60.0

    def __init__(self, cameras: Sequence[CameraSettings], database: Database) -> None:
        self._events = CameraEventStore(database)
        watched = {one.name for one in cameras if one.health.watch}
        self._lasting = [
            (one.camera, one.kind)
            for one in self._events.lasting()
            if one.kind in FINDINGS and one.camera not in watched
        ]

    def step(self, now: Instant) -> float:
        while self._lasting:
            self._events.end(*self._lasting[-1], now.wall_ms)
            self._lasting.pop()
        return now.mono_s + _IDLE_S

    def interrupt(self) -> None:
        """Nothing outside is waited for."""

    def close(self) -> None:
        """Nothing is held."""
