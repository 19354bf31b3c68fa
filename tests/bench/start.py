"""How long a command line takes to answer, and the daemon to its first reading."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway
from tests.support.live.simulator import WASTEWATER, SimulatedStation

ROUNDS = 5
GATEWAY = Path(sys.executable).with_name("gateway")


def main() -> None:
    help_s = _median_s(lambda: _run(str(GATEWAY), "--help"))
    import_s = _median_s(lambda: _run(sys.executable, "-c", "import gateway.cli.main"))
    bare_s = _median_s(lambda: _run(sys.executable, "-c", "pass"))
    with tempfile.TemporaryDirectory() as folder:
        first_s = _to_first_reading(Path(folder))
    print(
        f"start: gateway --help {help_s:.2f} s (goal 0.25), of which import {import_s - bare_s:.2f} s and Python itself"
        f" {bare_s:.2f} s; daemon to first reading {first_s:.2f} s (goal 1.5)"
    )


def _median_s(act: Callable[[], None]) -> float:
    took = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        act()
        took.append(time.perf_counter() - began_s)
    return median(took)


def _run(*command: str) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _to_first_reading(folder: Path) -> float:
    """From the start of the process to its first answer of an instrument; every round with a database that is there
    already, as after a restart."""
    simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder)
    try:
        province = Wanted("province", Server.of(simulator.authorities["province"], "sftp"))
        configuration = write(folder, simulator.instruments, [province], slot="5min")
        took = [_one_start(configuration, folder / f"{n}.log") for n in range(ROUNDS + 1)]
    finally:
        simulator.stop()
    return median(took[1:])


def _one_start(configuration: Path, log: Path) -> float:
    began_s = time.perf_counter()
    gateway = RunningGateway(configuration, log)
    try:
        while b"state=answering" not in log.read_bytes():
            gateway.check()
            time.sleep(0.005)
        return time.perf_counter() - began_s
    finally:
        gateway.stop()


if __name__ == "__main__":
    main()
