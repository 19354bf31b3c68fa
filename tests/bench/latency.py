"""From the end of a slot to the complete file in the authority's folder, on loopback."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.expectation import end_of
from tests.support.live.gateway import RunningGateway
from tests.support.live.simulator import WASTEWATER, SimulatedStation, completed_ms

SLOTS = int(os.environ.get("BENCH_SLOTS", "12"))
SLOT_S = 10.0


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder)
        try:
            delays_s = _measure(folder, simulator)
        finally:
            simulator.stop()
    said = "; ".join(
        f"{authority} p50 {median(delays):.2f} s, p99 {sorted(delays)[-1 - len(delays) // 100]:.2f} s"
        for authority, delays in delays_s.items()
    )
    print(f"latency: slot end to complete file, {SLOTS} slots, 2 s of them grace: {said} (goal p99 3 s)")


def _measure(folder: Path, simulator: SimulatedStation) -> dict[str, list[float]]:
    ways = (("province", "sftp"), ("ministry", "ftps"))
    wanted = [Wanted(name, Server.of(simulator.authorities[name], scheme), name) for name, scheme in ways]
    gateway = RunningGateway(write(folder, simulator.instruments, wanted), folder / "gateway.log")
    try:
        time.sleep((SLOTS + 1) * SLOT_S)
    finally:
        gateway.stop()
    found = {}
    for name, scheme in ways:
        delays = [(at_ms - end_of(file)) / 1000 for file, at_ms in completed_ms(simulator.root(name)).items()]
        if len(delays) < SLOTS:
            raise SystemExit(f"latency: only {len(delays)} of {SLOTS} files arrived at the {name}")
        found[f"{name} ({scheme})"] = delays
    return found


if __name__ == "__main__":
    main()
