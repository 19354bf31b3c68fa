"""The two physical ends that a link can have: a serial port, and something in the network."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.file.form_error import FormError
from gateway.config.host import Host, Port
from gateway.config.section import Flag, Section, Whole
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase


class Parity(StrEnum):
    NONE = "N"
    EVEN = "E"
    ODD = "O"


def _be_a_path(value: object) -> object:
    """`device` at an instrument is a section; on a serial line it names the port."""
    if isinstance(value, dict):
        raise FormError(
            Phrase("is the path of the port here, and a section says what a device cannot do"),
            Phrase("write the path, and the section device: {…} at each instrument"),
        )
    return value


def _check_device(text: str) -> str:
    """An absolute path. Whether the device is there is a matter for running, not for the configuration."""
    if not text.startswith("/") or not text.isprintable():
        raise FormError(
            Phrase("{text!r} is not the path of a serial device", text=text),
            Phrase("write the whole path, such as /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"),
        )
    return text


def check_whole(value: object) -> object:
    """`true` and `1.0` equal 1 in Python; in a configuration they are mistakes."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormError(Phrase("is not a whole number"), Phrase("write it without quotes and without a decimal point"))
    return value


Timeout = Annotated[Duration, AfterValidator(within("10ms", "30s"))]
Pause = Annotated[Duration, AfterValidator(within("0ms", "1s"))]


class LinkEnd(Section):
    """Base of every type of link. What holds for a type as such is said in the class, for checks that come before the
    models are made."""

    has_registers: ClassVar[bool] = False
    """Whether Modbus is spoken there, whose devices have coils and registers."""
    is_bus: ClassVar[bool] = False
    """Whether units are told apart by their address on a serial line, near or behind a device server."""
    has_numbers: ClassVar[bool] = False
    """Whether a question bears a number that its answer repeats."""


class SerialEnd(LinkEnd):
    """A serial port and what is at its other end. `pause` is kept after whatever was last heard, before the next
    question: some units need time to turn their line driver round."""

    device: Annotated[str, AfterValidator(_check_device), BeforeValidator(_be_a_path)] = Field(
        description=Phrase("the serial device, such as /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0")
    )
    baudrate: Annotated[Whole, Field(ge=300, le=4_000_000)] = 9600
    parity: Parity = Parity.NONE
    stopbits: Annotated[Literal[1, 2], BeforeValidator(check_whole)] = 1
    bytesize: Annotated[Literal[7, 8], BeforeValidator(check_whole)] = 8
    timeout: Timeout = timedelta(milliseconds=500)
    pause: Pause = timedelta(0)
    rs485: Flag = False
    """Let the kernel's driver switch between sending and receiving (RTS high while sending). Adapters that switch by
    themselves, as nearly all on USB do, need nothing."""

    @property
    def where(self) -> str:
        """In short, for people: /dev/ttyS0 9600 8N1."""
        return f"{self.device} {self.baudrate} {self.bytesize}{self.parity}{self.stopbits}"


class TcpEnd(LinkEnd):
    """Something in the network that takes TCP connections."""

    host: Host = Field(description=Phrase("the device's name or address, such as 192.168.1.10"))
    port: Port = Field(description=Phrase("the port it listens on, such as 4001"))
    timeout: Timeout = timedelta(seconds=1)

    @property
    def where(self) -> str:
        """In short, for people."""
        return f"{self.host}:{self.port}"
