"""What the recorder knows is kept: segments, gaps, events, states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.packet import StreamShape
from gateway.core.video import (
    CameraEventKind,
    CameraState,
    GapCause,
    RecordingState,
    Segment,
    SegmentState,
    VideoGap,
    segment_file,
)
from gateway.db import Database

NOON_MS = 1_767_243_600_000
MINUTE_MS = 60_000
SHAPE = StreamShape("h264", 64, 48, b"")


def begin(store: SegmentStore, begin_ms: int, camera: str = "outlet") -> int:
    file = segment_file(camera, begin_ms)
    return store.begin(camera, begin_ms, file, SHAPE, boot_id="boot", mono_ms=1000, is_stamped=True)


def whole(store: SegmentStore, begin_ms: int, end_ms: int, camera: str = "outlet", size: int = 100) -> int:
    number = begin(store, begin_ms, camera)
    store.end(number, end_ms, size)
    return number


def plans(cameras: Database, act: Callable[[], object]) -> list[str]:
    """How SQLite finds the rows of every statement of `act`."""
    seen: list[str] = []
    with cameras.write() as connection:
        connection.set_trace_callback(seen.append)
    act()
    with cameras.write() as connection:
        connection.set_trace_callback(None)
    statements = [one for one in seen if one.startswith(("SELECT", "UPDATE", "DELETE"))]
    return [row[3] for one in statements for row in cameras.read(f"EXPLAIN QUERY PLAN {one}")]


class TestSegments:
    @pytest.fixture
    def store(self, cameras: Database) -> SegmentStore:
        return SegmentStore(cameras)

    def test_one_is_being_written_until_it_is_whole(self, store: SegmentStore) -> None:
        number = begin(store, NOON_MS)
        file = segment_file("outlet", NOON_MS)
        written = Segment(number, "outlet", NOON_MS, None, file, None, SegmentState.WRITING, "h264", 64, 48)
        assert store.in_state(SegmentState.WRITING) == [written]
        store.end(number, NOON_MS + MINUTE_MS, 4711)
        assert store.newest("outlet") == replace(
            written, end_ms=NOON_MS + MINUTE_MS, bytes=4711, state=SegmentState.WHOLE
        )

    @pytest.mark.parametrize("state", [state for state in SegmentState if state is not SegmentState.WHOLE])
    def test_what_is_not_whole_is_found_without_reading_three_months(
        self, store: SegmentStore, cameras: Database, state: SegmentState
    ) -> None:
        """The janitor asks every ten seconds."""
        found = plans(cameras, lambda: store.in_state(state))
        assert any("USING INDEX segment_by_state (state=?)" in one for one in found), found

    def test_a_file_has_one_row_which_is_taken_over(self, store: SegmentStore) -> None:
        """It may have been found on the disk before the recorder told of it."""
        number = whole(store, NOON_MS, NOON_MS + MINUTE_MS)
        assert begin(store, NOON_MS) == number
        (one,) = store.in_state(SegmentState.WRITING)
        assert (one.end_ms, one.bytes) == (None, None)

    def test_those_of_a_span_are_those_that_reach_into_it(self, store: SegmentStore) -> None:
        numbers = [whole(store, NOON_MS + n * MINUTE_MS, NOON_MS + (n + 1) * MINUTE_MS) for n in range(4)]
        open_one = begin(store, NOON_MS + 4 * MINUTE_MS)
        whole(store, NOON_MS, NOON_MS + MINUTE_MS, "inlet")

        def found(first: float, last: float) -> list[int]:
            span = (NOON_MS + round(first * MINUTE_MS), NOON_MS + round(last * MINUTE_MS))
            return [one.id for one in store.between("outlet", *span)]

        assert found(1, 2) == [numbers[1]]
        assert found(0.5, 2.5) == numbers[:3]
        assert found(-9, 0) == []
        assert found(7, 9) == [open_one]

    def test_what_is_gone_or_damaged_is_in_no_span(self, store: SegmentStore) -> None:
        number = whole(store, NOON_MS, NOON_MS + MINUTE_MS)
        for state in (SegmentState.MISSING, SegmentState.DAMAGED, SegmentState.GARBAGE):
            store.mark([number], state)
            assert store.between("outlet", NOON_MS, NOON_MS + MINUTE_MS) == []
            assert [one.id for one in store.in_state(state)] == [number]
            assert store.oldest("outlet") is None

    def test_oldest_and_newest_go_by_time_not_by_number(self, store: SegmentStore) -> None:
        later = whole(store, NOON_MS + MINUTE_MS, NOON_MS + 2 * MINUTE_MS)
        earlier = whole(store, NOON_MS, NOON_MS + MINUTE_MS)
        oldest, newest = store.oldest("outlet"), store.newest("outlet")
        assert oldest is not None
        assert newest is not None
        assert (oldest.id, newest.id) == (earlier, later)

    def test_a_time_that_nobody_vouched_for_is_neither_the_oldest_nor_the_newest(self, store: SegmentStore) -> None:
        stamped = whole(store, NOON_MS, NOON_MS + MINUTE_MS)
        for begin_ms in (MINUTE_MS, 2 * NOON_MS):
            file = segment_file("outlet", begin_ms)
            store.begin("outlet", begin_ms, file, SHAPE, boot_id="boot", mono_ms=1, is_stamped=False)
        oldest, newest = store.oldest("outlet"), store.newest("outlet")
        assert oldest is not None
        assert newest is not None
        assert oldest.id == newest.id == stamped

    def test_an_end_that_comes_late_changes_nothing_that_was_found_meanwhile(self, store: SegmentStore) -> None:
        """The file was closed, and the look at the disk was quicker than the recorder's note."""
        number = whole(store, NOON_MS, NOON_MS + MINUTE_MS)
        store.end(number, 5, 6)
        newest = store.newest("outlet")
        assert newest is not None
        assert (newest.end_ms, newest.bytes) == (NOON_MS + MINUTE_MS, 100)

    def test_bytes_are_those_of_what_lies_there_to_stay(self, store: SegmentStore) -> None:
        whole(store, NOON_MS, NOON_MS + 1, size=1)
        whole(store, NOON_MS, NOON_MS + 1, "inlet", size=10)
        store.mark([whole(store, NOON_MS + 1, NOON_MS + 2, size=100)], SegmentState.DAMAGED)
        store.mark([whole(store, NOON_MS + 2, NOON_MS + 3, size=1000)], SegmentState.GARBAGE)
        begin(store, NOON_MS + 3)
        assert (store.bytes_of(), store.bytes_of("outlet"), store.bytes_of("none")) == (111, 101, 0)
        assert store.cameras() == ["inlet", "outlet"]

    def test_what_is_forgotten_may_come_again(self, store: SegmentStore) -> None:
        store.forget([begin(store, NOON_MS)])
        assert store.cameras() == []
        begin(store, NOON_MS)


