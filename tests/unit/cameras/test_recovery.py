"""What is whole in a broken database of the recorder's comes back; which video there is, is read from the disk."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.invariants import OF_VIDEO
from gateway.cameras.catalog.recovery import VideoRecovery, is_of_cameras, open_salvage, recover_set_aside
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.cameras.keeping.pins import PinStore
from gateway.cameras.packet import StreamShape
from gateway.core.video import (
    CameraEventKind,
    CameraState,
    GapCause,
    Pin,
    PinOccasion,
    RecordingState,
    VideoGap,
    segment_file,
)
from gateway.db import Database, open_database, verify
from gateway.db.salvage import Salvage
from gateway.db.set_aside import DamageNotes
from tests.support.clock import FakeClock

NOON_MS = 1_767_243_600_000
COUNT = 130


def fill(database: Database) -> None:
    gaps, pins, views = GapStore(database), PinStore(database), ViewStore(database)
    events, segments = CameraEventStore(database), SegmentStore(database)
    shape = StreamShape("h264", 64, 64, b"")
    for number in range(COUNT):
        at_ms = NOON_MS + number * 300_000
        made = segments.begin(
            "outlet", at_ms, segment_file("outlet", at_ms), shape, boot_id="b", mono_ms=number, is_stamped=True
        )
        segments.end(made, at_ms + 299_000, 5)
        gaps.add("outlet", VideoGap(at_ms + 299_000, at_ms + 300_000, GapCause.CUT, f"it was cut {number}"))
        pins.add("outlet", at_ms, at_ms + 1000, f"somebody fell {number}", made_ms=at_ms + 5, made_by="an")
        views.keep(StreamView(f"view {number}", "outlet", "so-tnmt", "10.0.0.1", at_ms, at_ms + 9))
        events.begin("outlet", CameraEventKind.BLACK, "dark", at_ms, "picture.jpg")
        events.end("outlet", CameraEventKind.BLACK, at_ms + 100)
    occasion = Pin(0, None, NOON_MS, NOON_MS + 9, PinOccasion.EXCEEDED, "pH", NOON_MS)
    pins.add_occasions([("event 7", occasion)])
    events.begin("outlet", CameraEventKind.MOVED, "moved", NOON_MS)
    states = [CameraState("outlet", RecordingState.NO_ANSWER, NOON_MS, None, NOON_MS - 5000)]
    CameraStateStore(database).report(states, NOON_MS + 77)
    gaps.begin("outlet", NOON_MS + 7, GapCause.NO_ANSWER, "")


ALL = {"pin": COUNT + 1, "gap": COUNT + 1, "camera_event": COUNT + 1, "view": COUNT}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("filled")
    with closing(open_cameras_database(folder)) as database:
        fill(database)
    return cameras_file(folder).read_bytes()


@pytest.fixture
def other(tmp_path: Path, filled: bytes) -> Path:
    """A database that was set aside."""
    file = tmp_path / "cameras.db.corrupt-1"
    file.write_bytes(filled)
    return file


def contents(database: Database) -> list[object]:
    return [
        GapStore(database).between("outlet", 0, 2 * NOON_MS),
        [(one.camera, one.begin_ms, one.end_ms, one.reason, one.occasion) for one in PinStore(database).all()],
        ViewStore(database).between(0, 2 * NOON_MS),
        [(one.began_ms, one.ended_ms, one.picture) for one in CameraEventStore(database).between(0, 2 * NOON_MS)],
    ]


def recover(database: Database, file: Path) -> VideoRecovery:
    with closing(open_salvage(file, file.parent)) as source:
        recovery = VideoRecovery(source, database, NOON_MS + 100_000)
        recovery.run()
    return recovery


def test_everything_but_which_video_there_is_comes_back(cameras: Database, other: Path) -> None:
    found = recover(cameras, other).found
    assert (dict(+found.taken), found.is_whole) == (ALL, True)
    assert len(GapStore(cameras).between("outlet", 0, 2 * NOON_MS)) == COUNT + 1
    assert len(PinStore(cameras).all()) == COUNT + 1
    assert SegmentStore(cameras).cameras() == []
    assert CameraStateStore(cameras).all()[0].known_from_ms == NOON_MS - 5000
    assert verify(cameras, OF_VIDEO) == []


def test_what_lasted_lasts_no_more(cameras: Database, other: Path) -> None:
    recover(cameras, other)
    assert CameraEventStore(cameras).lasting() == []
    assert GapStore(cameras).lasting("outlet") is None
    gap = GapStore(cameras).between("outlet", NOON_MS, NOON_MS + 50)[0]
    assert (gap.begin_ms, gap.end_ms) == (NOON_MS + 7, NOON_MS + 77)


def test_done_again_it_takes_nothing_and_changes_nothing(cameras: Database, other: Path) -> None:
    recover(cameras, other)
    before, changes = contents(cameras), cameras.changes
    again = recover(cameras, other).found
    assert (dict(+again.taken), dict(+again.already)) == ({}, ALL)
    assert contents(cameras) == before
    assert cameras.changes - changes <= 2  # since when the camera is known, as before


def test_what_is_here_stays(cameras: Database, other: Path) -> None:
    GapStore(cameras).begin("outlet", NOON_MS + 7, GapCause.NO_ANSWER, "still")
    occasion = Pin(0, None, NOON_MS, NOON_MS + 5000, PinOccasion.EXCEEDED, "pH, longer", NOON_MS)
    PinStore(cameras).add_occasions([("event 7", occasion)])
    recover(cameras, other)
    lasting = GapStore(cameras).lasting("outlet")
    assert lasting is not None
    assert lasting.detail == "still"
    assert [pin.reason for pin in PinStore(cameras).all() if pin.occasion is PinOccasion.EXCEEDED] == ["pH, longer"]


def test_one_whose_schema_is_broken_is_read_page_by_page(cameras: Database, other: Path) -> None:
    content = bytearray(other.read_bytes())
    content[100:4096] = bytes(3996)
    other.write_bytes(content)
    found = recover(cameras, other).found
    assert found.page_reading is not None
    assert dict(+found.taken) == ALL
    assert not found.is_whole


def test_a_broken_page_costs_what_stood_on_it(cameras: Database, other: Path) -> None:
    """Whichever page it is, the rest of what it holds comes back."""
    whole = other.read_bytes()
    place = whole.index(b"it was cut 100") // 4096 * 4096
    other.write_bytes(whole[:place] + bytes(4096) + whole[place + 4096 :])
    found = recover(cameras, other).found
    assert not found.is_whole
    assert 0 < found.taken["gap"] < COUNT + 1
    assert {table: found.taken[table] for table in ("pin", "view", "camera_event")} == {
        table: ALL[table] for table in ("pin", "view", "camera_event")
    }


def test_a_flipped_bit_is_put_right_on_the_way(cameras: Database, other: Path) -> None:
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.execute("UPDATE pin SET end_ms = (end_ms | 65536) - (end_ms & 65536) WHERE id = 5")
        connection.execute("UPDATE pin SET end_ms = end_ms + 65537, reason = 'x' WHERE id = 6")
    found = recover(cameras, other).found
    assert (found.mended, dict(+found.lost)) == (1, {"pin": 1})
    assert [pin.end_ms - pin.begin_ms for pin in PinStore(cameras).all()].count(1000) == COUNT - 1


def test_databases_are_told_from_each_other(tmp_path: Path, other: Path) -> None:
    open_database(tmp_path / "gateway.db").close()
    for file, is_ours in ((other, True), (tmp_path / "gateway.db", False)):
        with closing(Salvage(file, tmp_path)) as source:
            assert is_of_cameras(source) is is_ours


class TestAtTheStart:
    @pytest.fixture(autouse=True)
    def broken(self, tmp_path: Path, filled: bytes) -> None:
        cameras_file(tmp_path).write_bytes(filled[:100] + bytes(3996) + filled[4096:])

    def test_pins_come_back_before_anything_is_removed(self, tmp_path: Path) -> None:
        with closing(open_cameras_database(tmp_path)) as database:
            assert PinStore(database).all() == []
            found = recover_set_aside(database, NOON_MS)
            assert {file: one.taken for file, one in found.items()} == {"cameras.db.corrupt-1": Counter(ALL)}
            assert len(PinStore(database).holding(0, 2 * NOON_MS)) == COUNT + 1

    def test_once_it_was_written_down_it_is_a_persons(self, tmp_path: Path) -> None:
        """A person may have released pins since."""
        with closing(open_cameras_database(tmp_path)) as database:
            DamageNotes(database).step(FakeClock().now())
        with closing(open_cameras_database(tmp_path)) as database:
            assert recover_set_aside(database, NOON_MS) == {}

    def test_a_kill_before_that_lets_the_next_start_do_it(self, tmp_path: Path) -> None:
        open_cameras_database(tmp_path).close()
        with closing(open_cameras_database(tmp_path)) as database:
            assert recover_set_aside(database, NOON_MS)["cameras.db.corrupt-1"].taken["pin"] == COUNT + 1

    def test_one_of_which_nothing_can_be_read_is_no_obstacle(self, tmp_path: Path) -> None:
        cameras_file(tmp_path).write_bytes(b"SQLite format 3\0" + bytes(9000))
        with closing(open_cameras_database(tmp_path)) as database:
            (found,) = recover_set_aside(database, NOON_MS).values()
            assert not found.is_whole

    def test_other_files_are_not_looked_at(self, tmp_path: Path) -> None:
        cameras_file(tmp_path).unlink()
        with closing(open_cameras_database(tmp_path)) as database:
            (tmp_path / "cameras.db.corrupt-x").write_bytes(b"?")
            (tmp_path / "gateway.db.corrupt-1").write_bytes(b"?")
            assert recover_set_aside(database, NOON_MS) == {}
