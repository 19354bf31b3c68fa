"""Tells early when three months of video will not fit: from the first hours on, not on the day the disk is full."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.disk.disk_room import room_of
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.interfaces import Instant
from gateway.core.room_forecast import USUAL_BITS_A_SECOND, CameraRate, RoomForecast, forecast
from gateway.core.video import CameraEventKind
from gateway.core.video_rules import VideoRules
from gateway.db import Database

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 600.0
ALL_CAMERAS = ""


class RoomWatch:
    """A part of the janitor's work. `forecast` is the newest; `None` while the disk cannot be asked."""

    def __init__(self, cameras: Sequence[str], stock: VideoStock, events: CameraEventStore) -> None:
        self.forecast: RoomForecast | None = None
        self._cameras = tuple(cameras)
        self._stock = stock
        self._events = events
        self._next_s: float | None = None
        self._is_new = False

    def look(self, now: Instant, folder: Path, rules: VideoRules) -> None:
        """Make the forecast anew, now and then.

        Raises:
            OSError: the disk cannot be asked.
        """
        if self._next_s is None or now.mono_s >= self._next_s:
            self._next_s = now.mono_s + LOOK_EVERY_S
            self.forecast = forecast_of(self._stock, self._cameras, folder, rules, now.wall_ms)
            self._is_new = True

    def tell(self, now: Instant) -> None:
        """What the forecast says, if it is a new one."""
        if self.forecast is None or not self._is_new:
            return
        self._is_new = False
        is_told = any(event.kind is CameraEventKind.SHORT_OF_ROOM for event in self._events.lasting())
        if self.forecast.is_short(is_told=is_told):
            words = self.forecast.words()
            if not is_told:
                _log.error("three months of video do not fit: %s", words)
            self._events.begin(ALL_CAMERAS, CameraEventKind.SHORT_OF_ROOM, words, now.wall_ms)
        elif is_told:
            _log.info("three months of video fit: %s", self.forecast.words())
            self._events.end(ALL_CAMERAS, CameraEventKind.SHORT_OF_ROOM, now.wall_ms)


def room_forecast(
    database: Database | None, cameras: Sequence[str], folder: Path, rules: VideoRules, now_ms: int
) -> RoomForecast:
    """As it stands now, for whoever asks: cameras that are configured; without a database none was recorded yet.

    Raises:
        OSError: the disk cannot be asked.
    """
    if database is not None:
        return forecast_of(VideoStock(database), cameras, folder, rules, now_ms)
    rates = [CameraRate(camera, USUAL_BITS_A_SECOND) for camera in cameras]
    return _forecast(rates, 0, folder, rules, now_ms)


def forecast_of(
    stock: VideoStock, cameras: Sequence[str], folder: Path, rules: VideoRules, now_ms: int
) -> RoomForecast:
    """
    Raises:
        OSError: the disk cannot be asked.
    """
    return _forecast(stock.rates(cameras), stock.used_bytes(), folder, rules, now_ms)


def _forecast(
    rates: Sequence[CameraRate], used_bytes: int, folder: Path, rules: VideoRules, now_ms: int
) -> RoomForecast:
    room = room_of(folder, folder.parent)
    return forecast(rates, rules, used_bytes=used_bytes, free_bytes=room.free, total_bytes=room.total, now_ms=now_ms)
