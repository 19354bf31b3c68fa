"""A recorder on a simulated camera for some seconds, with a cut in it: what the commands say, and what they make,
against the stamps of the very frames that the camera sent."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.cameras.tried import try_cameras
from gateway.cli.main import app
from gateway.config import load
from gateway.runtime.clock import SystemClock
from tests.support.cameras import SimulatedCamera, camera, sent
from tests.support.live.configuration import Server, Wanted, write
from tests.support.video_truth import recorded

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
CAMERAS = """\
cameras:
  storage: {{path: {video}, leave_free: 100MB}}
  list:
    - {{name: outlet, url: "{url}", user: gw, password: {{file: {password}}}, health: off}}
"""
PATIENCE_S = 60.0
SILENT_S = 2.5

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[SimulatedCamera]:
    with camera(tmp_path, user="gw", password="secret", audio="alaw") as started:
        yield started


@pytest.fixture
def station(tmp_path: Path, outlet: SimulatedCamera) -> Path:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    password = tmp_path / "outlet-password"
    password.touch(mode=0o600)
    password.write_text("secret")
    text = CAMERAS.format(video=tmp_path / "video", url=outlet.url, password=password)
    configuration.write_text(configuration.read_text("utf-8") + text, encoding="utf-8")
    return configuration


@pytest.fixture
def recorder(station: Path) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen([sys.executable, "-m", "gateway", "cameras", "run", "-c", station])
    yield running
    if running.poll() is None:
        running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 0


def gateway(station: Path, *words: str, code: int = 0) -> str:
    """In this process: to start fifteen would take longer than all the rest."""
    done = CliRunner().invoke(app, [*words, "-c", str(station)])
    assert done.exit_code == code, (words, done.output, done.exception)
    return done.stdout


def told(station: Path, *words: str, code: int = 0) -> Any:
    return json.loads(gateway(station, *words, "--json", code=code))


def wait_for(is_so: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    until_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until_s
        time.sleep(0.3)


def local(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def ms_of(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def newest_ms(station: Path) -> float:
    newest = told(station, "cameras", "list")[0]["newest"]
    return float("-inf") if newest is None else ms_of(newest)


def test_some_seconds_of_a_camera(
    station: Path, outlet: SimulatedCamera, recorder: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    wait_for(lambda: len(sent(outlet)) > 50)
    before_ms = sent(outlet)[-1].utc_ms
    outlet.begin("refuse", for_s=SILENT_S)
    outlet.cut()
    wait_for(lambda: sent(outlet)[-1].utc_ms > before_ms + 3500)
    frames = sent(outlet)
    after_ms = next(one.utc_ms for one in frames if one.utc_ms > before_ms + 1500)
    last_ms = frames[-1].utc_ms
    wait_for(lambda: newest_ms(station) > last_ms)  # known when the recorder reports next
    wait_for(lambda: [one for one in told(station, "cameras", "gaps", "outlet")[-1:] if one["end"]])

    gaps = told(station, "cameras", "gaps", "outlet")
    assert abs(ms_of(gaps[0]["begin"]) - before_ms) < 1500
    assert abs(ms_of(gaps[-1]["end"]) - after_ms) < 1500
    assert [one["end"] for one in gaps[:-1]] == [one["begin"] for one in gaps[1:]]
    assert {one["cause"] for one in gaps} <= {"cut", "no-answer", "refused"}

    [shown] = told(station, "cameras", "list")
    assert (shown["recording"], shown["state"], shown["codec"]) == (True, "recording", "h264")
    assert shown["gap_s_today"] == pytest.approx(sum(one["seconds"] for one in gaps), abs=0.1)
    assert shown["bytes"] > 100_000

    taken = told(station, "cameras", "snapshot", "outlet", "-o", str(tmp_path / "now.jpg"))
    assert (tmp_path / "now.jpg").read_bytes().startswith(b"\xff\xd8")
    assert (taken["width"], taken["height"]) == (320, 240)

    first = next(one for one in frames if one.is_key)
    span = ("--from", local(first.utc_ms + 2300), "--to", local(last_ms))
    made = told(station, "cameras", "clip", "outlet", *span, "-o", str(tmp_path / "clip.mkv"), code=1)
    assert len(made["missing"]) == len(gaps)
    in_clip = recorded(tmp_path / "clip.mkv")
    assert in_clip[0].is_key
    assert [one.number for one in in_clip] == sorted({one.number for one in in_clip})
    wanted = {one.number for one in frames if first.utc_ms + 2300 <= one.utc_ms < before_ms - 1000}
    assert wanted <= {one.number for one in in_clip}
    assert abs(ms_of(made["begin"]) - in_clip[0].utc_ms) < 500

    whole = ("--from", local(first.utc_ms + 1000), "--to", local(before_ms - 1000))
    gateway(station, "cameras", "clip", "outlet", *whole, "-o", str(tmp_path / "clip.mp4"))
    probed = _probe(tmp_path / "clip.mp4")
    assert [one["codec_name"] for one in probed["streams"]] == ["h264"]
    assert float(probed["format"]["duration"]) == pytest.approx((before_ms - first.utc_ms) / 1000 - 2, abs=1.5)

    [found] = try_cameras(load(station), SystemClock(), True)
    assert (found["by"], found["error"], found["codec"]) == ("recorder", None, "h264")

    recorder.send_signal(signal.SIGTERM)
    assert recorder.wait(30) == 0
    assert told(station, "cameras", "list")[0]["recording"] is False
    [found] = try_cameras(load(station), SystemClock(), True)
    assert (found["by"], found["error"], found["sound"]) == ("trial", None, "pcm_s16le")
    assert (found["pictures_per_s"], found["key_every_s"]) == pytest.approx((10, 1), rel=0.1)


def _probe(file: Path) -> dict[str, Any]:
    entries = ["-show_entries", "stream=codec_name:format=duration", "-of", "json"]
    done = subprocess.run(["ffprobe", "-v", "error", *entries, file], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    content: dict[str, Any] = json.loads(done.stdout)
    return content