class TestGaps:
    @pytest.fixture
    def store(self, cameras: Database) -> GapStore:
        return GapStore(cameras)

    def all(self, store: GapStore) -> list[VideoGap]:
        return store.between("outlet", 0, 2 * NOON_MS)

    def test_the_one_that_lasts_is_found_without_reading_those_of_a_year(
        self, store: GapStore, cameras: Database
    ) -> None:
        def act() -> None:
            store.begin("outlet", NOON_MS, GapCause.CUT, "")
            store.lasting("outlet")
            store.end("outlet", NOON_MS + 5000)

        found = [one for one in plans(cameras, act) if "gap" in one]
        assert found
        assert all("INDEX gap_lasting (camera=?)" in one or "(camera=? AND begin_ms>?)" in one for one in found), found

    def test_one_lasts_until_frames_come(self, store: GapStore) -> None:
        store.begin("outlet", NOON_MS, GapCause.CUT, "")
        assert store.lasting("outlet") == VideoGap(NOON_MS, None, GapCause.CUT)
        store.end("outlet", NOON_MS + 5000)
        assert store.lasting("outlet") is None
        assert self.all(store) == [VideoGap(NOON_MS, NOON_MS + 5000, GapCause.CUT)]

    def test_another_cause_ends_the_one_before(self, store: GapStore) -> None:
        store.begin("outlet", NOON_MS, GapCause.CUT, "")
        store.begin("outlet", NOON_MS + 1000, GapCause.REFUSED, "wrong password")
        assert self.all(store) == [
            VideoGap(NOON_MS, NOON_MS + 1000, GapCause.CUT),
            VideoGap(NOON_MS + 1000, None, GapCause.REFUSED, "wrong password"),
        ]

    def test_the_same_cause_again_goes_on(self, store: GapStore) -> None:
        for second in range(3):
            store.begin("outlet", NOON_MS + second * 1000, GapCause.NO_ANSWER, "no answer")
        assert self.all(store) == [VideoGap(NOON_MS, None, GapCause.NO_ANSWER, "no answer")]

    def test_one_that_would_be_empty_goes(self, store: GapStore) -> None:
        """Also where the clock was set back meanwhile."""
        store.begin("outlet", NOON_MS, GapCause.CUT, "")
        store.end("outlet", NOON_MS - 1000)
        assert self.all(store) == []

    def test_cameras_do_not_end_each_others(self, store: GapStore) -> None:
        store.begin("outlet", NOON_MS, GapCause.CUT, "")
        store.end("inlet", NOON_MS + 1)
        store.begin("inlet", NOON_MS + 1, GapCause.CUT, "")
        assert self.all(store) == [VideoGap(NOON_MS, None, GapCause.CUT)]

    def test_added_twice_it_stands_once(self, store: GapStore) -> None:
        for _ in range(2):
            store.add("outlet", VideoGap(NOON_MS, NOON_MS + 1, GapCause.FILE_LOST, "gone"))
        assert len(self.all(store)) == 1

    def test_those_of_a_span_touch_it(self, store: GapStore) -> None:
        store.add("outlet", VideoGap(NOON_MS, NOON_MS + 10, GapCause.CUT))
        store.begin("outlet", NOON_MS + 20, GapCause.SILENT, "")
        assert [one.begin_ms - NOON_MS for one in store.between("outlet", NOON_MS + 9, NOON_MS + 21)] == [0, 20]
        assert store.between("outlet", NOON_MS + 10, NOON_MS + 20) == []
        assert len(store.between("outlet", NOON_MS + 500, NOON_MS + 600)) == 1

    def test_old_ones_are_let_go_and_lasting_ones_never(self, store: GapStore) -> None:
        store.add("outlet", VideoGap(NOON_MS, NOON_MS + 10, GapCause.CUT))
        store.begin("outlet", NOON_MS + 20, GapCause.SILENT, "")
        assert store.forget_before(2 * NOON_MS) == 1
        assert len(self.all(store)) == 1


