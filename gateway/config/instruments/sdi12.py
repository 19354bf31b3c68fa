"""`sdi12`: a sensor on an SDI-12 bus behind a transparent serial adapter, which makes breaks and marks by itself."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.device import Place, PolledDevice
from gateway.config.instruments.reported import Reported
from gateway.config.instruments.status import Sources
from gateway.config.links.link import TEXT_LINK_TYPES
from gateway.config.section import Flag, Section, Whole, not_empty
from gateway.core.phrase import Phrase

_ADDRESS = re.compile(r"[0-9A-Za-z]", re.ASCII)
_COMMAND = re.compile(r"[MC][1-9]?|R[0-9]", re.ASCII)
MOST_VALUES = 99


def _check_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no address", text=text), Phrase('write one digit or letter, in quotes: "0"')
        )
    return text


def _check_command(text: str) -> str:
    """Others set the sensor (`A`, `X…`); this program only reads."""
    if not _COMMAND.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no command that measures", text=text),
            Phrase("write M, M1 to M9, C, C1 to C9, or R0 to R9; the gateway adds the C of CRC"),
        )
    return text


def _check_identity(text: str) -> str:
    if not text.strip() or not text.isascii() or not text.isprintable() or len(text) > 33:
        raise FormError(
            Phrase("is nothing that a sensor says of itself"),
            Phrase("write what aI! answers behind the address, or its beginning"),
        )
    return text


class Sdi12Protocol(Section):
    """`crc: false` for sensors older than SDI-12 1.3. `identity` is how the answer to `aI!` begins behind the address:
    version, maker, model, and the serial number if it is to be this very sensor."""

    address: Annotated[str, AfterValidator(_check_address)] = Field(
        description=Phrase('the address of the sensor, such as "0"')
    )
    crc: Flag = True
    identity: Annotated[str, AfterValidator(_check_identity)] | None = None


class Sdi12Status(Section):
    """SDI-12 tells no state; a schedule may. (A value that means a fault goes into `invalid`.)"""


class Sdi12Measured(Reported):
    """One parameter: a value, counted from 1, of those that a command measures."""

    command: Annotated[str, AfterValidator(_check_command)] = "M"
    field: Annotated[Whole, Field(ge=1, le=MOST_VALUES)] = Field(
        description=Phrase("which of the values that it answers, the first is 1")
    )


class Sdi12Device(PolledDevice):
    """One sensor on a serial or tcp link."""

    protocol: ClassVar[str | None] = "sdi12"
    link_types: ClassVar[tuple[str, ...]] = TEXT_LINK_TYPES

    sdi12: Sdi12Protocol = Field(description=Phrase('the section of the protocol, such as {address: "0"}'))
    status: Sources[Sdi12Status] = ()
    parameters: Annotated[tuple[Sdi12Measured, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of what it measures")
    )

    @property
    def link_address(self) -> str:
        """In short, for people."""
        return f"SDI-12 address {self.sdi12.address}"

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(
            Place("field", Phrase("value {field} of {command}", field=one.field, command=one.command))
            for one in self.parameters
        )

    @field_validator("status")
    @classmethod
    def _be_a_schedule(cls, status: tuple[Any, ...], _siblings: ValidationInfo[Any]) -> tuple[Any, ...]:
        if any(isinstance(one, Sdi12Status) for one in status):
            raise FormError(
                Phrase("has no word of SDI-12"), Phrase("write a schedule, or the value that means a fault in invalid")
            )
        return status
