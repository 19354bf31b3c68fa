"""The index held against the disk: whatever happened to either, both say the same afterwards."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cameras.catalog import made_whole
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.matroska_head import read_head
from gateway.cameras.catalog.not_running import NotRunning
from gateway.cameras.catalog.reconcile import AGAIN_S, DISK_AGAIN_S, NO_ROOM_AGAIN_S, VideoReconciliation
from gateway.cameras.catalog.reconcile_day import DayReconciliation
from gateway.cameras.catalog.remux import beside_name
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.catalog.unstamped_segments import UnstampedSegmentStore
from gateway.cameras.packet import StreamShape
from gateway.core.errors import CameraError
from gateway.core.instants import DAY_MS
from gateway.core.video import CameraState, GapCause, RecordingState, Segment, SegmentState, VideoGap, segment_file
from gateway.db import Database
from tests.support.clock import FakeClock
from tests.support.small_video import frames, video

NOON_MS = 1_767_243_600_000
SHAPE = StreamShape("h264", 64, 64, b"")
W, M, D = SegmentState.WHOLE, SegmentState.MISSING, SegmentState.DAMAGED


class Disk:
    """A video folder, its index, and a worker that holds the one against the other."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        self.segments, self.gaps = SegmentStore(database), GapStore(database)
        self.states = CameraStateStore(database)
        self.clock = FakeClock(NOON_MS + 3_600_000)
        self.is_there = True
        self.worker = VideoReconciliation(database, self.checked)

    def checked(self) -> Path:
        if not self.is_there:
            raise CameraError("the video disk is missing")
        return self.folder

    def put(self, begin_ms: int, content: bytes | None = None, camera: str = "outlet") -> str:
        file = segment_file(camera, begin_ms)
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video() if content is None else content)
        return file

    def know(self, begin_ms: int, end_ms: int | None = None, size: int | None = None, camera: str = "outlet") -> int:
        file = segment_file(camera, begin_ms)
        number = self.segments.begin(camera, begin_ms, file, SHAPE, boot_id="boot", mono_ms=1, is_stamped=True)
        if end_ms is not None:
            self.segments.end(number, end_ms, len(video()) if size is None else size)
        return number

    def look(self) -> None:
        """Until it is through, as a start does."""
        self.worker = VideoReconciliation(self.database, self.checked)
        for _ in range(1000):
            next_s = self.worker.step(self.clock.now())
            if next_s > self.clock.mono_s + 1:
                return
            self.clock.advance(next_s - self.clock.mono_s)
        raise AssertionError("it never comes to an end")

    def rows(self) -> list[tuple[str, int, int | None, int | None, SegmentState]]:
        """File, begin and end after noon in ms, bytes, state."""
        found = [one for state in SegmentState for one in self.segments.in_state(state)]
        return sorted(
            (one.file, one.begin_ms - NOON_MS, one.end_ms and one.end_ms - NOON_MS, one.bytes, one.state)
            for one in found
        )

    def lost(self, camera: str = "outlet") -> list[tuple[int, int | None]]:
        return [
            (one.begin_ms - NOON_MS, one.end_ms and one.end_ms - NOON_MS)
            for one in self.gaps.between(camera, 0, 2 * NOON_MS)
            if one.cause is GapCause.FILE_LOST
        ]


@pytest.fixture
def disk(tmp_path: Path, cameras: Database) -> Disk:
    folder = tmp_path / "video"
    folder.mkdir()
    return Disk(folder, cameras)


def test_what_agrees_stays_as_it_is(disk: Disk) -> None:
    file = disk.put(NOON_MS)
    disk.know(NOON_MS, NOON_MS + 3000)
    before = disk.database.changes
    disk.look()
    assert disk.rows() == [(file, 0, 3000, len(video()), W)]
    assert disk.database.changes == before


def test_a_file_that_nobody_knows_is_taken_in(disk: Disk) -> None:
    file = disk.put(NOON_MS)
    other = disk.put(NOON_MS + 1000, camera="inlet")
    disk.look()
    assert disk.rows() == [
        (other, 1000, 4000, len(video()), W),
        (file, 0, 3000, len(video()), W),
    ]
    (found,) = disk.segments.between("outlet", NOON_MS, NOON_MS + 1)
    assert (found.codec, found.width, found.height) == ("h264", 64, 64)


def test_a_file_of_a_time_before_there_were_stations_has_no_time_that_counts(disk: Disk) -> None:
    """Its name is what a clock showed that nobody had set: it is not the oldest, and must not be the first to go."""
    disk.put(86_400_000)
    disk.put(NOON_MS)
    disk.look()
    assert UnstampedSegmentStore(disk.database).count_of_other_starts("any") == 1
    assert disk.states.all()[0].known_from_ms == NOON_MS


