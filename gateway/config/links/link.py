"""`links`: one physical connection each. The name before the colon is what instruments refer to."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.file.form_error import FormError
from gateway.config.section import Flag, Section, Whole
from gateway.config.units import Duration, within

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_DIGITS_AND_DOTS = re.compile(r"[0-9.]+", re.ASCII)
"""Meant as an IP address. (No name ends in a number: RFC 3696, 2.)"""
_HOST_AND_PORT = re.compile(r"[^:/]+:[0-9]+", re.ASCII)


class Parity(StrEnum):
    NONE = "N"
    EVEN = "E"
    ODD = "O"


def check_host(text: str) -> str:
    """A host name or an IP address, nothing else.

    Raises:
        FormError: anything more, such as a port or a scheme, or a character no host name has.
    """
    if _HOST_NAME.fullmatch(text) and not _DIGITS_AND_DOTS.fullmatch(text):
        return text
    try:
        ip_address(text)
    except ValueError:
        if _HOST_AND_PORT.fullmatch(text):
            raise FormError("has the port in it", "write the host alone and the port under the key port") from None
        raise FormError("is neither a host name nor an IP address", "write it as 192.168.1.10 or plc.local") from None
    return text


def check_device(text: str) -> str:
    """An absolute path. Whether the device is there is a matter for running, not for the configuration."""
    if not text.startswith("/") or not text.isprintable():
        raise FormError(
            f"{text!r} is not the path of a serial device",
            "write the whole path, such as /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0",
        )
    return text


def _check_whole(value: object) -> object:
    """`true` and `1.0` equal 1 in Python; in a configuration they are mistakes."""
    if type(value) is not int:
        raise FormError("is not a whole number", "write it without quotes and without a decimal point")
    return value


Host = Annotated[str, AfterValidator(check_host)]
Port = Annotated[Whole, Field(ge=1, le=65535)]
Timeout = Annotated[Duration, AfterValidator(within("10ms", "30s"))]
Pause = Annotated[Duration, AfterValidator(within("0ms", "1s"))]


class TcpEnd(Section):
    """Something in the network that takes TCP connections."""

    host: Host = Field(description="the device's name or address, such as 192.168.1.10")
    port: Port = Field(description="the port it listens on, such as 4001")
    timeout: Timeout = timedelta(seconds=1)

    @property
    def where(self) -> str:
        """In short, for people."""
        return f"{self.host}:{self.port}"


class ModbusTcpLink(TcpEnd):
    """A Modbus server in the network, or a gateway behind which several units sit."""

    type: Literal["modbus-tcp"]
    port: Port = 502


class SerialEnd(Section):
    """A serial port and what is at its other end. `pause` is kept after whatever was last heard, before the next
    question: some units need time to turn their line driver round."""

    device: Annotated[str, AfterValidator(check_device)] = Field(
        description="the serial device, such as /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"
    )
    baudrate: Annotated[Whole, Field(ge=300, le=4_000_000)] = 9600
    parity: Parity = Parity.NONE
    stopbits: Annotated[Literal[1, 2], BeforeValidator(_check_whole)] = 1
    bytesize: Annotated[Literal[7, 8], BeforeValidator(_check_whole)] = 8
    timeout: Timeout = timedelta(milliseconds=500)
    pause: Pause = timedelta(0)
    rs485: Flag = False
    """Let the kernel's driver switch between sending and receiving (RTS high while sending). Adapters that switch by
    themselves, as nearly all on USB do, need nothing."""

    @property
    def where(self) -> str:
        """In short, for people: /dev/ttyS0 9600 8N1."""
        return f"{self.device} {self.baudrate} {self.bytesize}{self.parity}{self.stopbits}"


class ModbusRtuLink(SerialEnd):
    """A serial line with Modbus RTU units on it. Modbus RTU has 8 data bits, always (serial line guide 1.02, 2.5.1)."""

    type: Literal["modbus-rtu"]
    bytesize: Annotated[Literal[8], BeforeValidator(_check_whole)] = 8


class ModbusAsciiLink(SerialEnd):
    """A serial line with Modbus ASCII units: 7 data bits and even parity, says the guide (2.5.2); some have 8 bits."""

    type: Literal["modbus-ascii"]
    bytesize: Annotated[Literal[7, 8], BeforeValidator(_check_whole)] = 7
    parity: Parity = Parity.EVEN


class ModbusRtuOverTcpLink(TcpEnd):
    """A serial line with Modbus RTU units behind a serial device server, which passes the frames on as they are.

    The server knows nothing of Modbus, so the silence between frames is kept here: `pause`.
    """

    type: Literal["modbus-rtu-over-tcp"]
    pause: Pause = timedelta(milliseconds=20)


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
