"""`gateway demo`, ended otherwise than with Ctrl-C: by a signal, as `kill`, `timeout` or a closed terminal send it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest


@pytest.mark.parametrize(("number", "awaited"), [(signal.SIGTERM, "page.log"), (signal.SIGHUP, "simulator.log")])
def test_whatever_it_has_started_ends_with_it(tmp_path: Path, number: signal.Signals, awaited: str) -> None:
    folder = tmp_path / "demo"
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "demo", "--data", str(folder)],
        env={**os.environ, "STATION_SIM_PYTHON": "/nowhere/python3"},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        while not (folder / awaited).exists():
            assert demo.poll() is None
            threading.Event().wait(0.05)
        started = psutil.Process(demo.pid).children(recursive=True)
        assert started
        demo.send_signal(number)
        demo.communicate(timeout=60)
    left = psutil.wait_procs(started, timeout=5)[1]
    for one in left:
        one.kill()
    assert left == []
