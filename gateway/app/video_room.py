"""How long video is kept and how much of the disk it may fill: the configuration's rules, and where video lies on the
disk of the readings, what those still need of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.disk_space import LOW_RESERVES
from gateway.cameras.disk.disk_room import room_of
from gateway.cameras.keeping.room_watch import room_forecast
from gateway.config import Configuration
from gateway.config.cameras import CamerasSettings
from gateway.core.instants import milliseconds
from gateway.core.phrase import Phrase
from gateway.core.room_forecast import RoomForecast, size_text
from gateway.core.video_rules import VideoRules
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
    return VideoRules(milliseconds(kept.keep), kept.max_size, leave_free, kept.pinned, configuration.station.timezone)


def readings_room(configuration: Configuration, cameras: CamerasSettings) -> int:
    """The last bytes of a disk that is shared: no segment is begun there any more, whatever the janitor can do. Half of
    what he leaves free, and no more than the readings will ever take."""
    return min(cameras.storage.leave_free // 2, readings_bytes(configuration) + LOW_RESERVES * RESERVE_BYTES)


def still_needed_bytes(configuration: Configuration) -> int:
    """What readings and records will take beyond what they take now, and their reserve."""
    storage = configuration.storage.path
    taken = sum(_size(storage / f"gateway.db{suffix}") for suffix in ("", "-wal"))
    return max(0, readings_bytes(configuration) - taken) + RESERVE_BYTES


def rules_of(configuration: Configuration, cameras: CamerasSettings) -> Callable[[], VideoRules]:
    """For the janitor, who asks each time."""
    return lambda: video_rules(configuration, cameras)


@dataclass(frozen=True, slots=True)
class RoomCheck:
    """Whether video has its room, and the readings theirs. `readings_bytes`: what readings and records will take
    beyond what they take now, which is left free where `is_shared`; `leave_free_bytes`: what is left free in all."""

    forecast: RoomForecast
    is_shared: bool
    readings_bytes: int
    leave_free_bytes: int

    def problems(self) -> list[tuple[Phrase, Phrase]]:
        """What is wrong, and what would be right."""
        found = []
        forecast = self.forecast
        if not forecast.fits:
            how = Phrase("as measured")
            if not forecast.is_measured:
                how = Phrase("at 2 Mb/s a camera that was not measured yet")
            found.append((Phrase("{shortage}, {how}", shortage=forecast.shortage(), how=how), forecast.remedy()))
        if self.is_shared and self.forecast.room_bytes <= 0:
            found.append(
                (
                    Phrase(
                        "video lies on the disk of storage.path, where readings need {needed}: no room is left for"
                        " video",
                        needed=size_text(self.readings_bytes),
                    ),
                    Phrase("give video a disk of its own"),
                )
            )
        return found


def check_room(
    configuration: Configuration, cameras: CamerasSettings, database: Database | None, now_ms: int
) -> RoomCheck:
    """Whether three months fit, as `gateway cameras check` tells it. Without a database nothing was measured yet.

    Raises:
        OSError: the disk cannot be asked.
    """
    names = [camera.name for camera in cameras.list]
    path, rules = cameras.storage.path, video_rules(configuration, cameras)
    return RoomCheck(
        room_forecast(database, names, path, rules, now_ms),
        room_of(path, configuration.storage.path).is_shared,
        still_needed_bytes(configuration),
        rules.leave_free,
    )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
