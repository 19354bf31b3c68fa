"""Cameras, their recorder and the relay, killed and cut at random moments: what was recorded, what was said of it, and
what the cameras had really sent."""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.continuity import gaps_between
from gateway.core.video import Segment, SegmentState, VideoGap
from tests.support.cameras import SentFrame, SimulatedCamera, sent, simulated
from tests.support.live.camera_configuration import write_recorder
from tests.support.live.gateway import RunningGateway, Stopped
from tests.support.servers.private import free_port
from tests.support.video_truth import recorded

ACCIDENTS = int(os.environ.get("GATEWAY_CAMERA_ACCIDENTS", "6"))
SEED = int(os.environ.get("GATEWAY_CAMERA_SEED", "0"))
_KINDS = ("kill the recorder", "cut", "kill the camera", "kill the relay", "silence")
_WEIGHTS = (3, 3, 2, 1, 1)
_SETTLE_S = 60.0
_CAMERAS: dict[str, dict[str, Any]] = {
    "outlet": {"audio": "alaw", "b_frames": 0},
    "inlet": {"codec": "h265"},
}


@dataclass(slots=True)
class CameraAccidents:
    """What came of it, by camera."""

    folder: Path
    stopped: Stopped
    accidents: list[str]
    kills_ms: list[int]
    """Of the recorder: UTC by this machine's clock, just before."""
    began_ms: int
    ended_ms: int
    sent: dict[str, list[SentFrame]]
    segments: dict[str, list[Segment]]
    told: dict[str, list[VideoGap]]
    """The continuity report's gaps."""
    log: str
    states: set[str]
    """Of all segments."""
    recorded: dict[str, dict[str, list[SentFrame]]] = field(default_factory=dict)
    """By camera and file."""

    def frames(self, camera: str) -> list[SentFrame]:
        """All that were recorded, in the order of their time."""
        taken = (frame for frames in self.recorded[camera].values() for frame in frames)
        return sorted(taken, key=lambda frame: frame.utc_ms)


class CameraAccidentRun:
    """Two cameras, the recorder, the relay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chance = random.Random(SEED)
        self._cameras: dict[str, SimulatedCamera] = {
            name: simulated(folder, name, **settings) for name, settings in _CAMERAS.items()
        }
        self._log = folder / "recorder.log"
        self._kills_ms: list[int] = []
        self._accidents: list[str] = []

    def go(self) -> CameraAccidents:
        for camera in self._cameras.values():
            camera.start()
        self._configuration = write_recorder(
            self._folder,
            [f'name: {name}, url: "{one.url}"' for name, one in self._cameras.items()],
            relay=f'listen: "127.0.0.1:{free_port()}", user: authority, password: {{env: GATEWAY_RELAY_PASSWORD}}',
        )
        began_ms = _now_ms()
        self._recorder, self._relay = self._start(), self._start("relay")
        try:
            self._wait_for_viewers()
            for _ in range(ACCIDENTS):
                time.sleep(self._chance.uniform(0.7, 2.5))
                self._cause(self._chance.choices(_KINDS, _WEIGHTS)[0])
            self._wait_until_whole()
            ended_ms = _now_ms()
            stopped = self._recorder.stop()
        finally:
            self._recorder.kill()
            self._relay.kill()
            for camera in self._cameras.values():
                camera.close()
        return self._look(stopped, began_ms, ended_ms)

    def _start(self, what: str = "run") -> RunningGateway:
        environment = {"GATEWAY_RELAY_PASSWORD": "open-sesame", "RUNTIME_DIRECTORY": ""}
        log = self._log if what == "run" else self._folder / "relay.log"
        return RunningGateway(self._configuration, log, environment, ("cameras", what))

    def _cause(self, accident: str) -> None:
        self._accidents.append(accident)
        camera = self._chance.choice([*self._cameras.values()])
        match accident:
            case "kill the recorder":
                self._recorder.check()
                self._kills_ms.append(_now_ms())
                self._recorder.kill()
                time.sleep(self._chance.choice((0.0, 0.0, 2.0)))
                self._recorder = self._start()
            case "kill the relay":
                self._relay.kill()
                self._relay = self._start("relay")
            case "cut":
                camera.cut()
            case "kill the camera":
                camera.kill()
                time.sleep(self._chance.choice((0.0, 1.5)))
                camera.start()
            case _:
                camera.begin("silence", for_s=3)

    def _wait_for_viewers(self) -> None:
        for camera in self._cameras.values():
            camera.wait_for_viewers(1)

    def _wait_until_whole(self) -> None:
        """Everything is recorded again, and what was killed was made whole."""
        until_s = time.monotonic() + _SETTLE_S
        self._wait_for_viewers()
        while time.monotonic() < until_s:
            self._recorder.check()
            time.sleep(1.0)
            database = open_cameras_database(self._folder, read_only=True)
            try:
                unfinished = SegmentStore(database).in_state(SegmentState.WRITING)
            finally:
                database.close()
            if sorted(one.camera for one in unfinished) == sorted(self._cameras):
                break
        time.sleep(2.0)

    def _look(self, stopped: Stopped, began_ms: int, ended_ms: int) -> CameraAccidents:
        database = open_cameras_database(self._folder, read_only=True)
        try:
            segments, gaps = SegmentStore(database), GapStore(database)
            states = {state.name: state for state in CameraStateStore(database).all()}
            span = began_ms - 60_000, ended_ms
            rows = database.read("SELECT DISTINCT state FROM sound_segment")
            known = {name: segments.between(name, *span) for name in self._cameras}
            told = {
                name: gaps_between(
                    known[name],
                    gaps.between(name, *span),
                    *span,
                    known_from_ms=states[name].known_from_ms,
                    now_ms=ended_ms,
                    last_frame_ms=states[name].last_frame_ms,
                )
                for name in self._cameras
            }
        finally:
            database.close()
        names = {name for (name,) in rows}
        return CameraAccidents(
            self._folder,
            stopped,
            self._accidents,
            self._kills_ms,
            began_ms,
            ended_ms,
            {name: sent(camera) for name, camera in self._cameras.items()},
            known,
            told,
            self._log.read_text("utf-8", errors="replace"),
            names,
            {
                # Of a frame in whose middle a camera is cut off FFmpeg keeps the begin, often without its stamp.
                name: {one.file: recorded(self._folder / "video" / one.file, lossy=True) for one in known[name]}
                for name in self._cameras
            },
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
