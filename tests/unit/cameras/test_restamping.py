"""Video that was recorded while nobody vouched for the clock gets its time: file, row, and gaps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.cameras.catalog import restamping as module
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.not_running import NotRunning
from gateway.cameras.catalog.reconcile import VideoReconciliation
from gateway.cameras.catalog.restamping import AGAIN_S, VideoRestamping
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.catalog.unstamped_segments import UnstampedSegmentStore
from gateway.cameras.packet import StreamShape
from gateway.core.continuity import gaps_between
from gateway.core.errors import CameraError
from gateway.core.video import CameraState, GapCause, RecordingState, SegmentState, VideoGap, segment_file
from gateway.db import Database
from tests.support.clock import FakeClock
from tests.support.small_video import video
from tests.support.trust import BOOT, FakeTrust

NOON_MS = 1_767_243_600_000
STARTED_S = 50.0
"""Since the machine was switched on, 50 s before noon."""
BEHIND_MS = -NOON_MS + 86_400_000
"""By how much the clock is wrong: it begins on the second of January 1970."""
SHAPE = StreamShape("h264", 64, 64, b"")


class Station:
    """A recorder whose clock nobody vouches for yet."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        self.segments, self.gaps = SegmentStore(database), GapStore(database)
        self.trust = FakeTrust(NOON_MS - round(STARTED_S * 1000), vouched=False)
        self.clock = FakeClock(NOON_MS + BEHIND_MS, STARTED_S)
        self.is_disk_there = True
        self.start()

    def start(self) -> None:
        self.restamping = VideoRestamping(
            self.database, self.checked, self.trust, NotRunning(self.database), self.clock.now()
        )

    def checked(self) -> Path:
        if not self.is_disk_there:
            raise CameraError("the video disk is missing")
        return self.folder

    def record(self, seconds: float = 3.0, camera: str = "outlet", content: bytes | None = None) -> str:
        """A segment of now, closed at its end."""
        begin_ms, mono_ms = self.clock.wall_ms, round(self.clock.mono_s * 1000)
        stamped_ms = self.trust.stamp_ms(self.clock.mono_s)
        begin_ms = begin_ms if stamped_ms is None else stamped_ms
        file = self.put(camera, begin_ms, content)
        is_stamped = stamped_ms is not None
        number = self.segments.begin(
            camera, begin_ms, file, SHAPE, boot_id=self.trust.boot_id, mono_ms=mono_ms, is_stamped=is_stamped
        )
        self.clock.advance(seconds)
        self.segments.end(number, begin_ms + round(seconds * 1000), (self.folder / file).stat().st_size)
        return file

    def put(self, camera: str, begin_ms: int, content: bytes | None = None) -> str:
        file = segment_file(camera, begin_ms)
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video() if content is None else content)
        return file

    def vouch(self) -> None:
        """The clock is set, and somebody vouches for it."""
        self.clock.jump_wall(-BEHIND_MS)
        self.trust.vouched = True

    def look(self, times: int = 5) -> float:
        for _ in range(times):
            next_s = self.restamping.step(self.clock.now())
            self.clock.advance(0.001)
        return next_s

    def spans(self, camera: str = "outlet") -> list[tuple[int, int | None]]:
        """Of all segments: begin and end after noon."""
        found = self.segments.between(camera, NOON_MS - 10_000, NOON_MS + 10_000_000)
        for one in found:
            assert one.file == segment_file(camera, one.begin_ms)
            assert (self.folder / one.file).is_file()
        return [(one.begin_ms - NOON_MS, one.end_ms and one.end_ms - NOON_MS) for one in found]

    def files(self) -> list[str]:
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*.mkv"))


@pytest.fixture
def station(tmp_path: Path, cameras: Database) -> Station:
    folder = tmp_path / "video"
    folder.mkdir()
    return Station(folder, cameras)


def test_nothing_is_renamed_while_nobody_vouches(station: Station) -> None:
    file = station.record()
    station.look()
    assert station.files() == [file]


def test_once_somebody_vouches_each_segment_has_its_time(station: Station) -> None:
    station.record()
    station.record()
    station.vouch()
    station.look()
    assert station.spans() == [(0, 3000), (3000, 6000)]
    assert station.files() == [segment_file("outlet", NOON_MS), segment_file("outlet", NOON_MS + 3000)]
    assert not (station.folder / "outlet/1970").exists()


