"""What damage does to the recorder's database: it is met, told, put right or done without."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import cameras_file, join_cameras_database, open_cameras_database
from gateway.cameras.catalog.database_watch import AGAIN_S, FIRST_S, CameraDatabaseWatch
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.reconcile import VideoReconciliation
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.packet import StreamShape
from gateway.cameras.recording.log_report import note_log
from gateway.core.errors import StoreCorrupt
from gateway.core.video import CameraEventKind, CameraState, GapCause, RecordingState, VideoGap, segment_file
from gateway.db import Database
from gateway.db.before_opening import LogReport, look_at_log
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import open_ones
from tests.support.clock import FakeClock
from tests.support.small_video import video
from tests.survival.bits import flip

NOON_MS = 1_767_243_600_000


def fill(database: Database, count: int = 3) -> None:
    segments, gaps = SegmentStore(database), GapStore(database)
    shape = StreamShape("h264", 64, 64, b"")
    for number in range(count):
        begin_ms = NOON_MS + number * 10_000
        file = segment_file("outlet", begin_ms)
        made = segments.begin("outlet", begin_ms, file, shape, boot_id="boot", mono_ms=number, is_stamped=True)
        segments.end(made, begin_ms + 3000, len(video()))
        gaps.add("outlet", VideoGap(begin_ms + 3000, begin_ms + 10_000, GapCause.CUT, "why"))
    CameraEventStore(database).begin("outlet", CameraEventKind.BLACK, "dark", NOON_MS)
    CameraStateStore(database).report([CameraState("outlet", RecordingState.RECORDING, NOON_MS)], NOON_MS)


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    with closing(open_cameras_database(tmp_path)) as database:
        fill(database)
    return tmp_path


def behind_its_back(storage: Path, *statements: str) -> None:
    with closing(sqlite3.connect(cameras_file(storage), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_database_that_was_removed_or_replaced_is_written_to_no_longer(
    storage: Path, clock: FakeClock, *, is_replaced: bool
) -> None:
    with closing(open_cameras_database(storage)) as database:
        watch = CameraDatabaseWatch(database)
        watch.step(clock.now())
        if is_replaced:
            older = storage / "older"
            older.write_bytes(cameras_file(storage).read_bytes())
            older.rename(cameras_file(storage))
        else:
            cameras_file(storage).unlink()
        with pytest.raises(StoreCorrupt, match="was removed or replaced"):
            watch.step(clock.advance(60))


def steps(watch: CameraDatabaseWatch, clock: FakeClock) -> Iterator[None]:
    watch.step(clock.now())
    clock.advance(FIRST_S)
    for _ in range(50):
        watch.step(clock.now())
        clock.advance(1)
        yield


def subjects(database: Database) -> list[tuple[str, bool]]:
    return [(one.subject, one.mended) for one in open_ones(database)]


def test_a_flipped_bit_that_nobody_reads_is_found_put_right_and_written_down(storage: Path) -> None:
    behind_its_back(storage, "UPDATE gap SET begin_ms = begin_ms + 1024 WHERE id = 2")
    with closing(open_cameras_database(storage)) as database:
        list(steps(CameraDatabaseWatch(database), FakeClock()))
        assert subjects(database) == [("gap 2", True)]
        assert GapStore(database).between("outlet", NOON_MS + 13_000, NOON_MS + 13_001) != []


def test_more_than_a_bit_costs_the_note_and_is_told(storage: Path) -> None:
    behind_its_back(storage, "UPDATE gap SET begin_ms = begin_ms + 1033, cause = 'no-answer' WHERE id = 2")
    with closing(open_cameras_database(storage)) as database:
        list(steps(CameraDatabaseWatch(database), FakeClock()))
        assert subjects(database) == [("gap 2", False)]
        assert len(GapStore(database).between("outlet", 0, 2 * NOON_MS)) == 2


def test_a_segment_whose_row_is_lost_is_made_anew_from_its_file(storage: Path) -> None:
    folder = storage / "video"
    for number in range(3):
        file = folder / segment_file("outlet", NOON_MS + number * 10_000)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(video())
    behind_its_back(storage, "UPDATE segment SET begin_ms = begin_ms + 1033, bytes = 7 WHERE id = 2")
    with closing(open_cameras_database(storage)) as database:
        clock = FakeClock()
        list(steps(CameraDatabaseWatch(database), clock))
        assert subjects(database) == [("segment 2", False)]
        reconciliation = VideoReconciliation(database, lambda: folder)
        for _ in range(5):
            reconciliation.step(clock.now())
            clock.advance(1)
        found = SegmentStore(database).between("outlet", NOON_MS, NOON_MS + 60_000)
        assert [(one.begin_ms - NOON_MS, one.bytes) for one in found] == [
            (number * 10_000, len(video())) for number in range(3)
        ]


def test_an_index_that_disagrees_with_its_table_is_made_anew(storage: Path) -> None:
    behind_its_back(
        storage,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, '(camera, begin_ms)', '(camera, id)') WHERE name = 'gap_by_time'",
    )
    behind_its_back(storage, "REINDEX gap_by_time")
    behind_its_back(
        storage,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, '(camera, id)', '(camera, begin_ms)') WHERE name = 'gap_by_time'",
    )
    with closing(open_cameras_database(storage)) as database:
        list(steps(CameraDatabaseWatch(database), FakeClock()))
        assert ("index of gap", True) in subjects(database)
        assert database.read("PRAGMA integrity_check") == [("ok",)]


def test_it_looks_again_a_day_later(storage: Path) -> None:
    with closing(open_cameras_database(storage)) as database:
        clock, watch = FakeClock(), CameraDatabaseWatch(database)
        list(steps(watch, clock))
        with closing(join_cameras_database(storage)):
            behind_its_back(storage, "UPDATE camera_event SET last_ms = last_ms + 1")
        clock.advance(AGAIN_S)
        for _ in range(20):
            watch.step(clock.now())
            clock.advance(1)
        assert subjects(database) == [("camera_event 1", True)]
        watch.close()


@pytest.mark.parametrize("seed", range(20))
def test_whichever_bits_flip_the_stores_go_on(storage: Path, seed: int) -> None:
    """In any column of any table: nothing raises, and what was changed is told or put right."""
    chance = random.Random(seed)
    changed: set[str] = set()
    with closing(sqlite3.connect(cameras_file(storage))) as connection:
        places = [
            (table, column)
            for table in ("segment", "gap", "camera_event", "camera")
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")
        ]
    for table, column in chance.sample(places, 6):
        row = flip(cameras_file(storage), table, column, chance, ())
        if row is not None:
            changed.add(row)
    with closing(open_cameras_database(storage)) as database:
        SegmentStore(database).between("outlet", 0, 2 * NOON_MS)
        GapStore(database).between("outlet", 0, 2 * NOON_MS)
        CameraEventStore(database).between(0, 2 * NOON_MS)
        CameraStateStore(database).all()
        list(steps(CameraDatabaseWatch(database), FakeClock()))
        assert {subject for subject, _ in subjects(database)} == changed


def test_a_write_ahead_log_that_lost_its_end_is_told(storage: Path) -> None:
    """What was committed last is gone; the look at the disk finds the files."""
    with closing(open_cameras_database(storage)) as database:
        GapStore(database).add("outlet", VideoGap(NOON_MS, NOON_MS + 1, GapCause.SILENT))
        GapStore(database).add("outlet", VideoGap(NOON_MS + 1, NOON_MS + 2, GapCause.SILENT))
        torn = {one.name: one.read_bytes() for one in (cameras_file(storage), storage / "cameras.db-wal")}
    log = bytearray(torn["cameras.db-wal"])
    log[156:256] = b"\xaa" * 100  # of the first of its pages
    cameras_file(storage).write_bytes(torn["cameras.db"])
    (storage / "cameras.db-wal").write_bytes(log)
    report = look_at_log(cameras_file(storage))
    with closing(open_cameras_database(storage)) as database:
        note_log(database, report, NOON_MS)
        note_log(database, LogReport(), NOON_MS)
        (told,) = open_ones(database)
        assert (told.kind, "lost its end" in told.reason) == (SetAsideKind.ROLLBACK, True)


def test_a_database_that_is_broken_as_a_whole_is_set_aside_and_told(storage: Path) -> None:
    file = cameras_file(storage)
    content = bytearray(file.read_bytes())
    content[100:3000] = bytes(2900)
    file.write_bytes(content)
    with closing(open_cameras_database(storage)) as database:
        list(steps(CameraDatabaseWatch(database), FakeClock()))
        assert SegmentStore(database).cameras() == []
        assert subjects(database) == [("cameras.db.corrupt-1", False)]
    assert (storage / "cameras.db.corrupt-1").read_bytes() == content
