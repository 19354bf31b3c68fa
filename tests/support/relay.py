"""The relay for the tests: the real program under the system's Python, fed by the real feed, which a thread of ours
gives the simulator's stamped pictures in the place of a recorder.

    with FakeRecorder(tmp_path, port=port) as recorder, RunningRelay(tmp_path) as relay:
        relay.wait_until_it_listens()
        … relay.url("outlet") …
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import av

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.feed.feed import Feed
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.config.cameras import RelaySettings
from gateway.runtime.clock import SystemClock
from gateway.runtime.supervisor import Supervisor
from stationsim.cameras.clip import ClipShape, read_clip
from stationsim.cameras.encode import cache_folder, clip_file
from stationsim.cameras.stamp import stamp

PROGRAM = Path(__file__).parents[2] / "gateway/relay"
SYSTEM_PYTHON = os.environ.get("GATEWAY_SYSTEM_PYTHON", "/usr/bin/python3")
"""Another release's, to try its GStreamer."""
USER, PASSWORD = "authority", "open-sesame"
FPS = 20
GOP = 20
WITHIN_S = 20.0
H264_FILLER = b"\0\0\0\1\x0c" + b"\xff" * 100_000 + b"\x80"
"""Makes any stream of ours one of 16 Mb/s."""


def wait_until(is_so: Any, what: str, within_s: float = WITHIN_S) -> None:
    deadline_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline_s, f"not within {within_s:.0f} s: {what}"
        time.sleep(0.05)


class FakeRecorder:
    """Cameras `outlet`, which shows something as soon as `begin` was called, and `inlet`, which never does."""

    cameras = ("outlet", "inlet")

    def __init__(self, folder: Path, port: int, codec: str = "h264", **relay: Any) -> None:
        self.file = folder / "relay.sock"
        password = folder / "relay-password"
        password.write_text(f"{PASSWORD}\n")
        password.chmod(0o600)
        said = {"listen": f"127.0.0.1:{port}", "user": USER, "password": {"file": str(password)}, **relay}
        self._settings = RelaySettings.model_validate(said)
        self.database = open_cameras_database(folder)
        self.views = ViewStore(self.database)
        self.sent: list[int] = []
        self.filler = b""
        """Stands behind each frame."""
        self.tempo = 1.0
        """Of the camera's own clock, which stamps the frames."""
        self.slowest_s = 0.0
        """The longest that the feed kept a camera's thread."""
        self._clock = SystemClock()
        self._stopping = threading.Event()
        self._show(codec)
        self.feed = Feed(self._settings, self.cameras, self.views, self.file)
        self._supervisor = Supervisor([self.feed], self._clock, lambda: None)

    def _show(self, codec: str) -> None:
        name = {"h264": "h264", "hevc": "h265"}[codec]
        self._codec = name
        self._clip = read_clip(clip_file(ClipShape(name, 320, 240, FPS, 200_000, GOP, 0, "moving"), cache_folder()))
        self._shape = StreamShape(codec, 320, 240, b"")

    def __enter__(self) -> Self:
        self._supervisor.start()
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.database.close()

    def begin(self) -> None:
        self._stopping.clear()
        self._camera = threading.Thread(target=self._run, daemon=True)
        self._camera.start()

    def end(self) -> None:
        """The camera's connection is gone."""
        self._stopping.set()
        self._camera.join(WITHIN_S)
        self.feed.ended("outlet")

    def become(self, codec: str) -> None:
        self.end()
        self._show(codec)
        self.begin()

    def stop(self) -> None:
        """The recorder's process ends."""
        self._stopping.set()
        self._camera.join(WITHIN_S)
        assert self._supervisor.stop(WITHIN_S) == []

    def start_again(self) -> None:
        self.feed = Feed(self._settings, self.cameras, self.views, self.file)
        self._supervisor = Supervisor([self.feed], self._clock, lambda: None)
        self._supervisor.start()
        self.begin()

    def all_views(self) -> list[StreamView]:
        return self.views.between(0, 1 << 60)

    def _run(self) -> None:
        began_s = time.monotonic()
        for number in range(1 << 30):
            if self._stopping.wait(max(0.0, began_s + number / FPS - time.monotonic())):
                return
            frame = self._clip[number % len(self._clip)]
            told = len(self.sent)
            content = frame.head + stamp(self._codec, told, time.time_ns() // 1_000_000) + frame.slices + self.filler
            packet = av.Packet(content)
            before_s = time.monotonic()
            at_s = number / FPS * self.tempo
            video = StreamPacket(packet, True, frame.is_key, self._clock.now(), at_s, at_s)
            self.feed.packet("outlet", self._shape, video)
            self.slowest_s = max(self.slowest_s, time.monotonic() - before_s)
            self.sent.append(told)


class RunningRelay:
    """The program, its output in `log`; ended by `stop` (SIGTERM) or `kill` (kill -9)."""

    def __init__(
        self, folder: Path, port: int, scheme: str = "rtsp", environment: Mapping[str, str] | None = None
    ) -> None:
        self._folder, self.port, self._scheme = folder, port, scheme
        self._environment = {**os.environ, **(environment or {})}
        self.log = folder / "relay.log"
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                [SYSTEM_PYTHON, "-I", str(PROGRAM), "--socket", str(self._folder / "relay.sock")],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def url(self, camera: str = "outlet", password: str = PASSWORD) -> str:
        return f"{self._scheme}://{USER}:{password}@127.0.0.1:{self.port}/{camera}"

    def lines(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()

    def said(self, words: str) -> int:
        return sum(words in line for line in self.lines())

    def wait_until_it_listens(self) -> None:
        wait_until(lambda: self._is_ready(), f"the relay shows the camera: {self.log.read_text()[-2000:]}")

    def _is_ready(self) -> bool:
        assert self._child.poll() is None, self.log.read_text()
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> int:
        self._child.send_signal(signal.SIGTERM)
        return self._child.wait(WITHIN_S)

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()
