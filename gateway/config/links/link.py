"""`links`: one physical connection each. The name before the colon is what instruments refer to.

Each type says of itself what the checks must know of it; a new one is a class here and its place in `Link`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field

from gateway.config.host import Port
from gateway.config.links.device_limits import DeviceLimits
from gateway.config.links.ends import LinkEnd, Parity, Pause, SerialEnd, TcpEnd, check_whole


class ModbusTcpLink(TcpEnd):
    """A Modbus server in the network, or a gateway behind which several units sit."""

    has_registers: ClassVar[bool] = True
    has_numbers: ClassVar[bool] = True
    type: Literal["modbus-tcp"]
    port: Port = 502
    device: DeviceLimits | None = None


class ModbusRtuLink(SerialEnd):
    """A serial line with Modbus RTU units on it. Modbus RTU has 8 data bits, always (serial line guide 1.02, 2.5.1)."""

    has_registers: ClassVar[bool] = True
    is_bus: ClassVar[bool] = True
    type: Literal["modbus-rtu"]
    bytesize: Annotated[Literal[8], BeforeValidator(check_whole)] = 8


class ModbusAsciiLink(SerialEnd):
    """A serial line with Modbus ASCII units: 7 data bits and even parity, says the guide (2.5.2); some have 8 bits."""

    has_registers: ClassVar[bool] = True
    is_bus: ClassVar[bool] = True
    type: Literal["modbus-ascii"]
    bytesize: Annotated[Literal[7, 8], BeforeValidator(check_whole)] = 7
    parity: Parity = Parity.EVEN


class ModbusRtuOverTcpLink(TcpEnd):
    """A serial line with Modbus RTU units behind a serial device server, which passes the frames on as they are.

    The server knows nothing of Modbus, so the silence between frames is kept here: `pause`.
    """

    has_registers: ClassVar[bool] = True
    is_bus: ClassVar[bool] = True
    type: Literal["modbus-rtu-over-tcp"]
    pause: Pause = timedelta(milliseconds=20)
    device: DeviceLimits | None = None


class SerialLink(SerialEnd):
    """A serial line with a device that speaks text."""

    type: Literal["serial"]


class TcpLink(TcpEnd):
    """A device that speaks text over TCP, or a serial line behind a device server with such a device on it."""

    type: Literal["tcp"]
    pause: Pause = timedelta(0)


ModbusLink = ModbusTcpLink | ModbusRtuLink | ModbusRtuOverTcpLink | ModbusAsciiLink
TextLink = SerialLink | TcpLink
Link = Annotated[ModbusLink | TextLink, Field(discriminator="type")]


def _by_type(models: object) -> Mapping[str, type[LinkEnd]]:
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(models)}


LINK_MODELS = _by_type(ModbusLink | TextLink)
"""The classes of all links by the word in `type`."""
MODBUS_LINK_TYPES = tuple(_by_type(ModbusLink))
TEXT_LINK_TYPES = tuple(_by_type(TextLink))
