"""A disk that readings and video share, full to the last byte: the oldest video goes, readings are kept, and what is
the readings' stays theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.disk.disk_unusable import DiskNotWritable
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.cameras.keeping.janitor import Janitor
from gateway.core.errors import StoreError, StoreFull
from gateway.core.instants import DAY_MS
from gateway.core.video import CameraEventKind, GapCause, segment_file
from gateway.core.video_rules import VideoRules
from gateway.db import open_database, reserve
from tests.support.clock import FakeClock
from tests.support.small_disk import SmallDisk, small_disk
from tests.support.trust import FakeTrust

SEGMENT_MS = 300_000
SEGMENT_BYTES = 1 << 20
RESERVE = 4 << 20
LEAVE_FREE = 12 << 20


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path, 48 << 10) as disk:
        if not disk.is_real:
            pytest.skip("needs the right to mount")
        yield disk


class Station:
    """The gateway with its reserve, and a recorder that writes a megabyte every five minutes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gateway = open_database(folder / "gateway.db")
        assert reserve.hold(folder, RESERVE)
        self.cameras = open_cameras_database(folder)
        self.clock = FakeClock()
        self.disk = VideoDisk(folder / "video", folder, VideoDiskStore(self.cameras), self.clock)
        self.disk.check()
        trust = FakeTrust(self.clock.wall_ms - 1_000_000)
        rules = VideoRules(92 * DAY_MS, None, LEAVE_FREE, 0)
        self.janitor = Janitor(["outlet"], self.disk, self.cameras, lambda: rules, trust)
        self.lost = 0

    def record(self) -> None:
        """A segment, or its loss if there is no room for all of it."""
        begin_ms = self.clock.wall_ms
        name = segment_file("outlet", begin_ms)
        file = self.folder / "video" / name
        self.clock.advance(SEGMENT_MS / 1000)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes(SEGMENT_BYTES))
            with self.cameras.write() as connection:
                connection.execute(
                    "INSERT INTO segment (camera, begin_ms, end_ms, file, bytes, state)"
                    " VALUES ('outlet', ?, ?, ?, ?, 'whole')",
                    (begin_ms, self.clock.wall_ms, name, SEGMENT_BYTES),
                )
        except (OSError, StoreError):
            file.unlink(missing_ok=True)
            self.lost += 1

    def clean(self) -> None:
        for _ in range(20):
            try:
                if self.janitor.step(self.clock.now()) - self.clock.mono_s > 5:
                    return
            except StoreFull:
                pass
            self.clock.advance(1)
        raise AssertionError("the janitor comes to no end")

    def keep_readings(self) -> None:
        with self.gateway.write() as connection:
            connection.execute("INSERT INTO destination (name) VALUES (?)", (f"d{self.clock.mono_s}",))


@pytest.fixture
def station(card: SmallDisk) -> Iterator[Station]:
    made = Station(card.folder)
    with closing(made.gateway), closing(made.cameras):
        yield made


def test_video_fills_its_part_and_no_more_and_readings_go_on(station: Station) -> None:
    for _ in range(120):
        station.record()
        station.clean()
        station.keep_readings()
    assert station.lost == 0
    assert station.disk.free_bytes() >= LEAVE_FREE
    assert reserve.is_held(station.folder)
    files = sorted((station.folder / "video").rglob("*.mkv"))
    assert 20 <= len(files) < 40
    assert max(file.name for file in files) == files[-1].name
    lasting = {event.kind for event in CameraEventStore(station.cameras).lasting()}
    assert CameraEventKind.REMOVED_EARLY in lasting


def test_what_somebody_else_fills_to_the_last_byte_costs_the_oldest_video_and_nothing_of_the_readings(
    station: Station, card: SmallDisk
) -> None:
    for _ in range(24):
        station.record()
        station.clean()
    card.fill_up()
    assert station.disk.free_bytes() == 0
    station.clean()
    assert station.disk.free_bytes() > 0
    assert reserve.is_held(station.folder)
    for _ in range(12):
        station.record()
        station.clean()
        station.keep_readings()
    assert station.lost <= 1
    assert reserve.is_held(station.folder)
    stored = SegmentStore(station.cameras)
    files = sorted(
        str(file.relative_to(station.folder / "video")) for file in (station.folder / "video").rglob("*.mkv")
    )
    assert files == [segment.file for segment in stored.between("outlet", 0, 1 << 60)]
    assert station.gateway.read("PRAGMA integrity_check") == [("ok",)]


def test_no_segment_is_begun_where_what_is_left_is_for_readings(station: Station, card: SmallDisk) -> None:
    folder = station.folder / "video"
    disk = VideoDisk(
        folder, station.folder, VideoDiskStore(station.cameras), station.clock, readings_room=LEAVE_FREE // 2
    )
    assert disk.check() == folder
    (station.folder / "copies").write_bytes(bytes(disk.free_bytes() - (4 << 20)))
    with pytest.raises(DiskNotWritable, match="what is left is for readings") as caught:
        disk.check()
    assert caught.value.cause is GapCause.DISK_FULL
    assert disk.known_folder() == folder  # the janitor goes on
    (station.folder / "copies").unlink()
    assert disk.check() == folder


def test_the_recorders_own_database_never_takes_the_readings_reserve(station: Station, card: SmallDisk) -> None:
    card.fill_up()

    def fill() -> None:
        for number in range(10_000):
            with station.cameras.write() as connection:
                connection.execute(
                    "INSERT INTO segment (camera, begin_ms, file, state) VALUES ('outlet', ?, ?, 'writing')",
                    (number, f"file {number}"),
                )

    with pytest.raises(StoreFull):
        fill()
    assert reserve.is_held(station.folder)
