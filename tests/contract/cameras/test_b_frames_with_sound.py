"""A real stream with B-frames and sound beyond its first sender report, at which FFmpeg leaps and loses their order."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from gateway.cameras.stream.rtsp_source import RtspSource
from gateway.config.cameras import CameraSettings
from gateway.runtime.clock import SystemClock
from tests.support.cameras import camera

LONG_S = 7.0
"""The first report comes two to three seconds after the first picture."""


@pytest.mark.timeout(60)
def test_pictures_keep_their_distances(tmp_path: Path) -> None:
    clock = SystemClock()
    with camera(tmp_path, codec="h265", b_frames=2, audio="aac") as outlet:
        stream = RtspSource(CameraSettings.model_validate({"name": "outlet", "url": outlet.url}), clock).open()
        try:
            taken = []
            until_s = clock.now().mono_s + LONG_S
            while clock.now().mono_s < until_s:
                taken += [one for one in stream.read() if one.is_video]
        finally:
            stream.close()
    assert len(taken) > 40
    assert all(one.dts_s <= one.pts_s <= one.dts_s + 1 for one in taken)
    shown_s = sorted(one.pts_s for one in taken[:-3])  # of the last ones, those shown before are still to come
    gaps_s = [b - a for a, b in pairwise(shown_s[3:-3]) if b - a > 0.35]
    assert len(gaps_s) <= 1  # where it leapt, the clock says how far, and the machine may be busy
    assert max(abs(one.pts_s - taken[0].pts_s - (one.arrived.mono_s - taken[0].arrived.mono_s)) for one in taken) < 1.5
