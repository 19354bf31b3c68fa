"""From the end of a slot to the complete file in the authority's folder, on loopback."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench import backlog
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.expectation import end_of
from tests.support.live.gateway import RunningGateway
from tests.support.live.simulator import WASTEWATER, SimulatedStation, completed_ms

SLOTS = int(os.environ.get("BENCH_SLOTS", "12"))
SLOT_S = 10.0


def main() -> None:
    print(f"latency: {_said(in_backlog=False)} (goal p99 3 s)", flush=True)
    print(f"latency: {_said(in_backlog=True)} while {backlog.FILES:,} older files go to each (goal: the same)")


def _said(*, in_backlog: bool) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder)
        try:
            delays_s, drained = _measure(folder, simulator, in_backlog=in_backlog)
        finally:
            simulator.stop()
    said = "; ".join(
        f"{authority} p50 {median(delays):.2f} s, p99 {sorted(delays)[-1 - len(delays) // 100]:.2f} s"
        for authority, delays in delays_s.items()
    )
    older = f", {drained / (SLOTS + 1) / SLOT_S:.0f} older files/s in all" if in_backlog else ""
    return f"slot end to complete file, {SLOTS} slots, 2 s of them grace: {said}{older}"


def _measure(folder: Path, simulator: SimulatedStation, *, in_backlog: bool) -> tuple[dict[str, list[float]], int]:
    """Delays by authority, and how many files of the backlog arrived meanwhile."""
    ways = (("province", "sftp"), ("ministry", "ftps"))
    wanted = [Wanted(name, Server.of(simulator.authorities[name], scheme), name) for name, scheme in ways]
    configuration = write(folder, simulator.instruments, wanted)
    if in_backlog:
        now_ms = time.time_ns() // 1_000_000
        backlog.fill(folder / "storage/gateway.db", round(SLOT_S * 1000), now_ms, [name for name, _ in ways])
    began_ms = time.time_ns() // 1_000_000
    gateway = RunningGateway(configuration, folder / "gateway.log")
    try:
        time.sleep((SLOTS + 1) * SLOT_S)
    finally:
        gateway.stop()
    found, drained = {}, 0
    for name, scheme in ways:
        arrived = completed_ms(simulator.root(name))
        delays = [(at_ms - end_of(file)) / 1000 for file, at_ms in arrived.items() if end_of(file) > began_ms]
        drained += len(arrived) - len(delays)
        if len(delays) < SLOTS:
            raise SystemExit(f"latency: only {len(delays)} of {SLOTS} files arrived at the {name}")
        found[f"{name} ({scheme})"] = delays
    return found, drained


if __name__ == "__main__":
    main()
