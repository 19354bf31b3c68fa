"""A specially monitored station: an analyser is calibrated, then breaks, then falls silent; both authorities are well.

Some ninety seconds with slots of ten, of which one at least is calm, wherever they begin: what happened is looked at by
the tests afterwards.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, Stopped, command, wait_between_deliveries
from tests.support.live.simulator import WASTEWATER, SimulatedStation, completed_ms, files_at
from tests.support.live.systemd import Systemd

SLOT_MS = 10_000
LASTS_S = 90.0
LOOK_AT_S = 37.0
FAULTS = """\
faults:
  - {at: 24s, for: 12s, instrument: bus, unit: 2, kind: calibrating}
  - {at: 40s, for: 11s, instrument: bus, unit: 2, kind: fault}
  - {at: 56s, for: 19s, instrument: bus, unit: 2, kind: silent}
"""


@dataclass(frozen=True, slots=True)
class TroubledInstruments:
    """Everything that the run left behind."""

    configuration: Path
    database: Path
    truth: list[dict[str, Any]]
    files: dict[str, dict[str, bytes]]
    completed_ms: dict[str, dict[str, int]]
    """When each file stood complete under its name, by authority and path."""
    scores: dict[str, dict[str, Any]]
    status: dict[str, Any]
    second_daemon: subprocess.CompletedProcess[str]
    stopped: Stopped
    notifications: list[str]
    log: str
    simulator_log: str


def run(folder: Path) -> TroubledInstruments:
    simulator = SimulatedStation(WASTEWATER.read_text("utf-8").replace("faults: []", FAULTS), folder)
    try:
        configuration = write(
            folder,
            simulator.instruments,
            [
                Wanted("province", Server.of(simulator.authorities["province"], "sftp")),
                Wanted("ministry", Server.of(simulator.authorities["ministry"], "ftps"), "ministry", True),
            ],
        )
        with Systemd(folder / "notify") as systemd:
            gateway = RunningGateway(configuration, folder / "gateway.log", systemd.environment)
            try:
                time.sleep(LOOK_AT_S)
                status = command("status", "--json", "--config", configuration)
                second = command("run", "--config", configuration)
                time.sleep(LASTS_S - LOOK_AT_S)
                wait_between_deliveries()
                gateway.check()
                stopped = gateway.stop()
            finally:
                gateway.kill()

    finally:
        simulator.stop()
    roots = {name: simulator.root(name) for name in ("province", "ministry")}
    return TroubledInstruments(
        configuration,
        folder / "storage/gateway.db",
        simulator.truth(),
        {name: files_at(root) for name, root in roots.items()},
        {name: completed_ms(root) for name, root in roots.items()},
        simulator.scores,
        json.loads(status.stdout),
        second,
        stopped,
        systemd.heard,
        gateway.log.read_text("utf-8") + status.stderr,
        simulator.said(),
    )
