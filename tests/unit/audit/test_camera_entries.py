"""What the recorder of video noted stands in the station's journal: once, whoever is started again or put back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.camera_entries import LOOK_EVERY_S, MOST_ROWS, CameraEntries
from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.disk.accept_disk import accept_disk
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.cameras.keeping.pins import PinStore
from gateway.core.errors import StoreError
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.telling import SINGLY_IN_DAY
from gateway.core.video import CameraEventKind
from gateway.db import set_aside
from gateway.db.damage import SetAsideKind
from tests.support.clock import FakeClock
from tests.support.journey import Journey


class Station:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.journey = Journey(folder)
        self.cameras = open_cameras_database(folder)
        self.events, self.views = CameraEventStore(self.cameras), ViewStore(self.cameras)
        self.start()

    def start(self) -> None:
        self.stage = CameraEntries(self.journey.database, self.folder)

    def look(self, minutes: float = 1.0) -> list[tuple[str, str, dict[str, Any]]]:
        """Returns what is new in the journal after so long."""
        before = len(self.entries())
        self.clock.advance(minutes * 60)
        while self.stage.step(self.clock.now()) <= self.clock.mono_s:
            pass
        return self.entries()[before:]

    def entries(self) -> list[tuple[str, str, dict[str, Any]]]:
        rows = self.journey.database.read("SELECT kind, who, what FROM journal ORDER BY seq")
        return [(kind, who, json.loads(what)) for kind, who, what in rows]

    def begin(self, camera: str = "gate", kind: CameraEventKind = CameraEventKind.COVERED) -> None:
        self.events.begin(camera, kind, "dark", self.clock.wall_ms, "x.jpg")

    def end(self, camera: str = "gate", kind: CameraEventKind = CameraEventKind.COVERED) -> None:
        self.events.end(camera, kind, self.clock.wall_ms)

    def view(self, source: str, ended_ms: int | None = None) -> None:
        self.views.keep(StreamView(source, "gate", "authority", "10.0.0.9", self.clock.wall_ms, ended_ms))


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    with closing(made.journey.database), closing(made.cameras):
        made.look()
        yield made


def test_an_event_is_told_when_it_begins_and_when_it_ends_also_after_a_restart(station: Station) -> None:
    station.begin()
    [(kind, who, what)] = station.look()
    assert (kind, who) == ("camera", "gateway")
    assert what.items() >= {"state": "began", "camera": "gate", "kind": "covered", "picture": "x.jpg"}.items()
    station.start()
    assert station.look() == []
    station.end()
    [(_, _, what)] = station.look()
    assert (what["state"], "ended_ms" in what) == ("ended", True)
    assert station.look() == []


def test_whoever_looks_is_told_by_name_with_the_address(station: Station) -> None:
    station.view("a")
    [(kind, who, what)] = station.look()
    assert (kind, who, what["camera"], what["address"]) == ("view", "authority", "gate", "10.0.0.9")
    station.views.lose({"a": station.clock.wall_ms})
    [(_, _, what)] = station.look()
    assert (what["state"], what["known_until_ms"]) == ("ended", station.clock.wall_ms - MINUTE_MS)


def test_what_people_pin_and_let_go_is_told_with_who_did_it(station: Station) -> None:
    pins = PinStore(station.cameras)
    begin_ms = station.clock.wall_ms
    number = pins.add("gate", begin_ms, begin_ms + HOUR_MS, "a theft", made_ms=begin_ms, made_by="lan")
    [(kind, who, what)] = station.look()
    assert (kind, who, what["act"], what["state"], what["reason"]) == ("camera", "lan", "pin", "began", "a theft")
    pins.release([number], at_ms=station.clock.wall_ms, by="minh")
    [(_, who, what)] = station.look()
    assert (who, what["state"], what["made_by"]) == ("minh", "ended", "lan")


def test_an_accepted_disk_is_told_with_who_accepted_it(station: Station) -> None:
    video = station.folder / "video"
    video.mkdir()
    accept_disk(video, station.folder, VideoDiskStore(station.cameras), station.clock.wall_ms, by="lan", reason="new")
    [(kind, who, what)] = station.look()
    assert (kind, who, what["act"], what["path"], what["reason"]) == ("camera", "lan", "disk", str(video), "new")


def test_what_was_damaged_and_closed_there_is_told_with_who_closed_it(station: Station) -> None:
    with station.cameras.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROW, "segment 7", "3 bits", station.clock.wall_ms)
    assert [(kind, what["subject"]) for kind, _, what in station.look()] == [("storage", "segment 7")]
    with station.cameras.write() as connection:
        set_aside.close(connection, [1], "lan", "new disk", station.clock.wall_ms)
    [(_, who, what)] = station.look()
    assert (who, what["close_reason"]) == ("lan", "new disk")


def test_what_was_noted_before_the_journal_is_taken_over_page_by_page(tmp_path: Path) -> None:
    station = Station(tmp_path)
    with closing(station.journey.database), closing(station.cameras):
        for number in range(MOST_ROWS + 20):
            station.view(f"v{number}", station.clock.wall_ms)
        taken = station.look()
        assert [what.get("taken_over") for _, _, what in taken] == [True] * (MOST_ROWS + 20)
        station.view("later", station.clock.wall_ms)
        assert [what.get("taken_over") for _, _, what in station.look()] == [None]


def test_it_is_told_again_where_it_could_not_be_told(station: Station) -> None:
    station.begin()
    with station.journey.database.write() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'no room'); END")
    assert station.look() == []
    with station.journey.database.write() as connection:
        connection.execute("DROP TRIGGER full")
    assert [what["state"] for _, _, what in station.look()] == ["began"]


def test_nothing_is_written_while_nothing_happens(station: Station) -> None:
    changes = station.journey.database.changes
    station.look()
    station.look()
    assert station.journey.database.changes == changes


def test_a_recorder_that_looks_anew_each_minute_fills_no_journal(station: Station) -> None:
    for number in range(200):
        station.view(f"v{number}", station.clock.wall_ms)
        station.look(7)
    station.look(61)
    told = station.entries()
    assert len(told) <= SINGLY_IN_DAY + 25
    assert sum(what.get("times", 1) for _, _, what in told) == 200


def test_a_backup_that_was_put_back_is_told_of_from_there_on(station: Station, tmp_path: Path) -> None:
    station.begin()
    station.end()
    station.look()
    station.look(120)
    backup = tmp_path / "backup"
    station.cameras.copy_to(backup)
    for name in ("a", "b", "c"):
        station.view(name, station.clock.wall_ms)
    assert len(station.look()) == 3
    station.look(300)
    station.cameras.close()
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"cameras.db{suffix}").unlink(missing_ok=True)
    shutil.copyfile(backup, tmp_path / "cameras.db")
    station.cameras = open_cameras_database(tmp_path)
    station.views = ViewStore(station.cameras)
    station.view("d", station.clock.wall_ms)
    assert [what["state"] for _, _, what in station.look()] == ["ended"]


def test_another_file_with_very_many_rows_tells_none_of_them_again(station: Station, tmp_path: Path) -> None:
    for number in range(2 * MOST_ROWS + 5):
        station.view(f"v{number}", station.clock.wall_ms)
    station.look()
    station.look(300)
    station.cameras.copy_to(tmp_path / "copy")
    station.cameras.close()
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"cameras.db{suffix}").unlink(missing_ok=True)
    (tmp_path / "copy").replace(tmp_path / "cameras.db")
    station.cameras = open_cameras_database(tmp_path)
    station.views = ViewStore(station.cameras)
    station.look(2 * 24 * 60)
    assert station.look(61) == []
    station.view("news", station.clock.wall_ms)
    assert [what["state"] for _, _, what in station.look()] == ["ended"]


def test_no_recorder_is_nothing_to_tell(tmp_path: Path) -> None:
    journey = Journey(tmp_path)
    with closing(journey.database):
        now = FakeClock().now()
        assert CameraEntries(journey.database, tmp_path).step(now) == now.mono_s + LOOK_EVERY_S


def test_a_cursor_that_nobody_can_read_is_begun_anew(station: Station) -> None:
    station.begin()
    station.look()
    with station.journey.database.write() as connection:
        connection.execute("UPDATE watch SET state = '[]'")
    assert [what["taken_over"] for _, _, what in station.look()] == [True]


def test_days_pass_and_it_is_news_again(station: Station) -> None:
    for day in range(3):
        station.view(f"d{day}", station.clock.wall_ms)
        assert len(station.look()) == 1
        station.clock.wall_ms += DAY_MS - HOUR_MS


def test_the_error_of_a_database_is_no_end_of_the_clerk(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("locked")

    monkeypatch.setattr("gateway.audit.camera_entries.open_cameras_database", fail)
    station.begin()
    assert station.look() == []
    monkeypatch.undo()
    assert len(station.look()) == 1