def test_an_older_database_that_was_put_back_knows_afterwards_what_lies_there(disk: Disk) -> None:
    """It lacks what was recorded since, and knows of what has been removed since."""
    older, newer = disk.put(NOON_MS), disk.put(NOON_MS + 9000)
    disk.know(NOON_MS, NOON_MS + 3000)
    disk.know(NOON_MS - 9000, NOON_MS - 6000)
    disk.know(NOON_MS - 12_000)  # was being written
    disk.look()
    assert [(row[0], row[-1]) for row in disk.rows()][-2:] == [(older, W), (newer, W)]
    assert [row[-1] for row in disk.rows()[:-2]] == [M, M]
    assert disk.lost() == [(-12_000, -9000), (-9000, -6000)]


def test_a_lost_database_is_made_anew_from_the_disk(disk: Disk) -> None:
    begins = [NOON_MS + n * 300_000 for n in range(40)] + [NOON_MS - 86_400_000]
    for begin_ms in begins:
        disk.put(begin_ms)
    disk.look()
    assert [row[1] for row in disk.rows()] == sorted(begin_ms - NOON_MS for begin_ms in begins)
    (state,) = disk.states.all()
    assert (state.name, state.known_from_ms, state.state) == (
        "outlet",
        NOON_MS - 86_400_000,
        RecordingState.REMOVED,
    )
    disk.states.report([CameraState("outlet", RecordingState.RECORDING, NOON_MS, None, disk.clock.wall_ms)], 1)
    assert disk.states.all()[0].known_from_ms == NOON_MS - 86_400_000


def test_a_file_that_is_gone_is_missing_and_its_time_a_gap(disk: Disk) -> None:
    disk.put(NOON_MS)
    disk.know(NOON_MS, NOON_MS + 3000)
    file = segment_file("outlet", NOON_MS + 3000)
    disk.know(NOON_MS + 3000, NOON_MS + 6000)
    for _ in range(2):
        disk.look()
    assert disk.rows()[1] == (file, 3000, 6000, len(video()), M)
    assert disk.lost() == [(3000, 6000)]


def test_a_whole_folder_that_is_gone_is_missing(disk: Disk) -> None:
    disk.know(NOON_MS, NOON_MS + 3000)
    disk.look()
    assert [row[-1] for row in disk.rows()] == [M]


def test_a_file_that_comes_back_is_whole_again(disk: Disk) -> None:
    disk.know(NOON_MS, NOON_MS + 3000)
    disk.look()
    disk.put(NOON_MS)
    disk.look()
    assert [row[-1] for row in disk.rows()] == [W]


def test_what_a_kill_left_unfinished_is_made_whole(disk: Disk) -> None:
    left = video(is_finished=False)
    file = disk.put(NOON_MS, left)
    before = frames(disk.folder / file)
    disk.know(NOON_MS)
    disk.look()
    ((_, _, end_ms, size, state),) = disk.rows()
    assert (end_ms, state) == (before[-1][0] + 100, W)
    assert frames(disk.folder / file) == before
    head = read_head(disk.folder / file)
    assert head is not None
    assert (head.bytes, head.length_ms) == (size, end_ms)


def test_one_that_was_made_whole_when_the_power_went_needs_only_its_row(disk: Disk) -> None:
    file = disk.put(NOON_MS)
    disk.know(NOON_MS)
    disk.look()
    assert disk.rows() == [(file, 0, 3000, len(video()), W)]


def test_an_unfinished_file_that_nobody_knows_is_made_whole_and_taken_in(disk: Disk) -> None:
    disk.put(NOON_MS, video(is_finished=False))
    disk.look()
    assert [row[-1] for row in disk.rows()] == [W]


