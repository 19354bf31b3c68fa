"""What the whole daemon costs with sixty parameters at 1 Hz: processor, memory, bytes written."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench import load
from tests.support.live.gateway import RunningGateway
from tests.support.live.simulator import SimulatedStation

SLOT = "5min"
WARM_UP_S = 30.0
LASTS_S = float(os.environ.get("BENCH_SECONDS", "300"))
MB = 1_000_000
UNIT = {"MALLOC_ARENA_MAX": "1"}
"""What the gateway's systemd unit puts into its environment."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process has used since its start: CPU seconds, resident bytes now, bytes sent to storage."""

    cpu_s: float
    resident: int
    written: int


def main() -> None:
    # The system's temporary folder may be memory; what is written has to reach a disk to be counted.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[2], prefix=".bench-") as name:
        folder = Path(name)
        simulator = SimulatedStation(load.SCENARIO.read_text("utf-8"), folder)
        try:
            configuration = load.write(folder, simulator, SLOT)
            first = _first_start(configuration, folder)
            gateway, bare = _measure(configuration, folder, simulator)
        finally:
            simulator.stop()
    hours = LASTS_S / 3600
    print(
        f"cost: {load.PARAMETERS} parameters at 1 Hz, slots of {SLOT}, over {LASTS_S:.0f} s:"
        f" {gateway.cpu_s / LASTS_S:.2%} of a core (goal 0.50%),"
        f" {gateway.resident / MB:.0f} MB (goal 64; {first / MB:.0f} in the run that makes the database),"
        f" {gateway.written / MB / hours:.1f} MB written an hour (goal 12.5);"
        f" pymodbus and SQLite alone: {bare.cpu_s / LASTS_S:.2%}, {bare.resident / MB:.0f} MB,"
        f" {bare.written / MB / hours:.1f} MB an hour"
    )


def _first_start(configuration: Path, folder: Path) -> int:
    """Resident bytes of the run that makes the database: migrating takes a library that later runs do without."""
    gateway = RunningGateway(configuration, folder / "gateway.log", UNIT)
    try:
        time.sleep(WARM_UP_S)
        return _spent(gateway.pid).resident
    finally:
        gateway.stop()


def _measure(configuration: Path, folder: Path, simulator: SimulatedStation) -> tuple[Spent, Spent]:
    plc = simulator.instruments["plc"]
    gateway = RunningGateway(configuration, folder / "gateway.log", UNIT)
    arguments = [str(plc["host"]), str(plc["port"]), str(folder / "bare.db")]
    bare = subprocess.Popen([sys.executable, "-m", "tests.bench.bare_poller", *arguments])
    try:
        time.sleep(WARM_UP_S)
        before = [_spent(pid) for pid in (gateway.pid, bare.pid)]
        time.sleep(LASTS_S)
        gateway.check()
        after = [_spent(pid) for pid in (gateway.pid, bare.pid)]
    finally:
        gateway.stop()
        bare.kill()
        bare.wait()
    ours, theirs = (
        Spent(end.cpu_s - start.cpu_s, end.resident, end.written - start.written)
        for start, end in zip(before, after, strict=True)
    )
    return ours, theirs


def _spent(pid: int) -> Spent:
    process = psutil.Process(pid)
    times = process.cpu_times()
    return Spent(times.user + times.system, process.memory_info().rss, process.io_counters().write_bytes)


if __name__ == "__main__":
    main()
