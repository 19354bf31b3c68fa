"""A small station among many: its configuration, and in its network the instruments and an authority."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCENARIO = """
name: fleet
seed: 1
slot: 10s
station: {province: HN, facility: ABCD, code: CODE, kind: wastewater, timezone: Asia/Ho_Chi_Minh}
instruments:
  - name: plc
    type: modbus-tcp
    listen: 127.0.0.1:1502
    units:
      1:
        parameters:
          pH: {unit: "-", register: "holding:0", type: float32, signal: {base: 7.2, min: 0, max: 14}}
          COD: {unit: mg/L, register: "holding:2", type: float32, signal: {base: 68, noise: 1, min: 5, max: 500}}
authorities:
  - {name: department, protocols: [sftp], user: station, password: mat-khau, layout: "%Y/%m/%d"}
"""


def configuration(code: str, *destinations: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {"symbol": "pH", "unit": "-", "register": "holding:0", "type": "float32", "decimals": 2},
        {"symbol": "COD", "unit": "mg/L", "register": "holding:2", "type": "float32", "decimals": 1},
    ]
    return {
        "station": {
            "name": "Trạm nước thải thử nghiệm",
            "province": "HN",
            "facility": "ABCD",
            "code": code,
            "kind": "wastewater",
        },
        "reporting": {"slot": "10s"},
        "clock": {"servers": ["127.0.0.1"], "trust": "assume"},
        "links": {"plc": {"type": "modbus-tcp", "host": "127.0.0.1", "port": 1502}},
        "instruments": [{"name": "probe", "link": "plc", "unit": 1, "poll": "1s", "parameters": parameters}],
        "destinations": list(destinations),
    }


@contextmanager
def surroundings(folder: Path, code: str, into_network: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Instruments and an authority, in a network. Yields what the simulator says of the authority."""
    scenario, events = folder / "scenario.yaml", folder / "simulator.jsonl"
    scenario.write_text(SCENARIO.replace("CODE", code), "utf-8")
    command = [*into_network, sys.executable, "-m", "stationsim", "run", str(scenario)]
    with events.open("wb") as out:
        child = subprocess.Popen([*command, "--out", str(folder / "surroundings")], stdout=out)
    try:
        deadline_s = time.monotonic() + 40
        while b"\n" not in events.read_bytes():
            assert child.poll() is None
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        yield json.loads(events.read_bytes().splitlines()[0])["authorities"]["department"]
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)