def test_a_clock_that_was_ahead_is_put_right_as_well(station: Station) -> None:
    station.clock.jump_wall(3600_000 - BEHIND_MS)
    station.record()
    station.clock.jump_wall(-3600_000)
    station.trust.vouched = True
    station.look()
    assert station.spans() == [(0, 3000)]


def test_what_is_stamped_is_never_touched(station: Station) -> None:
    station.vouch()
    station.record()
    before = station.database.changes
    station.look()
    assert station.database.changes == before


def test_the_segment_that_is_being_written_waits_for_its_end(station: Station) -> None:
    begin_ms, mono_ms = station.clock.wall_ms, round(station.clock.mono_s * 1000)
    file = station.put("outlet", begin_ms)
    number = station.segments.begin("outlet", begin_ms, file, SHAPE, boot_id=BOOT, mono_ms=mono_ms, is_stamped=False)
    station.vouch()
    with (station.folder / file).open("rb"):
        station.look()
        station.segments.end(number, begin_ms + 3000, len(video()))
        station.look()
        assert station.files() == [file]
    station.look()
    assert station.spans() == [(0, 3000)]


def test_a_name_that_is_taken_is_passed_over(station: Station) -> None:
    """Never is a file written over: both are evidence."""
    station.record()
    other = station.put("outlet", NOON_MS, b"another's")
    station.vouch()
    station.look()
    assert (station.folder / other).read_bytes() == b"another's"
    assert station.spans() == [(1, 3001)]


def test_a_link_in_the_way_of_the_folder_is_not_followed(station: Station, tmp_path: Path) -> None:
    file = station.record()
    outside = tmp_path / "outside"
    outside.mkdir()
    (station.folder / "outlet/2026").symlink_to(outside)
    station.vouch()
    next_s = station.look(1)
    assert next_s > station.clock.mono_s + AGAIN_S - 1
    assert list(outside.iterdir()) == []
    assert (station.folder / file).is_file()


def test_without_the_disk_it_is_tried_again(station: Station) -> None:
    station.record()
    station.vouch()
    station.is_disk_there = False
    assert station.look(1) > station.clock.mono_s + AGAIN_S - 1
    station.is_disk_there = True
    station.look()
    assert station.spans() == [(0, 3000)]


