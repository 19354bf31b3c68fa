"""The same contract over every wire: libmodbus behind TCP, a serial cable, a device server, a translator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from gateway.instruments.modbus import ModbusLink
from tests.contract.instruments.links import modbus_ascii, rtu, rtu_over_tcp, tcp
from tests.support.modbus_server.bridges import ascii_device, rtu_over_tcp_device
from tests.support.modbus_server.device import Registers, rtu_device, tcp_device

PATIENT = "500ms"
"""These tests are about values, so that a busy machine may take its time."""

Plugged = Callable[..., ModbusLink]
"""(registers, unit=1, longest=2000) → a link with such a device at its end."""


@pytest.fixture(params=["tcp", "rtu", "rtu-over-tcp", "ascii"])
def plug(request: pytest.FixtureRequest) -> Iterator[Plugged]:
    with ExitStack() as stack:

        def plugged(registers: Registers, unit: int = 1, longest: int = 2000) -> ModbusLink:
            match request.param:
                case "tcp":
                    link = tcp(stack.enter_context(tcp_device(registers, unit, longest=longest)), PATIENT)
                case "rtu":
                    link = rtu(stack.enter_context(rtu_device(registers, unit, longest=longest)), PATIENT)
                case "rtu-over-tcp":
                    port = stack.enter_context(rtu_over_tcp_device(registers, unit, longest=longest))
                    link = rtu_over_tcp(port, PATIENT)
                case _:
                    link = modbus_ascii(stack.enter_context(ascii_device(registers, unit, longest=longest)), PATIENT)
            stack.callback(link.close)
            return link

        yield plugged
