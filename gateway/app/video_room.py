"""How long video is kept and how much of the disk it may fill: the configuration's rules, and where video lies on the
disk of the readings, what those still need of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gateway.cameras.room_watch import room_forecast
from gateway.cameras.video_disk import room_of
from gateway.config import Configuration
from gateway.config.cameras import CamerasSettings
from gateway.core.instants import milliseconds
from gateway.core.room_forecast import RoomForecast
from gateway.core.video_retention import VideoRules
from gateway.db import Database
from gateway.db.reserve import RESERVE_BYTES
from gateway.readings.recorder import COMMIT_INTERVAL_S

_BYTES_A_VALUE = 3
_BYTES_A_BLOCK = 150
"""Sixty parameters a second take 13 MB a day, 2.5 bytes each; each commit of an instrument is a row in two indexes."""
_BYTES_A_LINE = 60
_BYTES_A_RECORD = 400
"""With its file, and what is kept of its deliveries."""


def readings_bytes(configuration: Configuration) -> int:
    """What readings and records take on the disk when they are as old as they get. An estimate, rather too much."""
    kept_ms = milliseconds(configuration.storage.readings)
    size = 0.0
    for instrument in configuration.instruments:
        polls = kept_ms / max(1, milliseconds(instrument.poll))
        blocks = min(polls, kept_ms / (COMMIT_INTERVAL_S * 1000))
        size += polls * len(instrument.parameters) * _BYTES_A_VALUE + blocks * _BYTES_A_BLOCK
    lines = sum(len(instrument.parameters) for instrument in configuration.instruments)
    slots = milliseconds(configuration.storage.records) / milliseconds(configuration.reporting.slot)
    files = max(1, len(configuration.active_destinations))
    return round(size + slots * files * (lines * _BYTES_A_LINE + _BYTES_A_RECORD))


def video_rules(configuration: Configuration, cameras: CamerasSettings) -> VideoRules:
    """As they are now.

    Raises:
        OSError: the disk cannot be asked.
    """
    kept, storage = cameras.storage, configuration.storage.path
    leave_free = kept.leave_free
    if room_of(kept.path, storage).is_shared:
        leave_free = max(leave_free, still_needed_bytes(configuration))
    return VideoRules(milliseconds(kept.keep), kept.max_size, leave_free, kept.pinned)


def still_needed_bytes(configuration: Configuration) -> int:
    """What readings and records will take beyond what they take now, and their reserve."""
    storage = configuration.storage.path
    taken = sum(_size(storage / f"gateway.db{suffix}") for suffix in ("", "-wal"))
    return max(0, readings_bytes(configuration) - taken) + RESERVE_BYTES


def rules_of(configuration: Configuration, cameras: CamerasSettings) -> Callable[[], VideoRules]:
    """For the janitor, who asks each time."""
    return lambda: video_rules(configuration, cameras)


def check_room(configuration: Configuration, cameras: CamerasSettings, database: Database, now_ms: int) -> RoomForecast:
    """Whether three months fit, as `gateway cameras check` tells it.

    Raises:
        OSError: the disk cannot be asked.
    """
    names = [camera.name for camera in cameras.list]
    return room_forecast(database, names, cameras.storage.path, video_rules(configuration, cameras), now_ms)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
