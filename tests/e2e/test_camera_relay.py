"""A camera, its recorder and its relay as a station runs them: whoever looks on, and whatever restarts, no frame is
missing in the record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.feed.views import StreamView, ViewStore
from tests.support.cameras import SimulatedCamera, camera, sent
from tests.support.live.configuration import Server, Wanted, write
from tests.support.relay import wait_until
from tests.support.rtsp_client import RtspClient
from tests.support.servers.private import free_port
from tests.support.video_truth import recorded

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
CAMERAS = """\
cameras:
  storage: {{path: {folder}/video, leave_free: 100MB}}
  relay: {{listen: "127.0.0.1:{port}", user: authority, password: {{file: {folder}/password}}, socket: {folder}/r.sock}}
  list:
    - {{name: outlet, url: "{url}", health: off}}
"""
LOOK_S = float(os.environ.get("GATEWAY_RELAY_LOOK_S", "3"))
"""How long somebody looks beside the recording while somebody else does not read; campaigns take longer."""
PATIENCE_S = 60.0


class Station:
    """Both programs, by the commands that the units have."""

    def __init__(self, folder: Path, outlet: SimulatedCamera) -> None:
        self.folder, self.outlet, self.port = folder, outlet, free_port()
        (folder / "password").write_text("open-sesame\n")
        (folder / "password").chmod(0o600)
        self.configuration = write(folder, INSTRUMENTS, [PROVINCE])
        text = CAMERAS.format(folder=folder, port=self.port, url=outlet.url)
        self.configuration.write_text(self.configuration.read_text("utf-8") + text, encoding="utf-8")
        self.recorder, self.relay = self.start("run"), self.start("relay")

    def start(self, program: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "gateway", "cameras", program, "-c", self.configuration],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self, program: subprocess.Popen[bytes]) -> None:
        program.send_signal(signal.SIGTERM)
        assert program.wait(PATIENCE_S) == 0

    def look(self) -> RtspClient:
        client = RtspClient(self.port, "outlet", "authority", "open-sesame", buffer=1 << 14)
        client.play()
        return client

    def wait_until_it_can_be_looked_at(self) -> None:
        wait_until(self._answers, "the relay shows the camera", PATIENCE_S)

    def _answers(self) -> bool:
        try:
            with RtspClient(self.port, "outlet", "authority", "open-sesame") as client:
                return client.ask("DESCRIBE") == 200
        except ConnectionError:
            return False

    def frames(self) -> list[int]:
        """Of all that was recorded, in order."""
        files = sorted((self.folder / "video/outlet").rglob("*.mkv"))
        return [frame.number for file in files for frame in recorded(file)]

    def views(self) -> list[StreamView]:
        with closing(open_cameras_database(self.folder / "storage", read_only=True)) as database:
            return ViewStore(database).between(0, 2**50)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with camera(tmp_path) as outlet:
        station = Station(tmp_path, outlet)
        yield station
        for program in (station.recorder, station.relay):
            program.kill()
            program.wait()


def test_no_frame_is_missing_in_the_record_whatever_the_relay_and_its_viewers_do(station: Station) -> None:
    station.wait_until_it_can_be_looked_at()
    with station.look() as viewer, station.look():  # the second one never reads
        until_s = time.monotonic() + LOOK_S
        while time.monotonic() < until_s:
            viewer.wait_for_pictures()
        station.relay.kill()
        station.relay.wait()
    station.relay = station.start("relay")
    station.wait_until_it_can_be_looked_at()
    with station.look() as viewer:
        viewer.wait_for_pictures()
    wait_until(lambda: station.views()[-1].ended_ms, "the last view is kept")
    station.stop(station.recorder)
    frames = station.frames()
    assert frames == list(range(frames[0], frames[0] + len(frames)))
    assert len(frames) > 10 * LOOK_S
    assert frames[-1] >= sent(station.outlet)[-1].number - 10
    assert [view.camera for view in station.views()] == ["outlet"] * 3
    if LOOK_S > 60:
        assert b"took nothing for 30 s" in (station.folder / "relay.log").read_bytes()


def test_a_viewer_stays_while_the_recorder_starts_again(station: Station) -> None:
    station.wait_until_it_can_be_looked_at()
    with station.look() as viewer:
        viewer.wait_for_pictures()
        station.recorder.kill()
        station.recorder.wait()
        station.recorder = station.start("run")
        wait_until(lambda: b"the recorder is gone" in (station.folder / "relay.log").read_bytes(), "it was noticed")
        assert not viewer.is_closed()
        for _ in range(3):
            viewer.wait_for_pictures()
        assert [view.ended_ms for view in station.views()] == [None]
    wait_until(lambda: station.views()[0].ended_ms, "its end is kept")
    station.stop(station.recorder)
    station.stop(station.relay)
