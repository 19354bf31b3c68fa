"""The threads beside the cameras' own: what syncs, what writes the index, what tells the states."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.catalog.video_index import TRIES, VideoIndex
from gateway.cameras.disk import video_file
from gateway.cameras.disk.video_file import VideoFile
from gateway.cameras.packet import StreamShape
from gateway.cameras.recording.bit_rate import BitRate
from gateway.cameras.recording.segment_sync import SegmentSync
from gateway.cameras.recording.state_report import StateReport
from gateway.core.errors import StoreCorrupt, StoreError, StoreFull
from gateway.core.interfaces import Instant
from gateway.core.video import CameraEventKind, CameraState, GapCause, RecordingState, SegmentState
from gateway.db import Database
from tests.support.clock import FakeClock
from tests.support.trust import FakeTrust

SHAPE = StreamShape("h264", 64, 48, b"")


# The file


def test_a_file_is_made_once_and_never_through_a_link(tmp_path: Path) -> None:
    VideoFile(tmp_path, "outlet/2026/a.mkv").close()
    with pytest.raises(FileExistsError):
        VideoFile(tmp_path, "outlet/2026/a.mkv")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "inlet").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotADirectoryError):
        VideoFile(tmp_path, "inlet/2026/a.mkv")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (tmp_path / "outlet/2026/b.mkv").symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError):
        VideoFile(tmp_path, "outlet/2026/b.mkv")
    assert not (tmp_path / "target").exists()


def test_a_file_is_written_where_it_is_sought(tmp_path: Path) -> None:
    file = VideoFile(tmp_path, "a.mkv")
    assert file.write(b"0123456789") == 10
    assert file.seek(4) == 4
    file.write(b"xy")
    assert file.tell() == 6
    assert file.seek(-1, os.SEEK_END) == 9
    file.close()
    assert (tmp_path / "a.mkv").read_bytes() == b"0123xy6789"
    assert file.bytes == 10


def test_after_a_failure_nothing_more_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = VideoFile(tmp_path, "a.mkv")
    file.write(b"before")
    with monkeypatch.context() as patch:
        patch.setattr(video_file.os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        with pytest.raises(OSError, match="full"):
            file.write(b"lost")
    with pytest.raises(OSError, match="full"):
        file.write(b"after: there would be a hole")
    file.close()
    assert (tmp_path / "a.mkv").read_bytes() == b"before"


# Syncing


def test_each_file_is_synced_once_a_second_if_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(video_file.os, "fdatasync", synced.append)
    clock, sync, file = FakeClock(), SegmentSync(), VideoFile(tmp_path, "outlet/a.mkv")
    sync.watch(file)
    file.write(b"1")
    assert sync.step(clock.now()) == clock.mono_s + 1
    sync.step(clock.advance(1))
    assert len(synced) == 1
    file.write(b"2")
    sync.step(clock.advance(1))
    assert len(synced) == 2


def test_a_file_is_closed_after_its_last_sync_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(video_file.os, "fdatasync", lambda _: told.append("synced"))
    sync, file = SegmentSync(), VideoFile(tmp_path, "outlet/a.mkv")
    sync.watch(file)
    file.write(b"1")
    sync.finish(file, lambda: told.append("closed"))
    sync.step(FakeClock().now())
    assert told == ["synced", "closed"]
    sync.step(FakeClock().now())
    assert told == ["synced", "closed"]


def test_a_disk_that_takes_long_to_sync_holds_up_nobody_who_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_syncing, may_go_on = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        is_syncing.set()
        assert may_go_on.wait(60)

    monkeypatch.setattr(video_file.os, "fdatasync", slow)
    sync, file = SegmentSync(), VideoFile(tmp_path, "outlet/a.mkv")
    sync.watch(file)
    file.write(b"1")
    thread = threading.Thread(target=lambda: sync.step(FakeClock().now()))
    thread.start()
    assert is_syncing.wait(60)
    file.write(b"2")
    sync.finish(file, lambda: None)
    sync.watch(VideoFile(tmp_path, "outlet/b.mkv"))
    assert thread.is_alive()
    may_go_on.set()
    thread.join(60)
    assert (tmp_path / "outlet/a.mkv").read_bytes() == b"12"


# The index


class FullSegments(SegmentStore):
    """Fails as often as it is told."""

    failures: list[Exception]

    def begin(self, camera: str, begin_ms: int, file: str, shape: StreamShape, **_: object) -> int:
        if self.failures:
            raise self.failures.pop(0)
        return super().begin(camera, begin_ms, file, shape, boot_id="b", mono_ms=0, is_stamped=True)


@dataclass
class Indexing:
    index: VideoIndex
    segments: FullSegments
    clock: FakeClock

    def step(self) -> None:
        self.index.step(self.clock.now())

    def begin(self, begin_ms: int) -> None:
        segment = self.index.segment_began(
            "outlet", begin_ms, f"outlet/{begin_ms}.mkv", SHAPE, boot_id="b", mono_ms=0, is_stamped=True
        )
        self.index.segment_ended(segment, begin_ms + 10, 5)

    def known(self) -> list[int]:
        return [one.begin_ms for one in self.segments.in_state(SegmentState.WHOLE)]


@pytest.fixture
def indexing(cameras: Database) -> Indexing:
    segments = FullSegments(cameras)
    segments.failures = []
    return Indexing(VideoIndex(segments, GapStore(cameras), lambda _: None), segments, FakeClock())


def test_what_is_said_is_written_in_its_order(indexing: Indexing) -> None:
    for begin_ms in (1000, 2000, 3000):
        indexing.begin(begin_ms)
    assert indexing.known() == []
    indexing.step()
    assert indexing.known() == [1000, 2000, 3000]


def test_a_full_card_is_waited_for(indexing: Indexing) -> None:
    indexing.segments.failures = [StoreFull("full") for _ in range(10 * TRIES)]
    indexing.begin(1000)
    for _ in range(10 * TRIES):
        with pytest.raises(StoreFull):
            indexing.step()
    indexing.step()
    assert indexing.known() == [1000]


def test_a_statement_that_is_always_refused_holds_up_no_other(indexing: Indexing) -> None:
    indexing.segments.failures = [StoreError("refused") for _ in range(TRIES)]
    indexing.begin(1000)
    indexing.begin(2000)
    for _ in range(TRIES - 1):
        with pytest.raises(StoreError):
            indexing.step()
    indexing.step()
    assert indexing.known() == [2000]


def test_a_damaged_database_is_told_at_once(indexing: Indexing) -> None:
    indexing.segments.failures = [StoreCorrupt("damaged")]
    indexing.begin(1000)
    with pytest.raises(StoreCorrupt):
        indexing.step()


# States


@dataclass
class Told:
    """See `gateway.cameras.recording.state_report.RecordedCamera`."""

    camera: str
    now: CameraState

    def state(self, now: Instant) -> CameraState:
        return self.now


@pytest.fixture
def report(cameras: Database) -> Callable[..., StateReport]:
    def made(clock: FakeClock, *told: Told) -> StateReport:
        trust = FakeTrust(clock.wall_ms - round(clock.mono_s * 1000))
        return StateReport(told, CameraStateStore(cameras), CameraEventStore(cameras), trust)

    return made


def test_a_camera_that_is_not_recorded_for_a_minute_is_an_event(
    cameras: Database, report: Callable[..., StateReport]
) -> None:
    clock = FakeClock()
    began_ms = clock.wall_ms
    camera = Told("outlet", CameraState("outlet", RecordingState.NO_ANSWER, began_ms, "nobody listens"))
    worker, events = report(clock, camera), CameraEventStore(cameras)
    worker.step(clock.now())
    worker.step(clock.advance(30))
    assert events.lasting() == []
    worker.step(clock.advance(31))
    worker.step(clock.advance(10))
    (event,) = events.lasting()
    assert (event.kind, event.detail, event.began_ms) == (CameraEventKind.NOT_RECORDING, "nobody listens", began_ms)
    assert event.last_ms == clock.wall_ms
    worker = report(clock, camera)  # another run
    camera.now = replace(camera.now, state=RecordingState.RECORDING, detail=None)
    worker.step(clock.advance(10))
    assert events.lasting() == []
    assert CameraStateStore(cameras).all()[0].state is RecordingState.RECORDING


def test_a_camera_that_is_configured_no_more_is_removed_and_its_event_ends(
    cameras: Database, report: Callable[..., StateReport]
) -> None:
    clock = FakeClock()
    gone = Told("inlet", CameraState("inlet", RecordingState.NO_ANSWER, clock.wall_ms, "nobody listens"))
    stays = Told("outlet", CameraState("outlet", RecordingState.RECORDING, clock.wall_ms))
    worker = report(clock, gone, stays)
    worker.step(clock.now())
    worker.step(clock.advance(61))
    worker = report(clock, stays)
    worker.step(clock.advance(10))
    states = {one.name: one.state for one in CameraStateStore(cameras).all()}
    assert states == {"inlet": RecordingState.REMOVED, "outlet": RecordingState.RECORDING}
    assert CameraEventStore(cameras).lasting() == []


def test_a_gap_is_written_whole(indexing: Indexing, cameras: Database) -> None:
    indexing.index.gap_began("outlet", 1000, GapCause.CUT, "cut")
    indexing.index.gap_ended("outlet", 5000)
    indexing.step()
    (gap,) = GapStore(cameras).between("outlet", 0, 10_000)
    assert (gap.begin_ms, gap.end_ms, gap.cause) == (1000, 5000, GapCause.CUT)


# The bit rate


def test_the_bit_rate_is_of_whole_spans_of_the_last_minutes() -> None:
    rate = BitRate()
    assert rate.bits_per_s(0) is None
    for tenth in range(12_000):
        rate.add(tenth / 10, 1000 if tenth < 6000 else 2000)
    assert rate.bits_per_s(1200) == 160_000
    assert rate.bits_per_s(5000) is None, "a camera that has long been silent has none"
