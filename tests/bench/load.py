"""The station of sixty parameters at 1 Hz that the benchmarks load the gateway with, and its configuration."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from pathlib import Path

from tests.support.live.configuration import Server, Wanted, destination
from tests.support.live.simulator import WASTEWATER, SimulatedStation

SCENARIO = WASTEWATER.with_name("load-60.yaml")
PARAMETERS = 60
_TYPES = ("float32", "float32, byte_order: CDAB", "int32, scale: 0.01", "uint32, byte_order: CDAB, scale: 0.001")


def write(folder: Path, simulator: SimulatedStation, slot: str) -> Path:
    """The configuration for that station."""
    plc = simulator.instruments["plc"]
    server = replace(Server.of(simulator.authorities["province"], "sftp"), path="/NUO060")
    lines = "".join(
        f"      - {{symbol: P{n + 1:02}, custom: true, unit: mg/L, register: 'holding:{2 * n}', type: {kind}}}\n"
        for n, kind in zip(range(PARAMETERS), cycle(_TYPES), strict=False)
    )
    file = folder / "gateway.yaml"
    file.write_text(
        f"""\
station: {{name: Tải, province: HN, facility: LOAD, code: NUO060, kind: wastewater}}
storage: {{path: {folder / "storage"}}}
reporting: {{slot: {slot}}}
clock: {{trust: assume}}  # of this machine nobody knows whether anything sets its clock
links:
  plc: {{type: modbus-tcp, host: {plc["host"]}, port: {plc["port"]}}}
instruments:
  - name: plc
    link: plc
    unit: 1
    poll: 1s
    status: {{register: "holding:120", type: uint16, calibrating: [1], fault: [2]}}
    parameters:
{lines}
destinations:
{destination(folder, Wanted("province", server))}""",
        encoding="utf-8",
    )
    return file
