"""A simulated camera goes black before a running recorder: the event comes, with its frame, and goes again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import cv2
import pytest

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.core.video import CameraEvent
from tests.support.cameras import SimulatedCamera, camera
from tests.support.live.configuration import Server, Wanted, write

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
CAMERAS = """\
cameras:
  storage: {{path: {video}, leave_free: 100MB}}
  list:
    - {{name: outlet, url: "{url}", health: {{every: 2s, checks: 2}}}}
"""
PATIENCE_S = 60.0


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[SimulatedCamera]:
    with camera(tmp_path) as started:
        yield started


@pytest.fixture
def station(tmp_path: Path, outlet: SimulatedCamera) -> Iterator[Path]:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    text = CAMERAS.format(video=tmp_path / "video", url=outlet.url)
    configuration.write_text(configuration.read_text("utf-8") + text, encoding="utf-8")
    recorder = subprocess.Popen([sys.executable, "-m", "gateway", "cameras", "run", "-c", configuration])
    yield configuration
    recorder.send_signal(signal.SIGTERM)
    assert recorder.wait(30) == 0


def gateway(*words: str | Path) -> str:
    done = subprocess.run([sys.executable, "-m", "gateway", *words], capture_output=True, text=True, check=True)
    return done.stdout


def events(configuration: Path) -> list[CameraEvent]:
    try:
        with closing(open_cameras_database(configuration.parent / "storage", read_only=True)) as database:
            return CameraEventStore(database).between(0, 2**50, "outlet")
    except FileNotFoundError:
        return []


def wait_for(is_so: Callable[[], object]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s
        time.sleep(0.2)


def test_a_camera_that_goes_black_is_told_with_its_frame(station: Path, outlet: SimulatedCamera) -> None:
    outlet.wait_for_viewers(1, PATIENCE_S)
    wait_for(lambda: (station.parent / "storage/cameras.db").exists())
    assert "outlet" in gateway("cameras", "reference", "outlet", "--now", "-c", station)
    outlet.begin("black")
    wait_for(lambda: [one for one in events(station) if one.kind == "black"])
    told = json.loads(gateway("cameras", "list", "--json", "-c", station))[0]
    assert told["healthy"] is False
    assert "black" in str(told["findings"])
    outlet.end("black")
    wait_for(lambda: [one for one in events(station) if one.kind == "black" and one.ended_ms is not None])
    (black,) = [one for one in events(station) if one.kind == "black"]
    assert black.picture is not None
    shown = cv2.imread(os.fspath(station.parent / "video" / black.picture), cv2.IMREAD_GRAYSCALE)
    assert shown.shape == (240, 320)
    assert shown.mean() < 24
