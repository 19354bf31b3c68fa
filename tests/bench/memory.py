"""What reading the configuration in a child process spares the daemon: the same station with and without, in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from tests.bench import load
from tests.support.live.simulator import SimulatedStation

ROUNDS = 3
WARM_UP_S = 20.0
MB = 1_000_000
UNIT = {"MALLOC_ARENA_MAX": "1"}
"""What the gateway's systemd unit puts into its environment."""
AS_IT_IS = "from gateway.cli import main; main()"
IN_ITSELF = f"import gateway.config.load_in_child as room; room.load_in_child = room.load; {AS_IT_IS}"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator = SimulatedStation(load.SCENARIO.read_text("utf-8"), folder)
        try:
            configuration = load.write(folder, simulator, "5min")
            _resident(AS_IT_IS, configuration, folder)  # makes the database
            pairs = [
                (_resident(AS_IT_IS, configuration, folder), _resident(IN_ITSELF, configuration, folder))
                for _ in range(ROUNDS)
            ]
        finally:
            simulator.stop()
    in_child, in_itself = (median(one) / MB for one in zip(*pairs, strict=True))
    print(
        f"memory: the daemon with {load.PARAMETERS} parameters holds {in_child:.1f} MB; with its configuration read in"
        f" its own process {in_itself:.1f} MB: the child saves {in_itself - in_child:.1f} MB (goal 2)"
    )


def _resident(program: str, configuration: Path, folder: Path) -> int:
    """Bytes of the daemon's that are in memory once it polls."""
    log = folder / "gateway.log"
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            [sys.executable, "-c", program, "run", "--config", str(configuration)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **UNIT},
        )
    try:
        while b"state=answering" not in log.read_bytes():
            assert daemon.poll() is None, log.read_text("utf-8")
            time.sleep(0.05)
        time.sleep(WARM_UP_S)
        resident: int = psutil.Process(daemon.pid).memory_info().rss
    finally:
        daemon.terminate()
        daemon.wait()
    return resident


if __name__ == "__main__":
    main()
