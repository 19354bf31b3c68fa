"""A station that is not specially monitored, with two dead destinations, one that is away for a while, and one that is
well; at the end an instrument falls silent, too, and the daemon is told to stop in the midst of it all.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, Stopped, command, wait_between_deliveries
from tests.support.live.refusing_proxy import RefusingProxy
from tests.support.live.simulator import WASTEWATER, SimulatedStation, completed_ms, files_at
from tests.support.proxy import mute_server
from tests.support.servers.private import free_port

AWAY_FOR_S = 33.0
LASTS_S = 87.5
"""Then the mute destination is being waited for, whenever the first slot ended: for the fourth time, 20 s each."""
FAULTS = "faults: [{at: 55s, for: 10min, instrument: bus, unit: 2, kind: silent}]"
THIRD = "  - {name: third, protocols: [sftp], user: nuo001, password: third, late_after: 2min}\n"


@dataclass(frozen=True, slots=True)
class TroubledDestinations:
    """Everything that the run left behind."""

    configuration: Path
    database: Path
    files: dict[str, dict[str, bytes]]
    completed_ms: dict[str, dict[str, int]]
    """When each file stood complete under its name, by authority and path."""
    scores: dict[str, dict[str, Any]]
    status: dict[str, Any]
    read: subprocess.CompletedProcess[str]
    back_ms: int
    """When the third authority was to be reached again."""
    turned_away: int
    stopped: Stopped
    log: str
    simulator_log: str


def run(folder: Path) -> TroubledDestinations:
    scenario = WASTEWATER.read_text("utf-8").replace("faults: []", FAULTS)
    scenario = scenario.replace("time_servers:", f"{THIRD}\ntime_servers:")
    simulator = SimulatedStation(scenario, folder)
    is_away = True
    proxy = RefusingProxy(simulator.authorities["third"]["sftp"]["port"], lambda: is_away)
    try:
        with mute_server() as mute_port:
            province = Server.of(simulator.authorities["province"], "sftp")
            ministry = Server.of(simulator.authorities["ministry"], "ftps")
            third = Server.of(simulator.authorities["third"], "sftp", at=("127.0.0.1", proxy.port))
            configuration = write(
                folder,
                simulator.instruments,
                [
                    Wanted("refusing", replace(province, port=free_port())),
                    Wanted("mute", replace(province, port=mute_port)),
                    Wanted("province", province),
                    Wanted("third", third),
                    Wanted("ministry", ministry, "ministry", only_if_special=True),
                ],
                special_monitoring=False,
            )
            gateway = RunningGateway(configuration, folder / "gateway.log")
            try:
                time.sleep(AWAY_FOR_S)
                read = command("read", "multiprobe", "--json", "--config", configuration)
                status = command("status", "--json", "--config", configuration)
                is_away, back_ms = False, time.time_ns() // 1_000_000
                time.sleep(LASTS_S - AWAY_FOR_S)
                wait_between_deliveries()
                gateway.check()
                stopped = gateway.stop()
            finally:
                gateway.kill()
    finally:
        proxy.close()
        simulator.stop()
    roots = {name: simulator.root(name) for name in ("province", "third", "ministry")}
    return TroubledDestinations(
        configuration,
        folder / "storage/gateway.db",
        {name: files_at(root) for name, root in roots.items()},
        {name: completed_ms(root) for name, root in roots.items()},
        simulator.scores,
        json.loads(status.stdout),
        read,
        back_ms,
        proxy.refused,
        stopped,
        gateway.log.read_text("utf-8") + read.stderr + status.stderr,
        simulator.said(),
    )
