"""Simulated cameras for the tests: small pictures, ten a second, a key frame each second, on a free port.

    with camera(tmp_path, user="gw", password="secret") as outlet:
        outlet.url                         # rtsp://127.0.0.1:PORT/stream1
        outlet.cut()                       # every connection ends
        outlet.begin("silence", for_s=3)   # any fault of a scenario, from now on; outlet.end("silence")
        outlet.wait_for_viewers(1)
        sent(outlet)                       # what it really sent: frame numbers and UTC milliseconds

`./test` installs what it needs; without that, such a test fails and says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stationsim.cameras.camera import SimulatedCamera
from stationsim.model.camera import CameraModel

__all__ = ["SentFrame", "SimulatedCamera", "camera", "sent", "simulated"]

_SMALL = {"size": "320x240", "fps": 10, "bit_rate": 200_000}


@dataclass(frozen=True, slots=True, order=True)
class SentFrame:
    number: int
    utc_ms: int
    is_key: bool = False


def simulated(folder: Path, name: str = "outlet", **settings: Any) -> SimulatedCamera:
    """Not started yet. `settings` as in a scenario's `cameras` (codec, size, fps, gop, b_frames, audio, user, password,
    auth, path, port, connections, faults)."""
    model = CameraModel.model_validate({"name": name, **_SMALL, **settings})
    return SimulatedCamera(model, truth=folder / f"{name}.truth.jsonl")


@contextmanager
def camera(folder: Path, name: str = "outlet", **settings: Any) -> Iterator[SimulatedCamera]:
    """Started; ended at the end. `folder` gets its truth."""
    started = simulated(folder, name, **settings)
    started.start()
    try:
        yield started
    finally:
        started.close()


def sent(camera: SimulatedCamera) -> list[SentFrame]:
    """What it really sent to whoever looked, up to now, in order. Frames of which packets were lost on the way are not
    among them."""
    assert camera.truth is not None
    if not camera.truth.exists():
        return []
    lines = [json.loads(line) for line in camera.truth.read_text("utf-8").splitlines()]
    lost = {line["lost"] for line in lines if "lost" in line}
    told = (line for line in lines if "frame" in line and line["frame"] not in lost)
    return [SentFrame(line["frame"], line["utc_ms"], line["key"]) for line in told]
