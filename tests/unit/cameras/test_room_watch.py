"""That three months will not fit is told from the first half hour on, once, with its date, until it fits."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.disk.disk_room import DiskRoom
from gateway.cameras.keeping import room_watch
from gateway.cameras.keeping.room_watch import LOOK_EVERY_S, RoomWatch, room_forecast
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.instants import DAY_MS, MINUTE_MS
from gateway.core.room_forecast import USUAL_BITS_A_SECOND
from gateway.core.video import CameraEventKind
from gateway.core.video_rules import VideoRules
from gateway.db import Database
from tests.support.clock import FakeClock

GB = 10**9
RULES = VideoRules(92 * DAY_MS, None, 4 * GB, 20 * GB)
TWO_MEGABITS = 75_000_000
"""Bytes in five minutes."""


class Watched:
    """A disk of a terabyte, and a camera that is recorded in segments of five minutes."""

    def __init__(self, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database, self.folder = database, folder
        self.clock = FakeClock()
        self.free = 1000 * GB
        monkeypatch.setattr(room_watch, "room_of", lambda _path, _storage: DiskRoom(1000 * GB, self.free, False))
        self.start()

    def start(self) -> None:
        self.watch = RoomWatch(["outlet"], VideoStock(self.database), CameraEventStore(self.database))

    def record(self, minutes: int, size: int = TWO_MEGABITS) -> None:
        with self.database.write() as connection:
            for _ in range(minutes // 5):
                begin_ms = self.clock.wall_ms
                self.clock.advance(300)
                connection.execute(
                    "INSERT INTO segment (camera, begin_ms, end_ms, file, bytes, state)"
                    " VALUES ('outlet', ?, ?, ?, ?, 'whole')",
                    (begin_ms, self.clock.wall_ms, str(begin_ms), size),
                )
                self.free -= size

    def look(self) -> None:
        self.clock.advance(LOOK_EVERY_S)
        self.watch.look(self.clock.now(), self.folder, RULES)
        self.watch.tell(self.clock.now())

    def told(self) -> list[tuple[CameraEventKind, bool]]:
        events = CameraEventStore(self.database).between(0, 1 << 60)
        return [(event.kind, event.ended_ms is not None) for event in events]

    def words(self) -> list[str]:
        return [event.detail for event in CameraEventStore(self.database).between(0, 1 << 60)]


@pytest.fixture
def watched(cameras: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(cameras, tmp_path, monkeypatch)


def test_it_is_told_after_half_an_hour_once_also_after_a_restart(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="gateway")
    watched.look()
    watched.record(25)
    watched.look()
    assert watched.told() == []
    watched.record(10)
    watched.look()
    watched.start()
    watched.look()
    assert watched.told() == [(CameraEventKind.SHORT_OF_ROOM, False)]
    (words,) = watched.words()
    assert words.startswith(
        "92 days of video need 1.99 TB, there is room for 976 GB (45 days), it is full on 2026-02-1"
    )
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_it_ends_when_what_is_sent_fits_again(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="gateway")
    watched.record(60)
    watched.look()
    watched.record(26 * 60, TWO_MEGABITS // 3)  # the camera was set to a lower bit rate
    watched.look()
    assert watched.told() == [(CameraEventKind.SHORT_OF_ROOM, True)]
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_of_a_camera_that_is_off_the_last_day_that_it_sent_counts(watched: Watched) -> None:
    watched.record(12 * 60)
    watched.clock.advance(20 * 86_400)
    (rate,) = VideoStock(watched.database).rates(["outlet"])
    assert rate.bits_a_second == pytest.approx(2e6)
    assert rate.measured_ms == 12 * 60 * MINUTE_MS


def test_without_a_database_cameras_send_the_usual(watched: Watched) -> None:
    found = room_forecast(None, ["outlet", "gate"], watched.folder, RULES, watched.clock.wall_ms)
    assert [rate.bits_a_second for rate in found.rates] == [USUAL_BITS_A_SECOND] * 2
    assert not found.is_measured
    assert not found.fits


@pytest.mark.parametrize("damage", ["bytes = -5", "end_ms = begin_ms", "end_ms = begin_ms + 1000000000000"])
def test_a_row_that_cannot_be_does_not_count(watched: Watched, damage: str) -> None:
    watched.record(60)
    with watched.database.write() as connection:
        connection.execute(f"UPDATE segment SET {damage} WHERE id = 3")  # noqa: S608
    (rate,) = VideoStock(watched.database).rates(["outlet"])
    assert rate.bits_a_second == pytest.approx(2e6)
