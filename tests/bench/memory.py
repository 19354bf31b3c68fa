"""What two child processes spare the daemon: one reads the configuration, one migrates the database. The same station
with and without each, in memory."""

from __future__ import annotations

import os
import shutil
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
AS_A_STATION = "import sys; sys.modules['pandas'] = sys.modules['numpy'] = None"
"""A station has neither; sqlite-utils loads them where they are installed."""
PROGRAM = "from pathlib import Path; from gateway.runtime.program import Program; file = Path(sys.argv[1])"
RUN = "from gateway.app.__main__ import run; sys.exit(run(Program(file)))"
AS_IT_IS = f"{AS_A_STATION}; {PROGRAM}; {RUN}"
READ_IN_ITSELF = (
    f"{AS_A_STATION}; {PROGRAM}; from gateway.config.load import load; import gateway.runtime.load_in_child as room;"
    f" room.load_in_child = lambda file, _: load(file, starting=True); {RUN}"
)
MIGRATED_IN_ITSELF = (
    f"{AS_A_STATION}; {PROGRAM}; import sqlite3; import gateway.db.migrations as room; room._apply_in_child ="
    f" lambda file, pending, alive: room._apply(sqlite3.connect(file, isolation_level=None), pending); {RUN}"
)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator = SimulatedStation(load.SCENARIO.read_text("utf-8"), folder)
        try:
            configuration = load.write(folder, simulator, "5min")
            _resident(AS_IT_IS, configuration, folder)  # makes the database
            read = _compared(READ_IN_ITSELF, configuration, folder, makes_database=False)
            migrated = _compared(MIGRATED_IN_ITSELF, configuration, folder, makes_database=True)
        finally:
            simulator.stop()
    _print(f"the daemon with {load.PARAMETERS} parameters", "its configuration read", read)
    _print("the daemon that made its database", "the schema's steps taken", migrated)


def _compared(in_itself: str, configuration: Path, folder: Path, *, makes_database: bool) -> tuple[float, float]:
    """Medians of megabytes: as it is, and with the child's work done by the daemon itself."""
    pairs = []
    for _ in range(ROUNDS):
        pair = []
        for program in (AS_IT_IS, in_itself):
            if makes_database:
                shutil.rmtree(folder / "storage")
            pair.append(_resident(program, configuration, folder))
        pairs.append(pair)
    in_child_mb, in_itself_mb = (median(one) / MB for one in zip(*pairs, strict=True))
    return in_child_mb, in_itself_mb


def _print(daemon: str, work: str, compared: tuple[float, float]) -> None:
    in_child_mb, in_itself_mb = compared
    print(
        f"memory: {daemon} holds {in_child_mb:.1f} MB; with {work} in its own process {in_itself_mb:.1f} MB:"
        f" the child saves {in_itself_mb - in_child_mb:.1f} MB (goal 2)"
    )


def _resident(program: str, configuration: Path, folder: Path) -> int:
    """Bytes of the daemon's that are in memory once it polls."""
    log = folder / "gateway.log"
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            [sys.executable, "-c", program, str(configuration)],
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
