"""A simulated camera as whoever starts it sees it: a child under Debian's Python, told what to do by lines of JSON.

Waits for nothing longer than a few seconds, but for the encoding of a clip that was never needed before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from stationsim.cameras.child_lines import ChildLines
from stationsim.cameras.encode import cache_folder, clip_file, sound_file
from stationsim.cameras.faults import CameraFaultKind
from stationsim.model.camera import CameraFaultModel, CameraModel

PYTHON = os.environ.get("STATION_SIM_PYTHON", "/usr/bin/python3")
"""Debian's, for which its packages bring GStreamer; or another one that has it."""
PACKAGES = ("python3-gi", "gir1.2-gst-rtsp-server-1.0", "gstreamer1.0-plugins-base", "gstreamer1.0-plugins-good")
HOST = "127.0.0.1"
_CHILD = Path(__file__).with_name("child.py")
_PATIENCE_S = 30.0
_PROBE = """
import gi
for name in ("Gst", "GstRtsp", "GstRtspServer"):
    gi.require_version(name, "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
raise SystemExit(any(Gst.ElementFactory.find(name) is None for name in ("appsrc", "rtph264pay", "rtph265pay")))
"""


class CameraError(OSError):
    """A simulated camera that cannot be had; the text says why and what would help."""


def missing() -> str | None:
    """Why no camera can be simulated here, in a line; `None`: one can."""
    try:
        import av
        import numpy
    except ImportError as error:
        return f"{error.name} is missing: pip install 'stationsim[cameras]'"
    del av, numpy
    try:
        tried = subprocess.run([PYTHON, "-c", _PROBE], capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        tried = None
    if tried is None or tried.returncode:
        return f"GStreamer's RTSP server is missing: apt-get install --no-install-recommends {' '.join(PACKAGES)}"
    return None


class SimulatedCamera:
    """Runs from `start` until `close`, or until whoever started it is gone. `truth`: where it writes down what it sent.

    May be started again after its end, at the same port."""

    def __init__(self, model: CameraModel, *, truth: Path | None, seed: str = "0") -> None:
        self.model = model
        self.truth = truth
        self.port = model.port
        self.viewers = 0
        self._seed = seed
        self._child: ChildLines | None = None

    @property
    def url(self) -> str:
        """Without user and password."""
        return f"rtsp://{HOST}:{self.port}{self.model.path}"

    @property
    def pid(self) -> int:
        """Raises CameraError when it does not run."""
        return self._running().pid

    def start(self) -> None:
        """
        Raises:
            CameraError: it did not start.
        """
        settings = self._settings()
        self.viewers = 0
        self._child = ChildLines([PYTHON, "-P", "-B", str(_CHILD)])
        self._say(settings)
        self.port = int(self._expect("ready")["port"])

    def cut(self) -> None:
        """End every connection; new ones may come at once."""
        self._wish({"do": "cut"})

    def begin(self, kind: str, *, for_s: float | None = None, **more: Any) -> None:
        """A fault, from now on. `more` as in a scenario: `size`, `every`, `by`, `share`."""
        wanted = CameraFaultModel.model_validate({"kind": kind, "at": "0s", **more})
        self._wish({"do": "begin", "fault": {**self._fault(wanted), "for_s": for_s}})

    def end(self, kind: str | None = None) -> None:
        """This fault, or all of them."""
        self._wish({"do": "end", "kind": None if kind is None else CameraFaultKind(kind).value})

    def wait_for_viewers(self, count: int, within_s: float = _PATIENCE_S) -> None:
        """Until so many play.

        Raises:
            CameraError: they do not.
        """
        until_s = time.monotonic() + within_s
        while self.viewers != count:
            event = self._hear(until_s)
            if event is None:
                raise CameraError(f"{self.model.name}: {self.viewers} viewers, not {count}, after {within_s:g} s")

    def hang(self) -> None:
        """It keeps its port and its connections and says nothing at all, until `go_on`."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def look(self) -> None:
        """Take in what it said of itself, for it waits when nobody listens. Raises CameraError when it has ended."""
        while self._hear(0.0) is not None:
            pass

    def kill(self) -> None:
        """As a power cut would."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def _settings(self) -> dict[str, Any]:
        model = self.model
        return {
            "name": model.name,
            "fps": model.fps,
            "codec": model.codec,
            "audio": str(sound_file(cache_folder())) if model.audio == "aac" else model.audio,
            "path": model.path,
            "port": self.port,
            "user": model.user,
            "password": model.password,
            "auth": model.auth,
            "most": model.connections,
            "drift": model.drift,
            "clip": str(clip_file(model.clip_shape(), cache_folder())),
            "truth": None if self.truth is None else str(self.truth),
            "seed": f"{self._seed}:{model.name}",
            "faults": [self._fault(fault) for fault in model.faults],
        }

    def _fault(self, fault: CameraFaultModel) -> dict[str, Any]:
        """As the child reads it, with what it shows encoded."""
        told: dict[str, Any] = {"kind": fault.kind.value, "start_s": (fault.at or 0) / 1000, "chance": fault.chance}
        if fault.for_ is not None:
            told |= {"for_s": fault.for_ / 1000, "end_s": ((fault.at or 0) + fault.for_) / 1000}
        if fault.every is not None:
            told["every_s"] = fault.every / 1000
        if fault.by is not None:
            told["by_s"] = fault.by / 1000
        if fault.share is not None:
            told["share"] = fault.share
        if fault.kind.scene is not None or fault.size is not None:
            shape = self.model.clip_shape(fault.kind.scene or "moving", fault.size)
            told["clip"] = str(clip_file(shape, cache_folder()))
        return told

    def _wish(self, wish: dict[str, Any]) -> None:
        self._say(wish)
        self._expect("done")

    def _expect(self, name: str) -> dict[str, Any]:
        until_s = time.monotonic() + _PATIENCE_S
        while True:
            event = self._hear(until_s)
            if event is None:
                raise CameraError(f"{self.model.name}: no answer within {_PATIENCE_S:g} s")
            if event["event"] == "failed":
                raise CameraError(f"{self.model.name}: {event['text']}")
            if event["event"] == name:
                return event

    def _running(self) -> ChildLines:
        if self._child is None:
            raise CameraError(f"{self.model.name} does not run")
        return self._child

    def _say(self, line: dict[str, Any]) -> None:
        try:
            self._running().say(line)
        except EOFError:
            raise CameraError(f"{self.model.name} has ended; its last words are on stderr") from None

    def _hear(self, until_s: float) -> dict[str, Any] | None:
        try:
            event = self._running().hear(until_s)
        except EOFError:
            raise CameraError(f"{self.model.name} has ended; its last words are on stderr") from None
        if event is not None and event["event"] == "viewers":
            self.viewers = event["viewers"]
        return event
