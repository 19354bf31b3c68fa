"""Whatever happens to a camera, its disk and its recorder, in whatever order: what the report says of each second is
what the files hold of it."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.cameras.catalog.not_running import NotRunning
from gateway.cameras.disk import video_file
from gateway.cameras.disk.disk_unusable import DiskMissing
from gateway.cameras.recording.state_report import StateReport
from gateway.core.continuity import gaps_between
from gateway.core.errors import CameraCut, CameraRefused
from gateway.core.video import GapCause, SegmentState, VideoGap
from tests.support.camera_station import FRAME_MS, CameraStation, frames_in
from tests.support.examples import examples
from tests.support.fake_camera import SILENT

ACCIDENTS = (
    "cut",
    "silent",
    "gone",
    "refused",
    "no disk",
    "full disk",
    "stopped",
    "killed",
    "resolution",
    "forward",
    "back",
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    open_cameras_database(folder).close()
    return cameras_file(folder)


@contextmanager
def station_in(empty: Path) -> Iterator[CameraStation]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(empty, cameras_file(Path(folder)))
        database = open_cameras_database(Path(folder))
        (Path(folder) / "video").mkdir()
        try:
            yield CameraStation(Path(folder) / "video", database)
        finally:
            database.close()


def happen(station: CameraStation, accident: str, seconds: float) -> None:
    camera = station.camera
    match accident:
        case "cut":
            camera.fails = CameraCut("the camera ended the connection")
        case "silent":
            camera.is_silent = True
        case "gone" | "refused":
            camera.refuses = SILENT if accident == "gone" else CameraRefused("too many viewers", "busy")
            camera.fails = CameraCut("the camera ended the connection")
        case "no disk":
            station.folder.fails = DiskMissing("not mounted")
        case "resolution":
            camera.size = (96, 64) if camera.size == (64, 48) else (64, 48)
        case "full disk":
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(video_file.os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
                station.run(seconds)
            return
        case "forward" | "back":
            by_ms = round(seconds * (10_000 if accident == "forward" else -1000))
            station.clock.jump_wall(by_ms)
            station.trust.zero_ms += by_ms
        case "stopped" | "killed":
            tell(station)
            station.stop() if accident == "stopped" else station.kill()
            station.clock.advance(seconds)
            NotRunning(station.database).note(station.clock.wall_ms)
            station.begin()
            return
    station.run(seconds)
    camera.is_silent, camera.refuses, station.folder.fails = False, None, None


def tell(station: CameraStation) -> None:
    """As the report of states does every ten seconds."""
    states = StateReport(
        [station.recorder], CameraStateStore(station.database), CameraEventStore(station.database), station.trust
    )
    states.step(station.clock.now())


def joined(gaps: list[VideoGap]) -> list[tuple[int, int]]:
    """Causes that follow each other are one gap."""
    found: list[tuple[int, int]] = []
    for gap in gaps:
        assert gap.end_ms is not None
        if found and gap.begin_ms - found[-1][1] < 10:
            found[-1] = found[-1][0], gap.end_ms
        else:
            found.append((gap.begin_ms, gap.end_ms))
    return found


@settings(max_examples=examples(12), deadline=None)
@given(
    accidents=st.lists(
        st.tuples(st.sampled_from(ACCIDENTS), st.floats(0.3, 40), st.floats(0.3, 60)), min_size=1, max_size=8
    )
)
def test_the_report_is_what_the_files_hold(empty: Path, accidents: list[tuple[str, float, float]]) -> None:
    with station_in(empty) as station:
        began_ms = station.clock.wall_ms
        station.run(5)
        tell(station)
        for accident, lasting_s, after_s in accidents:
            happen(station, accident, lasting_s)
            station.run(after_s)
            tell(station)
        station.run(140)  # the longest pause is over, and the recording under way
        tell(station)
        station.stop()
        station.reconciliation.ring()
        station.look_through()
        now_ms = station.clock.wall_ms
        segments = station.all_segments()
        assert {one.state for one in segments} == {SegmentState.WHOLE}
        frames = sorted(one.begin_ms + at_ms for one in segments for at_ms in frames_in(station, one))
        told = gaps_between(
            segments,
            station.all_gaps(),
            began_ms,
            frames[-1],
            known_from_ms=CameraStateStore(station.database).all()[0].known_from_ms,
            now_ms=now_ms,
        )
        real = [
            (one + FRAME_MS, two) for one, two in zip(frames, frames[1:], strict=False) if two - one - FRAME_MS >= 1000
        ]
        unsure = [gap for gap in told if gap.cause is GapCause.UNKNOWN]
        assert unsure == []
        assert len(joined(told)) == len(real), (joined(told), real)
        for one, two in zip(joined(told), real, strict=True):
            assert abs(one[0] - two[0]) <= 1000, (one, two)
            assert abs(one[1] - two[1]) <= 1000, (one, two)