@pytest.mark.parametrize(
    ("content", "is_known"),
    [
        (bytes(8192), True),
        (b"garbage" * 100, True),
        (b"", False),
        (bytes(8192), False),
        (b"\x1a\x45\xdf\xa3", False),
        (b"garbage" * 100, False),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_kept_as_damaged(disk: Disk, content: bytes, is_known: bool) -> None:
    file = disk.put(NOON_MS, content)
    if is_known:
        disk.know(NOON_MS)
    disk.know(NOON_MS + 5000, NOON_MS + 8000)
    disk.put(NOON_MS + 5000)
    for _ in range(2):
        disk.look()
    assert disk.rows()[0][3:] == (len(content), D)
    assert (disk.folder / file).read_bytes() == content
    assert disk.lost() == ([(0, 5000)] if is_known else [])  # of a known one it is said until when it must have been


@pytest.mark.parametrize("length", [0, 300])
def test_a_file_without_a_frame_that_a_kill_left_is_removed(disk: Disk, length: int) -> None:
    disk.know(NOON_MS)
    file = disk.put(NOON_MS, video()[:length])
    disk.look()
    assert disk.rows() == []
    assert not (disk.folder / file).exists()


def test_a_file_without_a_frame_is_gone_for_good_before_its_row_is(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power went after the row had gone: the file was back, and was kept as damaged for ever."""
    disk.know(NOON_MS)
    file = disk.folder / disk.put(NOON_MS, b"")
    synced: list[tuple[Path, bool, int]] = []

    def fsync(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink(), file.exists(), len(disk.rows())))

    monkeypatch.setattr("os.fsync", fsync)
    disk.look()
    assert synced == [(file.parent, False, 1)]
    assert disk.rows() == []


def test_a_whole_file_that_has_lost_its_end_is_shorter_now(disk: Disk) -> None:
    """A disk that says a sync is done, and loses what it has synced."""
    file = disk.put(NOON_MS, video()[:-900])
    disk.know(NOON_MS, NOON_MS + 3000)
    disk.look()
    ((_, _, end_ms, size, state),) = disk.rows()
    assert state is W
    assert end_ms is not None
    assert 0 < end_ms < 3000
    assert (disk.folder / file).stat().st_size == size
    assert disk.lost() == [(end_ms, 3000)]


@pytest.mark.parametrize("plant", [Path.mkdir, os.mkfifo, lambda file: file.symlink_to("/etc/passwd")])
def test_what_is_in_the_place_of_a_file_is_no_video(disk: Disk, plant: Callable[[Path], None]) -> None:
    file = disk.folder / disk.put(NOON_MS)
    disk.know(NOON_MS, NOON_MS + 3000)
    file.unlink()
    plant(file)
    disk.look()
    assert disk.rows()[0][-1] is M
    assert disk.lost() == [(0, 3000)]
    assert os.path.lexists(file)


def test_a_file_in_the_place_of_a_folder_hides_no_other_folder(disk: Disk) -> None:
    folder = (disk.folder / disk.put(NOON_MS + DAY_MS)).parent
    disk.know(NOON_MS + DAY_MS, NOON_MS + DAY_MS + 3000)
    shutil.rmtree(folder)
    folder.write_bytes(b"")
    disk.put(NOON_MS)
    disk.look()
    assert [row[-1] for row in disk.rows()] == [W, M]


def test_a_whole_file_that_became_zeros_is_damaged_and_its_time_a_gap(disk: Disk) -> None:
    disk.put(NOON_MS, bytes(9000))
    disk.know(NOON_MS, NOON_MS + 3000)
    disk.look()
    assert disk.rows()[0][-1] is D
    assert disk.lost() == [(0, 3000)]


def test_leftovers_of_ours_go_and_what_is_foreign_stays(disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    file = disk.folder / disk.put(NOON_MS)
    beside_name(file).write_bytes(b"half of it")
    foreign = [file.with_name("holiday.mkv"), file.with_name("120000000Z.mkv.bak"), disk.folder / "notes.txt"]
    for one in foreign:
        one.write_bytes(b"not ours")
    planted = file.with_name("130000000Z.mkv")
    planted.symlink_to("/etc/passwd")
    (file.with_name("140000000Z.mkv")).mkdir()
    os.mkfifo(file.with_name("150000000Z.mkv"))
    linked = disk.folder / "other"
    linked.symlink_to(disk.folder / "outlet")
    disk.look()
    assert not beside_name(file).exists()
    assert all(one.read_bytes() == b"not ours" for one in foreign)
    assert planted.is_symlink()
    assert len(disk.rows()) == 1
    assert [one.getMessage() for one in caplog.records if "none of ours" in one.getMessage()] == [
        "files among the video are none of ours, they are left alone files=5"
        " first='outlet/2026/01/01/120000000Z.mkv.bak'"
    ]


def test_what_this_process_is_writing_is_left_alone(disk: Disk) -> None:
    """Also where its row is not there yet: the database may be slow."""
    unfinished = video(is_finished=False)
    known, unknown = disk.put(NOON_MS, unfinished), disk.put(NOON_MS + 1000, unfinished)
    disk.know(NOON_MS)
    with (disk.folder / known).open("rb"), (disk.folder / unknown).open("rb"):
        disk.look()
        assert [row[-1] for row in disk.rows()] == [SegmentState.WRITING]
    assert (disk.folder / unknown).read_bytes() == unfinished
    disk.look()
    assert [row[-1] for row in disk.rows()] == [W, W]


def test_what_waits_to_be_removed_is_the_business_of_whoever_removes_it(disk: Disk) -> None:
    disk.segments.mark([disk.know(NOON_MS, NOON_MS + 3000)], SegmentState.GARBAGE)
    disk.segments.mark([disk.know(NOON_MS + 3000, NOON_MS + 6000)], SegmentState.GARBAGE)
    disk.put(NOON_MS)
    before = disk.rows()
    disk.look()
    assert disk.rows() == before
    assert disk.lost() == []


def test_a_file_that_is_removed_while_a_folder_is_looked_at_is_not_taken_in(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = disk.put(NOON_MS)
    number = disk.know(NOON_MS, NOON_MS + 3000)
    ask = SegmentStore.in_folder

    def removed_before(self: SegmentStore, folder: str) -> list[Segment]:
        (disk.folder / file).unlink(missing_ok=True)
        self.forget([number])
        return ask(self, folder)

    monkeypatch.setattr(SegmentStore, "in_folder", removed_before)
    disk.look()
    assert disk.rows() == []
    assert disk.lost() == []


def test_nothing_is_said_to_be_missing_while_the_disk_is(disk: Disk) -> None:
    disk.know(NOON_MS, NOON_MS + 3000)
    disk.is_there = False
    assert disk.worker.step(disk.clock.now()) == disk.clock.mono_s + DISK_AGAIN_S
    disk.is_there = True
    disk.clock.advance(DISK_AGAIN_S)
    disk.worker.step(disk.clock.now())
    assert disk.rows()[0][-1] is M


def test_nothing_is_said_to_be_missing_if_the_disk_goes_while_it_is_listed(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.put(NOON_MS)
    disk.know(NOON_MS, NOON_MS + 3000)
    look = DayReconciliation._list

    def goes(self: DayReconciliation) -> object:
        (disk.folder / "outlet").rename(disk.folder / "gone")
        disk.is_there = False
        return look(self)

    monkeypatch.setattr(DayReconciliation, "_list", goes)
    disk.worker.step(disk.clock.now())
    assert [row[-1] for row in disk.rows()] == [W]


def test_a_file_that_cannot_be_read_is_not_called_damaged(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are looked at all the same."""
    disk.put(NOON_MS)
    disk.know(NOON_MS, NOON_MS + 3000, size=1)
    disk.put(NOON_MS - 86_400_000)
    bad = disk.folder / segment_file("outlet", NOON_MS)

    def read(file: Path) -> object:
        if file == bad:
            raise OSError(errno.EIO, "Input/output error")
        return read_head(file)

    monkeypatch.setattr(made_whole, "read_head", read)
    disk.look()
    assert [row[-1] for row in disk.rows()] == [W, W]
    assert "cannot be read files=1" in caplog.text


def test_without_room_files_are_made_whole_later(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.put(NOON_MS, video(is_finished=False))
    disk.know(NOON_MS)

    def full(_: Path) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(made_whole, "remux", full)
        disk.look()
    assert [row[-1] for row in disk.rows()] == [SegmentState.WRITING]
    before_s = disk.clock.mono_s
    disk.clock.advance(NO_ROOM_AGAIN_S)
    while disk.worker.step(disk.clock.now()) < before_s + NO_ROOM_AGAIN_S + 10:
        disk.clock.advance(0.1)
    assert [row[-1] for row in disk.rows()] == [W]


def test_it_looks_again_once_a_day(disk: Disk) -> None:
    disk.look()
    disk.put(NOON_MS)
    disk.clock.advance(AGAIN_S - 10)
    disk.worker.step(disk.clock.now())
    assert disk.rows() == []
    disk.clock.advance(10)
    for _ in range(3):
        disk.worker.step(disk.clock.now())
        disk.clock.advance(0.1)
    assert len(disk.rows()) == 1


def test_a_look_at_what_is_unfinished_puts_off_no_look_at_everything(disk: Disk) -> None:
    disk.look()
    disk.put(NOON_MS)
    for _ in range(24):
        disk.clock.advance(AGAIN_S / 24)
        disk.worker.ring()
        for _ in range(3):
            disk.worker.step(disk.clock.now())
            disk.clock.advance(0.1)
    assert len(disk.rows()) == 1


def test_a_ring_before_the_first_look_makes_it_no_smaller(disk: Disk) -> None:
    disk.put(NOON_MS)
    disk.worker.ring()
    for _ in range(3):
        disk.worker.step(disk.clock.now())
        disk.clock.advance(0.1)
    assert len(disk.rows()) == 1


def test_it_ends_in_the_middle_of_a_folder_and_marks_nothing(disk: Disk) -> None:
    disk.put(NOON_MS)
    disk.know(NOON_MS + 3000, NOON_MS + 6000)
    disk.worker.interrupt()
    disk.worker.step(disk.clock.now())
    assert [row[-1] for row in disk.rows()] == [W]


class PowerCut(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("method", ["add_found", "finish", "lose", "forget"])
@pytest.mark.parametrize("is_after", [False, True])
def test_the_power_may_go_before_or_after_each_change(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, method: str, is_after: bool
) -> None:
    """Whatever was done by then, the next start comes to the same."""
    disk.put(NOON_MS)  # nobody knows it
    disk.put(NOON_MS + 3000, video(is_finished=False))
    disk.know(NOON_MS + 3000)
    disk.know(NOON_MS + 6000, NOON_MS + 9000)  # gone
    disk.put(NOON_MS + 9000, bytes(100))
    disk.know(NOON_MS + 9000, NOON_MS + 12_000)
    write = getattr(SegmentStore, method)

    def cut(self: SegmentStore, *arguments: object) -> None:
        if is_after:
            write(self, *arguments)
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(SegmentStore, method, cut)
        try:
            disk.look()
        except PowerCut:
            pass
        else:
            assert method == "forget"  # which it never does
    disk.look()
    assert [(begin, state) for _, begin, _, _, state in disk.rows()] == [(0, W), (3000, W), (6000, M), (9000, D)]
    assert disk.lost() == [(6000, 9000), (9000, 12_000)]


class TestNotRunning:
    def state(self, disk: Disk, **known: int) -> None:
        disk.states.report(
            [CameraState("outlet", RecordingState.RECORDING, NOON_MS, None, NOON_MS, **known)], NOON_MS + 8000
        )

    def noted(self, disk: Disk) -> list[VideoGap]:
        NotRunning(disk.database).note(disk.clock.wall_ms)
        return disk.gaps.between("outlet", 0, 2 * NOON_MS)

    def test_it_began_with_the_last_frame_that_is_known(self, disk: Disk) -> None:
        self.state(disk, last_frame_ms=NOON_MS + 7000)
        disk.know(NOON_MS, NOON_MS + 3000)
        (gap,) = self.noted(disk)
        assert (gap.begin_ms, gap.end_ms, gap.cause) == (NOON_MS + 7000, disk.clock.wall_ms, GapCause.NOT_RUNNING)

    def test_a_newer_segment_is_believed_more_than_the_last_report(self, disk: Disk) -> None:
        self.state(disk, last_frame_ms=NOON_MS + 7000)
        disk.know(NOON_MS, NOON_MS + 9000)
        assert self.noted(disk)[0].begin_ms == NOON_MS + 9000

    def test_a_gap_that_lasted_ended_with_the_last_report(self, disk: Disk) -> None:
        self.state(disk, last_frame_ms=NOON_MS + 1000)
        disk.gaps.begin("outlet", NOON_MS + 1000, GapCause.NO_ANSWER, "")
        assert [(gap.begin_ms - NOON_MS, gap.cause) for gap in self.noted(disk)] == [
            (1000, GapCause.NO_ANSWER),
            (8000, GapCause.NOT_RUNNING),
        ]
        assert disk.gaps.lasting("outlet") is None

    def test_of_a_camera_without_a_frame_nothing_is_noted(self, disk: Disk) -> None:
        disk.states.report([CameraState("outlet", RecordingState.CONNECTING, NOON_MS)], NOON_MS)
        assert self.noted(disk) == []

    def test_what_is_of_a_time_to_come_says_nothing_of_when_it_stopped(self, disk: Disk) -> None:
        self.state(disk, last_frame_ms=NOON_MS + 7000)
        disk.know(NOON_MS + DAY_MS, NOON_MS + DAY_MS + 3000)
        assert self.noted(disk)[0].begin_ms == NOON_MS + 7000

    def test_one_that_was_not_configured_is_said_to_have_been_that(self, disk: Disk) -> None:
        self.state(disk, last_frame_ms=NOON_MS + 7000)
        disk.states.report([], NOON_MS + 9000)
        assert self.noted(disk)[0].detail == "it was not configured"

    def test_a_clock_that_was_set_back_makes_no_gap_that_ends_before_it_begins(self, disk: Disk) -> None:
        self.state(disk, last_frame_ms=NOON_MS)
        disk.clock.wall_ms = NOON_MS - 1000
        assert self.noted(disk) == []
