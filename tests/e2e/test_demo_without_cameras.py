"""`gateway demo` where GStreamer is not: it says so, and the station runs. Here whoever looks reads Vietnamese."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.vietnamese import english_in


def test_the_demo_goes_on_without_a_camera_and_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ended = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--seconds", "2", "--data", str(folder)],
        env={**os.environ, "STATION_SIM_PYTHON": "/nowhere/python3", "LANG": "vi_VN.UTF-8", "LC_ALL": ""},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "chạy tiếp không có camera: thiếu máy chủ RTSP của GStreamer: apt-get install" in ended.stdout
    said = (
        ended.stdout.partition("apt-get install")[0] + ended.stdout.partition("apt-get install")[2].partition("\n")[2]
    )
    assert english_in(said.replace(str(folder), ""), {"ministry", "province", "page"}) == []
    assert "rtsp://" not in ended.stdout
    assert "Traceback" not in ended.stderr
    assert {file.name for file in folder.glob("*.log")} == {"gateway.log", "page.log", "simulator.log"}
    written = (folder / "gateway.yaml").read_text("utf-8")
    assert "cameras:" not in written
    assert "language: vi" in written  # the page speaks it, too
