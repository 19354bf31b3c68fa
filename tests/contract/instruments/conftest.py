"""The same contract over both wires: libmodbus behind TCP, libmodbus behind a serial cable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from gateway.instruments.modbus import ModbusLink
from tests.contract.instruments.bench import rtu, tcp
from tests.support.modbus_server.device import Registers, rtu_device, tcp_device

PATIENT = "500ms"
"""These tests are about values, so that a busy machine may take its time."""

Plugged = Callable[..., ModbusLink]
"""(registers, unit=1, longest=2000) → a link with such a device at its end."""


@pytest.fixture(params=["tcp", "rtu"])
def plug(request: pytest.FixtureRequest) -> Iterator[Plugged]:
    with ExitStack() as stack:

        def plugged(registers: Registers, unit: int = 1, longest: int = 2000) -> ModbusLink:
            if request.param == "tcp":
                link = tcp(stack.enter_context(tcp_device(registers, unit, longest=longest)), PATIENT)
            else:
                link = rtu(stack.enter_context(rtu_device(registers, unit, longest=longest)), PATIENT)
            stack.callback(link.close)
            return link

        yield plugged
