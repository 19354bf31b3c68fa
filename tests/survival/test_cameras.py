"""Whatever is killed or cut: what the report says of each camera's seconds is what the recorded frames say of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from itertools import pairwise

import pytest

from gateway.core.video import GapCause
from tests.survival.cameras import ACCIDENTS, CameraAccidentRun, CameraAccidents

pytestmark = pytest.mark.timeout(300 + 20 * ACCIDENTS)

CAMERAS = ("outlet", "inlet")
each_camera = pytest.mark.parametrize("camera", CAMERAS)
FRAME_MS = 100
LOST_BY_KILL_MS = 500
ENOUGH_KILLS = 10
"""From so many on the middle one says something, however busy the machine is."""
BUSY_MS = 1500
"""A machine that does a lot else may take so long until a frame is with the recorder, which cannot lose it before."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> CameraAccidents:
    return CameraAccidentRun(tmp_path_factory.mktemp("cameras")).go()


def missing(run: CameraAccidents, camera: str) -> Iterator[tuple[int, int]]:
    """By the frames' own stamps: where one and the next are more than a second apart."""
    for before, after in pairwise([frame.utc_ms for frame in run.frames(camera)]):
        if after - before - FRAME_MS >= 1000:
            yield before + FRAME_MS, after


def reported(run: CameraAccidents, camera: str) -> list[tuple[int, int]]:
    """Of the time between the first and the last frame; causes that follow each other are one gap."""
    frames = run.frames(camera)
    joined: list[tuple[int, int]] = []
    for gap in run.told[camera]:
        assert gap.end_ms is not None
        if gap.begin_ms < frames[0].utc_ms or gap.begin_ms >= frames[-1].utc_ms:
            continue
        if joined and gap.begin_ms - joined[-1][1] < 10:
            joined[-1] = joined[-1][0], gap.end_ms
        else:
            joined.append((gap.begin_ms, gap.end_ms))
    return joined


def test_the_recorder_ends_in_order(run: CameraAccidents) -> None:
    assert len(run.accidents) == ACCIDENTS
    assert run.stopped.code == 0
    assert run.stopped.took_s < 10


@each_camera
def test_the_report_is_what_the_frames_say(run: CameraAccidents, camera: str) -> None:
    real, told = list(missing(run, camera)), reported(run, camera)
    assert real
    for begin_ms, end_ms in real:
        if end_ms - begin_ms >= 1500:
            assert any(abs(begin_ms - one) <= 1000 and abs(end_ms - two) <= 1000 for one, two in told), (begin_ms, told)
    for begin_ms, end_ms in told:
        if end_ms - begin_ms >= 1500:
            assert any(abs(begin_ms - one) <= 1000 and abs(end_ms - two) <= 1000 for one, two in real), (begin_ms, real)


@each_camera
def test_every_gap_has_a_cause(run: CameraAccidents, camera: str) -> None:
    unexplained = [gap for gap in run.told[camera] if gap.cause is GapCause.UNKNOWN]
    assert unexplained == []


@each_camera
def test_every_segment_is_whole_and_is_demuxed_to_its_last_frame(run: CameraAccidents, camera: str) -> None:
    assert run.states == {"whole"}
    for segment in run.segments[camera]:
        file = run.folder / "video" / segment.file
        wanted = ["-count_packets", "-show_entries", "stream=nb_read_packets:format=duration", "-of", "csv=p=0"]
        seen = subprocess.run(
            ["ffprobe", "-v", "warning", "-select_streams", "v", *wanted, str(file)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert seen.stderr == ""
        frames, duration_s = seen.stdout.split()
        assert int(frames) - len(run.recorded[camera][segment.file]) in (0, 1)
        assert segment.end_ms is not None
        assert abs(float(duration_s) * 1000 - (segment.end_ms - segment.begin_ms)) <= 2 * FRAME_MS


@each_camera
def test_every_segment_bears_the_time_of_its_frames(run: CameraAccidents, camera: str) -> None:
    for segment in run.segments[camera]:
        frames = run.recorded[camera][segment.file]
        assert abs(frames[0].utc_ms - segment.begin_ms) <= 1000
        assert segment.end_ms is not None
        assert abs(frames[-1].utc_ms + FRAME_MS - segment.end_ms) <= 1000


@each_camera
def test_no_frame_is_recorded_twice_and_none_is_missing_within_a_segment(run: CameraAccidents, camera: str) -> None:
    numbers = [(frame.utc_ms, frame.number) for frame in run.frames(camera)]
    assert len(numbers) == len(set(numbers))
    were_sent = {(frame.utc_ms, frame.number) for frame in run.sent[camera]}
    assert set(numbers) <= were_sent
    for segment in run.segments[camera]:
        frames = run.recorded[camera][segment.file]
        silent = [two for one, two in pairwise(frames) if two.number != one.number + 1]
        assert all(one.utc_ms - FRAME_MS >= segment.begin_ms for one in silent)
        between = [frame for frame in run.sent[camera] if frames[0].utc_ms <= frame.utc_ms <= frames[-1].utc_ms]
        assert len(between) == len(frames)


@each_camera
def test_a_killed_recorder_loses_half_a_second(run: CameraAccidents, camera: str) -> None:
    lost = sorted(lost_by_kills(run, camera))
    if len(lost) >= ENOUGH_KILLS:
        assert lost[len(lost) // 2] <= LOST_BY_KILL_MS, lost
    assert all(ms <= LOST_BY_KILL_MS + BUSY_MS for ms in lost), lost


def lost_by_kills(run: CameraAccidents, camera: str) -> list[int]:
    """From the end of the last recorded frame to the kill, of those kills that met it while it was recorded."""
    taken = [frame.utc_ms for frame in run.frames(camera)]
    lost = []
    for at_ms in run.kills_ms:
        shortly_before = [one for one in taken if at_ms - 3000 <= one < at_ms - 1000]
        if len(shortly_before) > 2000 // FRAME_MS - 5:
            lost.append(at_ms - max(one for one in taken if one <= at_ms) - FRAME_MS)
    return lost
