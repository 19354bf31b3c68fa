"""`gateway clock` with the daemon running, stopped and never started."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from gateway.cli.clock import read_clock
from gateway.cli.status_view import read_status
from gateway.config import load
from gateway.core.clock_trust import TrustState
from gateway.reports.clock import clock_to_json
from gateway.reports.status_json import to_json
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway
from tests.support.live.simulator import SimulatedStation

SCENARIO = """\
name: clocks
seed: 1
slot: 10s
station: {province: HN, facility: ABCD, code: NUO001, kind: wastewater}
time_servers:
  - {name: one}
  - {name: two}
  - {name: wrong, offset: 1h}
"""
NOBODY = Server("sftp", "127.0.0.1", 9, "station", "none", "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8")
INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 9}, "bus": {"device": "/dev/null"}}


def gateway(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def shown(configuration: Path) -> dict[str, Any]:
    done = gateway("clock", "--json", "-c", configuration)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def wait_for(running: RunningGateway, words: str) -> None:
    deadline = time.monotonic() + 20
    while words not in running.log.read_text("utf-8"):
        assert time.monotonic() < deadline, running.log.read_text("utf-8")
        time.sleep(0.05)
    time.sleep(0.3)  # what is told is written down right after


def test_the_clock_is_shown_with_everybody_who_vouches_for_it(tmp_path: Path) -> None:
    station = SimulatedStation(SCENARIO, tmp_path)
    try:
        configuration = write(tmp_path, INSTRUMENTS, [Wanted("province", NOBODY)])
        places = {name: f"{one['host']}:{one['port']}" for name, one in station.time_servers.items()}
        servers = ", ".join(f'"{place}"' for place in places.values())
        text = configuration.read_text("utf-8")
        assert "clock: {trust: assume}" in text
        configuration.write_text(text.replace("{trust: assume}", f"{{servers: [{servers}]}}"), "utf-8")

        never = read_clock(load(configuration), ask=True)
        assert never.state is TrustState.UNTRUSTED
        assert {one.name: one.verdict.value for one in never.witnesses}[places["wrong"]] == "falseticker"

        running = RunningGateway(configuration, tmp_path / "gateway.log")
        try:
            wait_for(running, "the clock is trusted")
            found = shown(configuration)
        finally:
            running.stop()
        assert {"state", "offset_s", "since", "witness", "servers", "jumps"} <= found.keys()
        assert found["witness"].startswith("2 of 3 time servers")
        verdicts = {one["name"]: one["verdict"] for one in found["servers"]}
        assert verdicts == {places["one"]: "ok", places["two"]: "ok", places["wrong"]: "falseticker"}
        stopped = clock_to_json(read_clock(load(configuration), ask=False), "Asia/Ho_Chi_Minh")
        assert (stopped["state"], stopped["servers"]) == (found["state"], found["servers"]), "the machine runs on"
        told = to_json(read_status(load(configuration)))["time"]
        assert (told["state"], told["synchronised"]) == ("trusted", True)
    finally:
        station.stop()
