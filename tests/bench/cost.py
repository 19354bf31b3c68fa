"""What the whole daemon costs with sixty parameters at 1 Hz: processor, memory, bytes written; and what watching ports
adds to that."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from gateway.db import open_database
from gateway.ports.seen_ports import SeenPorts
from tests.bench import load
from tests.support.live.gateway import RunningGateway
from tests.support.live.simulator import SimulatedStation
from tests.support.watched_box import CONFIGURATION

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
        watching, ports = _watching(folder)
    hours = LASTS_S / 3600
    print(
        f"cost: {load.PARAMETERS} parameters at 1 Hz, slots of {SLOT}, over {LASTS_S:.0f} s:"
        f" {gateway.cpu_s / LASTS_S:.2%} of a core (goal 0.50%),"
        f" {gateway.resident / MB:.0f} MB (goal 64; {first / MB:.0f} in the run that makes the database),"
        f" {gateway.written / MB / hours:.1f} MB written an hour (goal 12.5);"
        f" pymodbus and SQLite alone: {bare.cpu_s / LASTS_S:.2%}, {bare.resident / MB:.0f} MB,"
        f" {bare.written / MB / hours:.1f} MB an hour"
    )
    print(
        f"cost: watching {ports} ports of this machine adds {watching.cpu_s / LASTS_S:.3%} of a core (goal 0.1%),"
        f" {watching.resident / MB:.1f} MB (goal 3), {watching.written / MB / hours:.1f} MB written an hour"
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


def _watching(folder: Path) -> tuple[Spent, int]:
    """Two gateways beside each other that have nothing else to do, of which one watches: what that one spends more. And
    how many ports it sees."""
    files = []
    for name, ports in (("idle", ""), ("watching", 'ports:\n  - {id: "net:eth0", state: used}')):
        home = folder / name
        home.mkdir()
        files.append(home / "gateway.yaml")
        files[-1].write_text(CONFIGURATION.format(storage=home / "storage", ports=ports), encoding="utf-8")
        _first_start(files[-1], home)
    gateways = [RunningGateway(file, file.with_name("gateway.log"), UNIT) for file in files]
    try:
        while any("gateway started" not in gateway.log.read_text("utf-8", "replace") for gateway in gateways):
            time.sleep(0.1)
            for gateway in gateways:
                gateway.check()
        time.sleep(WARM_UP_S)
        before = [_spent(gateway.pid) for gateway in gateways]
        time.sleep(LASTS_S)
        after = [_spent(gateway.pid) for gateway in gateways]
    finally:
        for gateway in gateways:
            gateway.stop()
    idle, watching = (
        Spent(end.cpu_s - start.cpu_s, end.resident, end.written - start.written)
        for start, end in zip(before, after, strict=True)
    )
    more = Spent(watching.cpu_s - idle.cpu_s, watching.resident - idle.resident, watching.written - idle.written)
    with closing(open_database(files[1].with_name("storage") / "gateway.db", read_only=True)) as database:
        return more, len(SeenPorts(database).all())


def _spent(pid: int) -> Spent:
    process = psutil.Process(pid)
    times = process.cpu_times()
    return Spent(times.user + times.system, process.memory_info().rss, process.io_counters().write_bytes)


if __name__ == "__main__":
    main()