def test_video_of_an_earlier_start_of_the_machine_stays_as_it_is_and_is_told(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    file = station.record()
    station.trust.boot_id = "another"
    station.start()
    station.vouch()
    station.look()
    assert station.files() == [file]
    assert "has no time that counts, and never will" in caplog.text
    assert "segments=1" in caplog.text


class PowerCut(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("place", ["rename", "sync", "restamp"])
def test_a_kill_between_file_and_row_is_made_good_by_the_next_start(
    station: Station, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Of the same start of the machine."""
    station.record()
    station.vouch()

    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr({"rename": Path, "sync": module, "restamp": UnstampedSegmentStore}[place], place, cut)
        with pytest.raises(PowerCut):
            station.look()
    station.start()
    station.look()
    assert station.spans() == [(0, 3000)]
    assert len(station.files()) == 1


def test_a_power_cut_between_file_and_row_is_made_good_by_the_look_at_the_disk(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can say any more what the machine's counting meant; the name says it."""
    station.record()
    station.vouch()

    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(UnstampedSegmentStore, "restamp", cut)
        with pytest.raises(PowerCut):
            station.look()
    reconciliation = VideoReconciliation(station.database, station.checked)
    for _ in range(5):
        reconciliation.step(station.clock.now())
        station.clock.advance(1)
    assert station.spans() == [(0, 3000)]
    assert station.gaps.between("outlet", 0, 2 * NOON_MS) == []
    assert station.segments.in_state(SegmentState.MISSING) == []


def test_a_file_that_is_gone_before_it_had_a_time_is_forgotten(station: Station) -> None:
    (station.folder / station.record()).unlink()
    station.vouch()
    station.look()
    assert station.segments.cameras() == []


class TestGaps:
    def all(self, station: Station) -> list[tuple[int, int | None, GapCause]]:
        found = station.gaps.between("outlet", 0, 2 * NOON_MS)
        return [(one.begin_ms - NOON_MS, one.end_ms and one.end_ms - NOON_MS, one.cause) for one in found]

    def test_what_was_noted_meanwhile_has_its_time(self, station: Station) -> None:
        station.look(1)
        began_ms = station.clock.wall_ms
        station.clock.advance(10)
        station.gaps.add("outlet", VideoGap(began_ms, station.clock.wall_ms, GapCause.NO_ANSWER))
        station.look(1)
        station.vouch()
        station.look()
        assert self.all(station) == [(1, 10_001, GapCause.NO_ANSWER)]

    def test_one_that_lasts_begins_at_its_time(self, station: Station) -> None:
        station.look(1)
        station.gaps.begin("outlet", station.clock.wall_ms, GapCause.NO_ANSWER, "")
        station.clock.advance(10)
        station.look(1)
        station.vouch()
        station.look()
        assert self.all(station) == [(1, None, GapCause.NO_ANSWER)]

    def test_one_whose_end_was_noted_by_the_right_clock_keeps_it(self, station: Station) -> None:
        station.look(1)
        station.gaps.begin("outlet", station.clock.wall_ms, GapCause.NO_ANSWER, "")
        station.clock.advance(10)
        station.vouch()
        station.gaps.end("outlet", station.clock.wall_ms)
        station.look()
        assert self.all(station) == [(1, 10_001, GapCause.NO_ANSWER)]

    def test_the_clock_may_be_set_while_nobody_vouches(self, station: Station) -> None:
        station.look(1)
        for _ in range(2):
            began_ms = station.clock.wall_ms
            station.clock.advance(10)
            station.gaps.add("outlet", VideoGap(began_ms, station.clock.wall_ms, GapCause.NO_ANSWER))
            station.look(1)
            station.clock.jump_wall(7_200_000)
            station.look(1)
        station.clock.jump_wall(-14_400_000)
        station.vouch()
        station.look()
        assert [gap[:2] for gap in self.all(station)] == [(1, 10_001), (10_003, 20_003)]

    def test_older_ones_stay(self, station: Station) -> None:
        station.gaps.add("outlet", VideoGap(NOON_MS - 9000, NOON_MS - 8000, GapCause.CUT))
        station.look(1)
        station.vouch()
        station.look()
        assert self.all(station) == [(-9000, -8000, GapCause.CUT)]

    def test_that_the_clock_was_set_is_no_gap_of_what_was_recorded_before(self, station: Station) -> None:
        """The recorder cannot know better when it notes it."""
        station.record()
        end_ms = station.clock.wall_ms
        station.vouch()
        station.gaps.add("outlet", VideoGap(end_ms, station.clock.wall_ms, GapCause.CLOCK_STEP))
        station.record()
        station.look()
        assert self.all(station) == []
        assert station.spans() == [(0, 3000), (3000, 6000)]

    def test_why_nothing_was_recorded_before_the_start_is_noted_by_the_right_clock(self, station: Station) -> None:
        states = CameraStateStore(station.database)
        states.report(
            [CameraState("outlet", RecordingState.RECORDING, 0, None, NOON_MS - 90_000, NOON_MS - 60_000)],
            NOON_MS - 58_000,
        )
        station.start()
        station.record()
        states.report([CameraState("outlet", RecordingState.RECORDING, 0, None, None, station.clock.wall_ms)], 5)
        station.look(1)
        assert self.all(station) == []
        station.vouch()
        station.look()
        assert self.all(station) == [(-60_000, 0, GapCause.NOT_RUNNING)]
        (gap,) = gaps_between(
            station.segments.between("outlet", NOON_MS - 60_000, NOON_MS + 3000),
            station.gaps.between("outlet", NOON_MS - 60_000, NOON_MS + 3000),
            NOON_MS - 60_000,
            NOON_MS + 3000,
            known_from_ms=NOON_MS - 90_000,
            now_ms=NOON_MS + 3000,
        )
        assert (gap.end_ms, gap.cause) == (NOON_MS, GapCause.NOT_RUNNING)


def test_nothing_holds_a_file_open(station: Station) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    station.record()
    station.vouch()
    station.look()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
