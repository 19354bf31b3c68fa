"""`gateway cameras run` from its start to its exit code: refused in words where it cannot run, ended in time whatever a
camera does, and what it loads is its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cli.cameras.run import require_extra
from gateway.core.errors import GatewayError
from gateway.core.video import SegmentState
from tests.support.cameras import camera, sent
from tests.support.live.camera_configuration import write_recorder
from tests.support.live.gateway import RunningGateway, command
from tests.support.video_truth import recorded

WITHIN_S = 60.0


def configuration(folder: Path, *urls: str, more: str = "") -> Path:
    """`more`: of each camera."""
    return write_recorder(folder, [f'name: camera{number}, url: "{url}"{more}' for number, url in enumerate(urls)])


def wait_for(log: Path, words: str, running: RunningGateway) -> None:
    until_s = time.monotonic() + WITHIN_S
    while words not in log.read_text("utf-8", errors="replace"):
        running.check()
        assert time.monotonic() < until_s, f"not within {WITHIN_S:.0f} s: {words}"
        time.sleep(0.05)


def test_a_station_without_cameras_has_nothing_to_record(tmp_path: Path) -> None:
    ended = command("cameras", "run", "--config", configuration(tmp_path))
    assert ended.returncode == 2
    assert "cameras: is missing" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_gateway_without_the_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[require_extra.__module__], "find_spec", lambda _: None)
    with pytest.raises(GatewayError, match=r"pip install 'station-gateway\[cameras\]'"):
        require_extra()


def test_what_records_video_is_loaded_by_nobody_else_and_loads_nothing_of_theirs() -> None:
    look = "import sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    daemon = _loaded(f"import gateway.cli.main, gateway.app.daemon; {look}")
    assert not {"av", "cv2", "numpy"} & daemon
    recorder = _loaded(f"import gateway.app.camera_recording; {look}")
    assert "av" in recorder
    assert not {"pymodbus", "serial", "paramiko", "paho", "apscheduler", "onvif", "zeep"} & recorder


def _loaded(program: str) -> set[str]:
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(ended.stdout.split())


@pytest.mark.parametrize(("health", "is_loaded"), [("10s", True), ("off", False)])
def test_where_no_picture_is_looked_at_opencv_takes_no_memory(tmp_path: Path, health: str, is_loaded: bool) -> None:
    file = configuration(tmp_path, "rtsp://127.0.0.1:1/none")
    file.write_text(file.read_text("utf-8").replace('"}', f'", health: {health}}}'), "utf-8")
    log = tmp_path / "log"
    running = RunningGateway(file, log, command=("cameras", "run"))
    try:
        wait_for(log, "camera=camera0", running)
        maps = Path(f"/proc/{running.pid}/maps").read_text()
        stopped = running.stop()
    finally:
        running.kill()
    assert stopped.code == 0
    assert "libavcodec" in maps
    assert [name in maps for name in ("/cv2/", "/numpy/")] == [is_loaded, is_loaded]


def test_what_came_is_recorded_to_its_end_when_the_recorder_is_stopped(tmp_path: Path) -> None:
    with camera(tmp_path, user="gw", password="s3cret") as outlet:
        secret = tmp_path / "password"
        secret.write_text("s3cret\n")
        secret.chmod(0o600)
        file = configuration(tmp_path, outlet.url, more=f", user: gw, password: {{file: {secret}}}")
        log = tmp_path / "log"
        running = RunningGateway(file, log, command=("cameras", "run"))
        try:
            wait_for(log, "camera is recorded", running)
            second = command("cameras", "run", "--config", file)
            time.sleep(2)
            stopped = running.stop()
        finally:
            running.kill()
        at_ms = time.time_ns() // 1_000_000
        sent_last = max(frame.utc_ms for frame in sent(outlet))
    assert (second.returncode, "another recorder of cameras already works" in second.stderr) == (1, True)
    assert stopped.code == 0
    assert stopped.took_s < 10
    database = open_cameras_database(tmp_path, read_only=True)
    try:
        (segment,) = SegmentStore(database).in_state(SegmentState.WHOLE)
    finally:
        database.close()
    frames = recorded(tmp_path / "video" / segment.file)
    assert len(frames) >= 15
    assert min(at_ms, sent_last) - frames[-1].utc_ms < 2000
    written = log.read_text("utf-8")
    assert "s3cret" not in written
    assert "<4>" not in written, "nothing was out of order"


def test_a_camera_that_takes_connections_and_says_nothing_does_not_keep_the_recorder_from_ending(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        file = configuration(tmp_path, f"rtsp://127.0.0.1:{deaf.getsockname()[1]}/stream1")
        log = tmp_path / "log"
        running = RunningGateway(file, log, command=("cameras", "run"))
        try:
            deaf.settimeout(WITHIN_S)
            channel, _ = deaf.accept()
            stopped = running.stop()
            channel.close()
        finally:
            running.kill()
    assert stopped.code == 0
    assert stopped.took_s < 10
