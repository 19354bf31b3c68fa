"""`gateway demo` where GStreamer is not: it says so, and the station runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_the_demo_goes_on_without_a_camera_and_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ended = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--seconds", "2", "--data", str(folder)],
        env={**os.environ, "STATION_SIM_PYTHON": "/nowhere/python3"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "going on without a camera: GStreamer's RTSP server is missing: apt-get install" in ended.stdout
    assert "rtsp://" not in ended.stdout
    assert "Traceback" not in ended.stderr
    assert {file.name for file in folder.glob("*.log")} == {"gateway.log", "page.log", "simulator.log"}
    assert "cameras:" not in (folder / "gateway.yaml").read_text("utf-8")
