"""One camera as a process of its own, under Debian's Python: `python3 child.py`, started by path.

stdin: a line of JSON with its settings, then a line for each wish (`cut`, `begin`, `end`); its end ends the camera.
stdout: lines of JSON: `ready` with the port, `viewers` whenever their number changes, `done` after each wish.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # stationsim, behind everything that is Debian's

from stationsim.cameras.clip import ClipFrame, read_clip  # noqa: E402
from stationsim.cameras.faults import CameraFault, CameraFaultKind, CameraFaultPlan  # noqa: E402
from stationsim.cameras.feed import Feed, Pace  # noqa: E402
from stationsim.cameras.gstreamer import GLib, Gst  # noqa: E402
from stationsim.cameras.rtsp import Access, RtspServer  # noqa: E402
from stationsim.cameras.sound import Aac, ALaw, Sound  # noqa: E402

_HUNG_S = 5


class Camera:
    """Clip, feed, server and faults of one camera. Frames are numbered by its clock, whoever looks."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._fps = int(settings["fps"])
        self._truth = open(settings["truth"] or os.devnull, "a", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123
        self._clips: dict[str, list[ClipFrame]] = {}
        self._plan = CameraFaultPlan(map(CameraFault.told, settings["faults"]), settings["seed"])
        self._feeds: list[Feed] = []
        self._sound = _sound(settings["audio"])
        self._server = RtspServer(settings["codec"], self._sound, settings["path"], self._view, _say_viewers)
        self._began_s = time.monotonic()
        self._number = 0
        self._cut_at_s: float | None = None
        self._clip = self._read(settings["clip"])
        self._faults: dict[CameraFaultKind, CameraFault] = {}

    def start(self) -> int:
        """Raises OSError when its port cannot be had."""
        self._server.most = self._settings["most"]
        self._server.admit(self._access())
        self._port = self._server.listen(self._settings["port"])
        self._began_s = time.monotonic()
        self._fare()
        GLib.timeout_add(max(5, 500 // self._fps), self._tick)
        return self._port

    def wish(self, wish: dict[str, Any]) -> None:
        """Raises KeyError, ValueError, TypeError for what it does not understand."""
        if wish["do"] == "cut":
            self._server.cut()
        elif wish["do"] == "begin":
            for_s = wish["fault"].pop("for_s", None)
            self._plan.begin(CameraFault.told(wish["fault"]), self._now_s(), for_s)
        elif wish["do"] == "end":
            self._plan.end(CameraFaultKind(wish["kind"]) if wish.get("kind") else None, self._now_s())
        else:
            raise ValueError(f"{wish['do']!r}?")
        self._fare()

    def _view(self) -> Feed:
        first = self._shown()[0]
        pace = Pace(self._fps, self._settings["drift"])
        feed = Feed(self._settings["codec"], pace, first, self._sound, self._feeds.remove, self._tell)
        self._feeds.append(feed)
        return feed

    def _now_s(self) -> float:
        return time.monotonic() - self._began_s

    def _tick(self) -> bool:
        self._fare()
        clip = self._shown()
        due = int(self._now_s() * self._fps)
        if due - self._number > _HUNG_S * self._fps:
            self._number = due - 1  # what was not taken then is not made up for
        while self._number < due:
            self._number += 1
            # A busy machine calls late: a frame bears the time at which it was taken, not that at which it leaves.
            taken_ms = time.time_ns() // 1_000_000 - round((self._now_s() - self._number / self._fps) * 1000)
            for feed in tuple(self._feeds):
                feed.frame(self._number, taken_ms, clip, self._faults, is_newest=self._number == due)
        return True

    def _fare(self) -> None:
        """What has changed since the last look."""
        before, self._faults = self._faults, self._plan.active(self._now_s())
        changed = before.keys() ^ self._faults.keys()
        if CameraFaultKind.WRONG_PASSWORD in changed:
            self._server.admit(self._access())
        if CameraFaultKind.WRONG_PATH in changed:
            moved = CameraFaultKind.WRONG_PATH in self._faults
            self._server.move(self._settings["path"] + ("-moved" if moved else ""))
        if CameraFaultKind.BUSY in changed:
            self._server.most = 0 if CameraFaultKind.BUSY in self._faults else self._settings["most"]
        if CameraFaultKind.REFUSE in changed:
            if CameraFaultKind.REFUSE in self._faults:
                self._server.refuse()
            else:
                self._server.listen(self._port)
        self._cut()

    def _cut(self) -> None:
        fault = self._faults.get(CameraFaultKind.CUT)
        if fault is None:
            self._cut_at_s = None
        elif self._cut_at_s is None or self._now_s() >= self._cut_at_s:
            self._server.cut()
            self._cut_at_s = self._now_s() + (fault.every_s or float("inf"))

    def _access(self) -> Access:
        changed = "-changed" if CameraFaultKind.WRONG_PASSWORD in self._faults else ""
        return Access(self._settings["user"], self._settings["password"] + changed, self._settings["auth"])

    def _shown(self) -> list[ClipFrame]:
        """What is seen: of two faults of the picture the later one."""
        files = [fault.clip for fault in self._faults.values() if fault.clip is not None]
        return self._read(files[-1]) if files else self._clip

    def _read(self, file: str) -> list[ClipFrame]:
        if file not in self._clips:
            self._clips[file] = read_clip(Path(file))
        return self._clips[file]

    def _tell(self, told: dict[str, Any]) -> None:
        self._truth.write(json.dumps({"camera": self._settings["name"], **told}) + "\n")


class Wishes:
    """Lines from stdin, as they come."""

    def __init__(self, camera: Camera, loop: Any, unread: bytes) -> None:
        self._camera, self._loop, self._unread = camera, loop, unread

    def read(self, *_: object) -> bool:
        come = os.read(0, 65536)
        if not come:
            self._loop.quit()
            return False
        self._unread += come
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            try:
                self._camera.wish(json.loads(line))
                say({"event": "done"})
            except (KeyError, ValueError, TypeError, OSError) as error:
                say({"event": "failed", "text": f"{type(error).__name__}: {error}"})
        return True


def _sound(audio: str) -> Sound | None:
    """`none`, `alaw`, or a file of AAC."""
    if audio == "none":
        return None
    return ALaw() if audio == "alaw" else Aac(Path(audio))


def _say_viewers(count: int) -> None:
    say({"event": "viewers", "viewers": count})


def say(event: dict[str, Any]) -> None:
    """In one piece, for GStreamer's threads speak too."""
    try:
        os.write(1, json.dumps(event).encode() + b"\n")
    except BrokenPipeError:
        os._exit(1)


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the station's, which then closes stdin
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    first = b""
    while not first.endswith(b"\n"):
        come = os.read(0, 1)
        if not come:
            return 1
        first += come
    Gst.init(None)
    loop = GLib.MainLoop()
    try:
        camera = Camera(json.loads(first))
        port = camera.start()
    except (OSError, ValueError) as error:
        say({"event": "failed", "text": str(error)})
        return 1
    wishes = Wishes(camera, loop, b"")
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, wishes.read)
    say({"event": "ready", "port": port})
    loop.run()
    return 0


if __name__ == "__main__":
    code = main()
    os._exit(code)  # GStreamer's threads are not waited for
