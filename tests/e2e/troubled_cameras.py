"""A recorder and a dozen cameras, each in a trouble of its own at the same time, and one in none.

Half a minute: what was recorded, what is said of what was not, and what the cameras had really sent is looked at by the
tests afterwards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.video import Segment
from gateway.reports.camera_span import camera_span
from gateway.reports.cameras_json import gap_to_json
from tests.support.cameras import SentFrame, SimulatedCamera, sent, simulated
from tests.support.live.camera_configuration import write_recorder
from tests.support.live.gateway import RunningGateway, Stopped, command
from tests.support.video_truth import recorded

CALM_S = 6.0
TROUBLE_S = 15.0
ON_THE_WAY_MS = 2_000
"""So long before its end the recorder had everything, on a machine that does a lot else."""
HUNG_S = 9.0
"""Shorter than the recorder waits: when the camera goes on, it has not been given up yet."""
AFTER_S = 5.0
_RECOVERED_WITHIN_S = 60.0
_LOGIN = {"user": "gw", "password": "s3cret"}
CAMERAS: Mapping[str, Mapping[str, Any]] = {
    "calm": {"codec": "h265", "b_frames": 2, "audio": "aac"},
    "basic": {**_LOGIN, "auth": "basic", "audio": "alaw"},
    "cut": {},
    "reboots": {},
    "silent": {},
    "hangs": {},
    "stutters": {},
    "password": _LOGIN,
    "path": {},
    "busy": {"codec": "h265"},
    "backward": {},
    "stopped-clock": {},
    "resized": {},
    "lossy": {"bit_rate": 1_000_000},
    "drifts": {"drift": 20_000},
}
UNTROUBLED = ("calm", "basic", "drifts", "backward", "stopped-clock", "resized")
"""Their connections stand, and everything that they send comes."""
TROUBLES: Mapping[str, Mapping[str, Any]] = {
    "cut": {"kind": "cut", "every": "2s", "for_s": 5},
    "reboots": {"kind": "refuse", "for_s": 5},
    "silent": {"kind": "silence", "for_s": 13},
    "stutters": {"kind": "silence", "for_s": 4},
    "password": {"kind": "wrong_password"},
    "path": {"kind": "wrong_path", "for_s": 5},
    "busy": {"kind": "busy", "for_s": 5},
    "backward": {"kind": "backward", "by": "4s", "for_s": 5},
    "stopped-clock": {"kind": "same_stamps", "for_s": 5},
    "resized": {"kind": "resolution", "size": "160x120", "for_s": 5},
    "lossy": {"kind": "loss", "share": 0.05, "for_s": 10},
}
_SHOWN_BY_THE_NEXT_LOGIN = ("password", "path", "busy")


@dataclass(frozen=True, slots=True)
class TroubledCameras:
    """Everything that the run left behind; by camera what was sent, recorded, and told of what was not."""

    stopped: Stopped
    began_ms: int
    trouble_ms: int
    ended_ms: int
    sent: dict[str, list[SentFrame]]
    segments: dict[str, list[Segment]]
    recorded: dict[str, dict[str, list[SentFrame]]]
    gaps: dict[str, list[dict[str, Any]]]
    """As `gateway cameras gaps --json` has them, until the recorder was told to end."""
    listed: list[dict[str, Any]]
    """As `gateway cameras list --json` had them shortly before the end."""
    log: str

    def frames(self, camera: str) -> list[SentFrame]:
        return [frame for frames in self.recorded[camera].values() for frame in frames]


def run(folder: Path) -> TroubledCameras:
    cameras = {name: simulated(folder, name, **settings) for name, settings in CAMERAS.items()}
    try:
        for camera in cameras.values():
            camera.start()
        configuration = _configure(folder, cameras)
        recorder = RunningGateway(configuration, folder / "recorder.log", command=("cameras", "run"))
        try:
            began_ms = _now_ms()
            for camera in cameras.values():
                camera.wait_for_viewers(1)
            time.sleep(CALM_S)
            trouble_ms = _now_ms()
            for name, trouble in TROUBLES.items():
                cameras[name].begin(**trouble)
                if name in _SHOWN_BY_THE_NEXT_LOGIN:
                    cameras[name].cut()
            cameras["hangs"].hang()
            time.sleep(HUNG_S)
            cameras["hangs"].go_on()
            time.sleep(TROUBLE_S - HUNG_S)
            for name, camera in cameras.items():
                if name != "password":
                    camera.wait_for_viewers(1, _RECOVERED_WITHIN_S)
            time.sleep(AFTER_S)
            recorder.check()
            listed = json.loads(command("cameras", "list", "--json", "--config", configuration).stdout)
            ended_ms = _now_ms()
            stopped = recorder.stop()
        finally:
            recorder.kill()
    finally:
        for camera in cameras.values():
            camera.close()
    segments, gaps = _look(folder, began_ms, ended_ms)
    return TroubledCameras(
        stopped,
        began_ms,
        trouble_ms,
        ended_ms,
        {name: sent(camera) for name, camera in cameras.items()},
        segments,
        {
            name: {
                one.file: recorded(folder / "video" / one.file, lossy=name == "lossy", cut=name not in UNTROUBLED)
                for one in segments[name]
            }
            for name in cameras
        },
        gaps,
        listed,
        (folder / "recorder.log").read_text("utf-8", errors="replace"),
    )


def _configure(folder: Path, cameras: Mapping[str, SimulatedCamera]) -> Path:
    secret = folder / "camera.secret"
    secret.touch(mode=0o600)
    secret.write_text("s3cret", "utf-8")
    login = f", user: gw, password: {{file: {secret}}}"
    return write_recorder(
        folder, [f'name: {name}, url: "{one.url}"{login if one.model.user else ""}' for name, one in cameras.items()]
    )


def _look(
    folder: Path, began_ms: int, ended_ms: int
) -> tuple[dict[str, list[Segment]], dict[str, list[dict[str, Any]]]]:
    """The segments of each camera, and its gaps until the recorder was told to end, as the command reports them."""
    until_ms, told_ms = ended_ms + 60_000, ended_ms - ON_THE_WAY_MS
    database = open_cameras_database(folder, read_only=True)
    try:
        store = SegmentStore(database)
        spans = {name: camera_span(database, name, began_ms, told_ms, told_ms) for name in CAMERAS}
        gaps = {name: [gap_to_json(gap, span, "UTC") for gap in span.gaps] for name, span in spans.items()}
        return {name: store.between(name, began_ms, until_ms) for name in CAMERAS}, gaps
    finally:
        database.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
