"""A dozen cameras in a dozen troubles, one recorder: what it tells of each is what the frames say, and those that are
well notice nothing."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest

from tests.e2e.troubled_cameras import CAMERAS, TROUBLES, UNTROUBLED, TroubledCameras
from tests.support.live.long_runs import ENOUGH_S

pytestmark = pytest.mark.timeout(ENOUGH_S)

TOLERANCE_MS = 1000
FRAME_MS = 100
AT_THE_EDGES = 15
"""Frames that were on the way when the recorder was stopped, on a machine that does a lot else."""


def holes(run: TroubledCameras, camera: str) -> list[tuple[int, int]]:
    """Where two frames that were recorded one after the other were sent more than a second apart."""
    sent_ms = sorted(frame.utc_ms for frame in run.frames(camera))
    return [(one + FRAME_MS, two) for one, two in pairwise(sent_ms) if two - one > 1000 + FRAME_MS]


def told(run: TroubledCameras, camera: str) -> list[tuple[int, int]]:
    """The gaps of the report, those that meet as one."""
    joined: list[tuple[int, int]] = []
    for gap in run.gaps[camera]:
        begin_ms, end_ms = _ms(gap["begin"]), run.ended_ms if gap["end"] is None else _ms(gap["end"])
        if joined and begin_ms - joined[-1][1] < FRAME_MS:
            joined[-1] = joined[-1][0], end_ms
        else:
            joined.append((begin_ms, end_ms))
    return joined


def _ms(instant: str) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1000)


def causes(run: TroubledCameras, camera: str) -> dict[str, str]:
    return {gap["cause"]: gap["detail"] for gap in run.gaps[camera]}


def test_the_recorder_ends_in_order(cameras_run: TroubledCameras) -> None:
    assert cameras_run.stopped.code == 0
    assert "Traceback" not in cameras_run.log
    assert {one["name"]: one["recording"] for one in cameras_run.listed} == {
        name: name != "password" for name in CAMERAS
    }


@pytest.mark.parametrize("camera", UNTROUBLED)
def test_whoever_has_pictures_loses_none_and_no_gap_is_told(cameras_run: TroubledCameras, camera: str) -> None:
    recorded = [frame.number for frame in cameras_run.frames(camera)]
    were_sent = [frame.number for frame in cameras_run.sent[camera]]
    assert recorded == were_sent[: len(recorded)]
    assert len(recorded) >= len(were_sent) - AT_THE_EDGES
    assert cameras_run.gaps[camera] == []


@pytest.mark.parametrize("camera", [name for name in CAMERAS if name not in (*UNTROUBLED, "password", "lossy")])
def test_the_gaps_that_are_told_are_those_that_are_there(cameras_run: TroubledCameras, camera: str) -> None:
    real, report = holes(cameras_run, camera), told(cameras_run, camera)
    for some, others in ((real, report), (report, real)):
        for begin_ms, end_ms in some:
            if end_ms - begin_ms < 1000 + TOLERANCE_MS / 2:
                continue  # about as long as what is no gap yet
            near = [one for one in others if max(abs(one[0] - begin_ms), abs(one[1] - end_ms)) <= TOLERANCE_MS]
            assert near, (begin_ms, end_ms, others)


@pytest.mark.parametrize(
    ("camera", "cause", "words"),
    [
        ("cut", "cut", ""),
        ("reboots", "no-answer", "nobody listens"),
        ("silent", "silent", "for 10 s"),
        ("hangs", "lost-frames", ""),
        ("stutters", "lost-frames", "no frames"),
        ("password", "refused", "user and the password"),
        ("path", "refused", "no stream /stream1"),
        ("busy", "refused", "as many viewers as it takes"),
    ],
)
def test_a_gap_has_its_cause(cameras_run: TroubledCameras, camera: str, cause: str, words: str) -> None:
    found = causes(cameras_run, camera)
    assert words in found[cause]
    assert "unknown" not in found


def test_a_refused_password_is_a_gap_that_lasts(cameras_run: TroubledCameras) -> None:
    (gap,) = told(cameras_run, "password")[-1:]
    assert cameras_run.gaps["password"][-1]["end"] is None
    assert gap[0] == pytest.approx(cameras_run.frames("password")[-1].utc_ms + FRAME_MS, abs=TOLERANCE_MS)
    (listed,) = [one for one in cameras_run.listed if one["name"] == "password"]
    assert (listed["state"], listed["healthy"]) == ("refused", False)


def test_another_size_has_a_segment_of_its_own(cameras_run: TroubledCameras) -> None:
    assert [segment.width for segment in cameras_run.segments["resized"]] == [320, 160, 320]


def test_lost_packets_are_lost_and_no_more(cameras_run: TroubledCameras) -> None:
    stamped = {frame.number for frame in cameras_run.frames("lossy")}
    whole = [frame.number for frame in cameras_run.sent["lossy"]]
    missing = [number for number in whole[: len(whole) - AT_THE_EDGES] if number not in stamped]
    assert len(missing) <= 0.2 * len(whole), "beside a damaged frame a whole one may go"
    assert max(whole) - max(stamped) <= AT_THE_EDGES


@pytest.mark.parametrize("camera", [name for name in CAMERAS if name != "lossy"])
def test_every_segment_bears_the_time_of_its_frames(cameras_run: TroubledCameras, camera: str) -> None:
    segments = cameras_run.segments[camera]
    assert segments
    for segment in segments:
        assert segment.state.value == "whole"
        assert segment.end_ms is not None
        frames = cameras_run.recorded[camera][segment.file]
        assert frames[0].is_key
        assert abs(frames[0].utc_ms - segment.begin_ms) <= TOLERANCE_MS
        assert abs(frames[-1].utc_ms + FRAME_MS - segment.end_ms) <= TOLERANCE_MS


def test_the_run_had_every_trouble(cameras_run: TroubledCameras) -> None:
    assert TROUBLES.keys() < CAMERAS.keys()
    for camera in ("cut", "reboots", "silent", "hangs", "stutters", "path", "busy"):
        assert holes(cameras_run, camera), camera
