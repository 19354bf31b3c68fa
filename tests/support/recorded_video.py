"""A video folder with files and rows of video, and a janitor over them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.cameras.keeping.janitor import Janitor
from gateway.cameras.keeping.pins import PinStore
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.video import CameraEventKind, segment_file
from gateway.core.video_rules import VideoRules
from gateway.db import Database
from tests.support.clock import FakeClock
from tests.support.trust import FakeTrust

BEGIN_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z"""
SIZE = 1000


class Recorded:
    """A video folder, its rows, and a janitor over them."""

    def __init__(self, database: Database, folder: Path, *, cameras: Iterable[str] = ("outlet",)) -> None:
        self.database = database
        self.cameras = tuple(cameras)
        self.folder = folder / "video"
        self.clock = FakeClock(BEGIN_MS, 1000.0)
        self.trust = FakeTrust(BEGIN_MS - 1_000_000)
        self.segments, self.events, self.gaps = SegmentStore(database), CameraEventStore(database), GapStore(database)
        self.pins = PinStore(database)
        self.rules = VideoRules(92 * DAY_MS, None, 0, 0)
        self.disk = VideoDisk(self.folder, folder, VideoDiskStore(database), self.clock)
        self.disk.check()
        self.janitor = self.start()
        self.steps()

    def start(self) -> Janitor:
        return Janitor(self.cameras, self.disk, self.database, lambda: self.rules, self.trust)

    def record(self, count: int, step_ms: int = HOUR_MS, *, from_ms: int | None = None, size: int = SIZE) -> None:
        """So many segments of each camera, one after the other, and the clock with them."""
        begin_ms = self.clock.wall_ms if from_ms is None else from_ms
        rows = []
        for number in range(count):
            at_ms = begin_ms + number * step_ms
            for camera in self.cameras:
                file = self.folder / segment_file(camera, at_ms)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(bytes(size))
                rows.append((camera, at_ms, at_ms + step_ms, segment_file(camera, at_ms), size))
        with self.database.write() as connection:
            connection.executemany(
                "INSERT INTO segment (camera, begin_ms, end_ms, file, bytes, state, is_stamped)"
                " VALUES (?, ?, ?, ?, ?, 'whole', 1)",
                rows,
            )
        if from_ms is None:
            self.clock.advance(count * step_ms / 1000)

    def step(self) -> float:
        return self.janitor.step(self.clock.now())

    def steps(self) -> None:
        """Until nothing is left to do at once."""
        while self.janitor.step(self.clock.now()) - self.clock.mono_s < 5:
            self.clock.advance(1)

    def files(self) -> list[str]:
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*.mkv"))

    def rows(self) -> list[str]:
        return sorted(file for (file,) in self.database.read("SELECT file FROM segment"))

    def begins(self) -> list[int]:
        return sorted(begin for (begin,) in self.database.read("SELECT begin_ms FROM segment"))

    def told(self, kind: CameraEventKind) -> list[str]:
        return [event.detail for event in self.events.between(0, 1 << 60) if event.kind is kind]