class TestEvents:
    @pytest.fixture
    def store(self, cameras: Database) -> CameraEventStore:
        return CameraEventStore(cameras)

    def test_it_begins_lasts_and_ends(self, store: CameraEventStore) -> None:
        number = store.begin("outlet", CameraEventKind.BLACK, "97 % of it", NOON_MS, "outlet/event.jpg")
        store.goes_on("outlet", CameraEventKind.BLACK, NOON_MS + 10)
        (lasting,) = store.lasting()
        assert (lasting.id, lasting.began_ms, lasting.last_ms, lasting.ended_ms) == (
            number,
            NOON_MS,
            NOON_MS + 10,
            None,
        )
        store.end("outlet", CameraEventKind.BLACK, NOON_MS + 20)
        assert store.lasting() == []
        (over,) = store.between(NOON_MS, NOON_MS + 1)
        assert (over.ended_ms, over.picture) == (NOON_MS + 20, "outlet/event.jpg")

    def test_of_a_kind_one_lasts(self, store: CameraEventStore) -> None:
        first = store.begin("outlet", CameraEventKind.BLACK, "97 %", NOON_MS)
        assert store.begin("outlet", CameraEventKind.BLACK, "98 %", NOON_MS + 10) == first
        assert store.begin("outlet", CameraEventKind.FROZEN, "", NOON_MS) != first
        assert store.begin("", CameraEventKind.BLACK, "", NOON_MS) != first
        assert [(one.detail, one.began_ms) for one in store.lasting() if one.id == first] == [("98 %", NOON_MS)]

    def test_a_clock_that_was_set_back_ends_nothing_before_it_began(self, store: CameraEventStore) -> None:
        store.begin("outlet", CameraEventKind.BLACK, "", NOON_MS)
        store.goes_on("outlet", CameraEventKind.BLACK, NOON_MS - 50)
        store.end("outlet", CameraEventKind.BLACK, NOON_MS - 10)
        (over,) = store.between(0, 2 * NOON_MS, "outlet")
        assert (over.last_ms, over.ended_ms) == (NOON_MS, NOON_MS)

    def test_old_ones_are_let_go_with_their_pictures(self, store: CameraEventStore) -> None:
        for kind, picture in ((CameraEventKind.BLACK, "a.jpg"), (CameraEventKind.MOVED, None)):
            store.begin("outlet", kind, "", NOON_MS, picture)
            store.end("outlet", kind, NOON_MS + 1)
        store.begin("outlet", CameraEventKind.FROZEN, "", NOON_MS, "b.jpg")
        assert store.forget_before(NOON_MS + 2) == ["a.jpg"]
        assert [one.kind for one in store.between(0, 2 * NOON_MS)] == [CameraEventKind.FROZEN]


class TestStates:
    @pytest.fixture
    def store(self, cameras: Database) -> CameraStateStore:
        return CameraStateStore(cameras)

    def test_what_is_reported_is_read(self, store: CameraStateStore) -> None:
        state = CameraState(
            "outlet", RecordingState.RECORDING, NOON_MS, None, NOON_MS, NOON_MS + 5, "h264", 64, 48, 2_000_000
        )
        store.report([state], NOON_MS + 7)
        assert store.all() == [replace(state, seen_ms=NOON_MS + 7)]

    def test_what_is_known_stays_while_a_camera_is_silent(self, store: CameraStateStore) -> None:
        store.report([CameraState("outlet", RecordingState.CONNECTING, 1)], 2)
        store.report([CameraState("outlet", RecordingState.RECORDING, 1, None, 50, 60, "h264", 64, 48, 9)], 3)
        store.report([CameraState("outlet", RecordingState.SILENT, 4, "no frame", 55)], 5)
        assert store.all() == [
            CameraState("outlet", RecordingState.SILENT, 4, "no frame", 50, 60, "h264", 64, 48, 9, seen_ms=5)
        ]

    def test_a_camera_that_is_recorded_no_more_is_removed_once(self, store: CameraStateStore) -> None:
        outlet, inlet = (CameraState(name, RecordingState.RECORDING, 1) for name in ("outlet", "inlet"))
        store.report([outlet, inlet], 2)
        store.report([outlet], 3)
        store.report([outlet], 4)
        gone, kept = store.all()
        assert (gone.name, gone.state, gone.since_ms) == ("inlet", RecordingState.REMOVED, 3)
        assert kept.seen_ms == 4
