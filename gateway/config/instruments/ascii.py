"""`ascii`: a device that answers in lines of its own making, or talks unasked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.code_lists import refuse_calibrating_fault
from gateway.config.instruments.device import Place, PolledDevice
from gateway.config.instruments.line_pattern import EngineMissingError, LinePattern
from gateway.config.instruments.reported import Reported
from gateway.config.instruments.status import Schedule, Sources, own_source
from gateway.config.links.link import TEXT_LINK_TYPES
from gateway.config.section import Flag, Section, not_empty

STATUS_GROUP = "status"
CHECKSUM_GROUP = "checksum"
LONGEST_REQUEST = 256


class ChecksumType(StrEnum):
    XOR = "xor"
    SUM = "sum"
    CRC16 = "crc16"


def _check_bytes(text: str) -> str:
    """Characters that are one byte each: what goes over the line is what stands here."""
    if not text or len(text) > LONGEST_REQUEST or any(ord(c) > 255 for c in text):
        raise FormError(
            "is empty, longer than 256 characters, or has one that is no byte",
            r'write it in double quotes, control characters as "\r", "\n" or "\x02"',
        )
    return text


def _check_pattern(text: str) -> str:
    try:
        LinePattern(text)
    except EngineMissingError as error:
        raise FormError(
            f"needs google-re2, which cannot be loaded here ({error})",
            "pip install 'google-re2>=1.1'; where there is none for this machine, ask for a device server or a PLC",
        ) from None
    return text


def _none_is_none(value: object) -> object:
    return None if value == "none" else value


Bytes = Annotated[str, AfterValidator(_check_bytes)]


class Stretch(Section):
    """Which part of the line a checksum is over: from behind the first `after` to before the last `before` that stands
    ahead of the checksum. Without them, from the line's beginning, and up to the checksum."""

    after: Bytes | None = None
    before: Bytes | None = None


class Checksum(Section):
    """The group `checksum` of the response holds it. `sum` is modulo 256, `crc16` the one of Modbus (polynomial 0x8005
    reflected, from 0xFFFF); `hex` is two or four digits, most significant first."""

    type: ChecksumType = Field(description="xor, sum or crc16")
    over: Stretch = Stretch()
    written: Literal["hex", "decimal"] = "hex"


class AsciiProtocol(Section):
    """What is asked, and what the whole line in answer looks like: a regular expression whose named groups hold the
    values. A device that talks unasked (`streaming`) is asked nothing."""

    request: Bytes | None = None
    terminator: Bytes = "\r\n"
    response: Annotated[str, AfterValidator(_check_pattern)] = Field(
        description=r"what the line looks like, such as 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)'"
    )
    checksum: Annotated[Checksum | None, BeforeValidator(_none_is_none)] = None
    streaming: Flag = False
    decimal: Literal[".", ","] = "."

    @property
    def groups(self) -> frozenset[str]:
        """The named groups of the response."""
        return LinePattern(self.response).groups

    @model_validator(mode="after")
    def _ask_or_listen(self) -> AsciiProtocol:
        if self.streaming and self.request is not None:
            raise FormError("has a request, and streaming devices talk unasked", "remove request, or streaming")
        if not self.streaming and self.request is None:
            raise FormError("has no request", r'add request: "R\r", or streaming: true for a device that talks unasked')
        if self.checksum is not None and CHECKSUM_GROUP not in self.groups:
            raise FormError("has a checksum that the response does not hold", "add a group (?P<checksum>[0-9A-F]{2})")
        return self


class AsciiStatus(Section):
    """What the group `status` says, as text. A code in neither list means measuring."""

    calibrating: tuple[str, ...] = ()
    fault: tuple[str, ...] = ()

    @field_validator("fault")
    @classmethod
    def _mean_one_thing(cls, fault: tuple[str, ...], siblings: ValidationInfo[Any]) -> tuple[str, ...]:
        return refuse_calibrating_fault(fault, siblings)


class AsciiMeasured(Reported):
    """One parameter: the number in the group of its symbol, or in `group` where a symbol cannot name one (`PM2,5`)."""

    group: str | None = None

    @property
    def held_in(self) -> str:
        """The group that holds it."""
        return self.symbol if self.group is None else self.group


class AsciiDevice(PolledDevice):
    """One device on a serial or tcp link."""

    protocol: ClassVar[str | None] = "ascii"
    link_types: ClassVar[tuple[str, ...]] = TEXT_LINK_TYPES

    ascii: AsciiProtocol = Field(description="the section that says what is asked and answered")
    status: Sources[AsciiStatus] = ()
    parameters: Annotated[tuple[AsciiMeasured, ...], AfterValidator(not_empty)] = Field(
        description="a list of what it measures"
    )

    @property
    def link_address(self) -> str:
        """In short, for people."""
        return "ascii"

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(
            Place("symbol" if one.group is None else "group", f"group {one.held_in}", (self.ascii.request,))
            for one in self.parameters
        )

    @classmethod
    def talks_unasked(cls, content: Mapping[str, object]) -> bool:
        protocol = content.get("ascii")
        return isinstance(protocol, dict) and protocol.get("streaming") is True

    @property
    def own_status(self) -> AsciiStatus | None:
        """What the group `status` means; `None` if it is not listened to."""
        return own_source(self.status)

    @field_validator("status")
    @classmethod
    def _be_in_the_response(
        cls, status: tuple[AsciiStatus | Schedule, ...], siblings: ValidationInfo[Any]
    ) -> tuple[AsciiStatus | Schedule, ...]:
        protocol = siblings.data.get("ascii")
        if own_source(status) is not None and protocol is not None and STATUS_GROUP not in protocol.groups:
            raise FormError("has no group in the response", r"add a group such as (?P<status>\d) to ascii.response")
        return status

    @field_validator("parameters")
    @classmethod
    def _have_groups(
        cls, parameters: tuple[AsciiMeasured, ...], siblings: ValidationInfo[Any]
    ) -> tuple[AsciiMeasured, ...]:
        protocol = siblings.data.get("ascii")
        if protocol is None:
            return parameters
        for measured in parameters:
            if measured.held_in not in protocol.groups:
                raise FormError(
                    f"{measured.symbol} has no group {measured.held_in!r} in ascii.response",
                    f"groups there: {', '.join(sorted(protocol.groups)) or 'none'}; name another with group: NAME",
                )
        return parameters
