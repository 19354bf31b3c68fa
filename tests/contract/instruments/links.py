"""Links and instruments as a configuration would have them, at a real clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from gateway.config import ModbusAsciiLink, ModbusDevice, ModbusRtuLink, ModbusRtuOverTcpLink, ModbusTcpLink, Table
from gateway.core.interfaces import Instant
from gateway.instruments.modbus import ModbusLink, link_of
from gateway.instruments.modbus.instrument import ModbusInstrument

TIMEOUT = "200ms"
TIMEOUT_S = 0.2
SLACK_S = 0.3
"""How much later than promised a busy machine may notice."""


class RealClock:
    """The machine's clocks: these tests are about real time-outs."""

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000_000, time.monotonic())


def tcp(port: int, timeout: str = TIMEOUT, host: str = "127.0.0.1") -> ModbusLink:
    settings = {"type": "modbus-tcp", "host": host, "port": port, "timeout": timeout}
    return link_of("plc", ModbusTcpLink.model_validate(settings), RealClock())


def rtu(device: str, timeout: str = TIMEOUT, baudrate: int = 115_200) -> ModbusLink:
    settings = {"type": "modbus-rtu", "device": device, "timeout": timeout, "baudrate": baudrate}
    return link_of("bus", ModbusRtuLink.model_validate(settings), RealClock())


def rtu_over_tcp(port: int, timeout: str = TIMEOUT, pause: str = "2ms") -> ModbusLink:
    settings = {"type": "modbus-rtu-over-tcp", "host": "127.0.0.1", "port": port, "timeout": timeout, "pause": pause}
    return link_of("dtu", ModbusRtuOverTcpLink.model_validate(settings), RealClock())


def modbus_ascii(device: str, timeout: str = TIMEOUT, baudrate: int = 115_200) -> ModbusLink:
    settings = {"type": "modbus-ascii", "device": device, "timeout": timeout, "baudrate": baudrate}
    return link_of("bus", ModbusAsciiLink.model_validate(settings), RealClock())


def parameter(register: str, kind: str = "uint16", **more: Any) -> dict[str, Any]:
    return {"symbol": f"at-{register}", "unit": "-", "custom": True, "register": register, "type": kind, **more}


def settings(*parameters: dict[str, Any], unit: int = 1, status: Any = None) -> ModbusDevice:
    content = {"name": "multiprobe", "link": "plc", "unit": unit, "poll": "5s", "parameters": list(parameters)}
    return ModbusDevice.model_validate(content | ({"status": status} if status else {}))


@dataclass(slots=True)
class Listening:
    """A link that notes what is asked over it."""

    link: ModbusLink
    asked: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def longest_answer_s(self) -> float:
        return self.link.longest_answer_s

    @property
    def asked_s(self) -> float:
        return self.link.asked_s

    def now_s(self) -> float:
        return self.link.now_s()

    def listens_s(self, unit: int) -> float:
        return self.link.listens_s(unit)

    def rest(self, seconds: float) -> None:
        self.link.rest(seconds)

    def read(self, unit: int, table: Table, address: int, count: int) -> tuple[int, ...]:
        self.asked.append((str(table), address, count))
        return self.link.read(unit, table, address, count)

    def instrument(self, *parameters: dict[str, Any], **more: Any) -> ModbusInstrument:
        return ModbusInstrument(settings(*parameters, **more), self)
