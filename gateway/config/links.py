"""`links`: one physical connection each. The name before the colon is what instruments refer to."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.fault import Fault
from gateway.config.section import Section, Whole
from gateway.config.units import Duration, within

NOT_YET = ("modbus-rtu-over-tcp", "modbus-ascii", "serial", "tcp")
"""Types that the contract names and this version does not have."""

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_HOST_AND_PORT = re.compile(r"[^:/]+:[0-9]+", re.ASCII)


class Parity(StrEnum):
    NONE = "N"
    EVEN = "E"
    ODD = "O"


def check_host(text: str) -> str:
    """A host name or an IP address, nothing else.

    Raises:
        Fault: anything more, such as a port or a scheme, or a character no host name has.
    """
    if _HOST_NAME.fullmatch(text):
        return text
    try:
        ip_address(text)
    except ValueError:
        if _HOST_AND_PORT.fullmatch(text):
            raise Fault("has the port in it", "write the host alone and the port under the key port") from None
        raise Fault("is neither a host name nor an IP address", "write it as 192.168.1.10 or plc.local") from None
    return text


def check_device(text: str) -> str:
    """An absolute path. Whether the device is there is a matter for running, not for the configuration."""
    if not text.startswith("/") or not text.isprintable():
        raise Fault(
            f"{text!r} is not the path of a serial device",
            "write the whole path, such as /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0",
        )
    return text


def _check_whole(value: object) -> object:
    """`true` and `1.0` equal 1 in Python; in a configuration they are mistakes."""
    if type(value) is not int:
        raise Fault("is not a whole number", "write it without quotes and without a decimal point")
    return value


Host = Annotated[str, AfterValidator(check_host)]
Port = Annotated[Whole, Field(ge=1, le=65535)]
Timeout = Annotated[Duration, AfterValidator(within("10ms", "30s"))]


class ModbusTcpLink(Section):
    """A Modbus server in the network, or a gateway behind which several units sit."""

    type: Literal["modbus-tcp"]
    host: Host = Field(description="the device's name or address, such as 192.168.1.10")
    port: Port = 502
    timeout: Timeout = timedelta(seconds=1)


class ModbusRtuLink(Section):
    """A serial line with Modbus RTU units on it. Modbus RTU has 8 data bits, always (serial line guide 1.02, 2.5.1)."""

    type: Literal["modbus-rtu"]
    device: Annotated[str, AfterValidator(check_device)] = Field(
        description="the serial device, such as /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"
    )
    baudrate: Annotated[Whole, Field(ge=300, le=4_000_000)] = 9600
    parity: Parity = Parity.NONE
    stopbits: Annotated[Literal[1, 2], BeforeValidator(_check_whole)] = 1
    bytesize: Annotated[Literal[8], BeforeValidator(_check_whole)] = 8
    timeout: Timeout = timedelta(milliseconds=500)


Link = Annotated[ModbusTcpLink | ModbusRtuLink, Field(discriminator="type")]
