"""A recorder that is killed, one whose database is lost: index, files and gaps say afterwards what the frames say."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.matroska_head import read_head
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.continuity import gaps_between
from gateway.core.video import GapCause, Segment, SegmentState, VideoGap
from tests.e2e.test_camera_recorder import configuration, wait_for
from tests.support.cameras import camera
from tests.support.live.gateway import RunningGateway
from tests.support.video_truth import recorded

CAMERA = "camera0"
LONGER_S = 2.0
GONE_S = 2.0


def run(file: Path, log: Path, words: str, *, kills: bool = False) -> int:
    """Until the log says these words, and a little longer. Returns when it was told to end, UTC ms."""
    running = RunningGateway(file, log, command=("cameras", "run"))
    try:
        wait_for(log, words, running)
        time.sleep(LONGER_S)
        at_ms = time.time_ns() // 1_000_000
        if not kills:
            assert running.stop().code == 0
    finally:
        running.kill()
    return at_ms


def whole(storage: Path) -> list[Segment]:
    with closing(open_cameras_database(storage, read_only=True)) as database:
        store = SegmentStore(database)
        for state in SegmentState:
            if state is not SegmentState.WHOLE:
                assert store.in_state(state) == []
        return store.in_state(SegmentState.WHOLE)


def told(storage: Path, segments: list[Segment]) -> list[VideoGap]:
    """The gaps between the first frame and the last, as a person is told of them."""
    span = segments[0].begin_ms, segments[-1].end_ms or 0
    with closing(open_cameras_database(storage, read_only=True)) as database:
        (state,) = CameraStateStore(database).all()
        noted = GapStore(database).between(CAMERA, *span)
    assert state.known_from_ms is not None
    assert state.known_from_ms <= span[0]
    return gaps_between(segments, noted, *span, known_from_ms=span[0], now_ms=span[1])


def test_what_a_kill_leaves_is_made_whole_and_its_gap_is_that_of_the_frames(tmp_path: Path) -> None:
    with camera(tmp_path) as outlet:
        file = configuration(tmp_path, outlet.url)
        killed_ms = run(file, tmp_path / "log1", "camera is recorded", kills=True)
        time.sleep(GONE_S)
        run(file, tmp_path / "log2", "camera is recorded")
        segments = whole(tmp_path)
        gaps = told(tmp_path, segments)
        for database in tmp_path.glob("cameras.db*"):
            database.unlink()
        run(file, tmp_path / "log3", "video looked through")
        rebuilt = whole(tmp_path)[: len(segments)]
    frames = [frame.utc_ms for one in segments for frame in recorded(tmp_path / "video" / one.file)]
    before = max(at_ms for at_ms in frames if at_ms < killed_ms)
    after = min(at_ms for at_ms in frames if at_ms > killed_ms)
    assert killed_ms - before < 2000
    (gap,) = gaps
    assert gap.cause is GapCause.NOT_RUNNING
    assert abs(gap.begin_ms - before) < 1000
    assert abs((gap.end_ms or 0) - after) < 1000
    for one, again in zip(segments, rebuilt, strict=True):
        head = read_head(tmp_path / "video" / one.file)
        assert head is not None
        assert head.length_ms is not None, "it is not finished"
        assert (one.file, one.begin_ms, one.bytes, one.codec) == (again.file, again.begin_ms, again.bytes, again.codec)
        assert abs((one.end_ms or 0) - (again.end_ms or 0)) <= 100
    assert len(told(tmp_path, rebuilt)) == 1, "known from the files alone"
