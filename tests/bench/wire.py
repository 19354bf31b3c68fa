"""Fifty registers a request over a serial line at 9,600 baud: how much of the wire's time is used. The device is the
simulator's, which takes as long as the bytes take on a wire."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from gateway.config import ModbusRtuLink, Table
from gateway.instruments.modbus import link_of
from gateway.runtime.clock import SystemClock
from tests.support.live.simulator import SimulatedStation

BAUDRATE = 9600
REGISTERS = 50
ROUNDS = 5
REQUESTS = 20
WIRE_BYTES = 8 + 5 + 2 * REGISTERS

SCENARIO = f"""\
name: wire
seed: 1
slot: 5min
station: {{province: HN, facility: ABCD, code: NUO001, kind: wastewater, timezone: Asia/Ho_Chi_Minh}}
instruments:
  - name: bus
    type: modbus-rtu
    baudrate: {BAUDRATE}
    units:
      1: {{size: 100, parameters: {{COD: {{unit: mg/L, register: "holding:0", type: float32, signal: {{base: 5}}}}}}}}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        station = SimulatedStation(SCENARIO, Path(name))
        try:
            rates = _rates(station.instruments["bus"]["device"])
        finally:
            station.stop()
    wire = BAUDRATE / (10 * WIRE_BYTES)
    rate = median(rates)
    print(
        f"wire: RTU at {BAUDRATE:,} baud, {REGISTERS} registers a request: {rate:.2f} requests/s,"
        f" {rate / wire:.1%} of the wire's {wire:.2f} (goal 95 %)"
    )


def _rates(device: str) -> list[float]:
    settings = ModbusRtuLink.model_validate({"type": "modbus-rtu", "device": device, "baudrate": BAUDRATE})
    link = link_of("bus", settings, SystemClock())
    link.connect()
    rates = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        for _ in range(REQUESTS):
            link.read(1, Table.HOLDING, 0, REGISTERS)
        rates.append(REQUESTS / (time.perf_counter() - began_s))
    link.close()
    return rates


if __name__ == "__main__":
    main()
