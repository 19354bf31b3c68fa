"""`ascii` itself: what is asked, where an answer ends, what its lines look like, how numbers are written in them."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.line_pattern import EngineMissingError, LinePattern
from gateway.config.instruments.whole_answers import is_whole_only
from gateway.config.section import Flag, Section, Whole
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase

STATUS_GROUP = "status"
CHECKSUM_GROUP = "checksum"
SHARED_GROUPS = frozenset({STATUS_GROUP, CHECKSUM_GROUP, "unit"})
"""May stand in several kinds of line: each has its own."""
LONGEST_REQUEST = 256
MOST_LINES = 50
MOST_KINDS = 20


class ChecksumType(StrEnum):
    XOR = "xor"
    SUM = "sum"
    CRC16 = "crc16"


def _check_bytes(text: str) -> str:
    """Characters that are one byte each: what goes over the line is what stands here."""
    if not text or len(text) > LONGEST_REQUEST or any(ord(c) > 255 for c in text):
        raise FormError(
            Phrase("is empty, longer than 256 characters, or has one that is no byte"),
            Phrase('write it in double quotes, control characters as "\\r", "\\n" or "\\x02"'),
        )
    return text


def _check_pattern(text: str) -> str:
    try:
        LinePattern(text)
    except EngineMissingError as error:
        raise FormError(
            Phrase("needs google-re2, which cannot be loaded here ({error})", error=error),
            Phrase(
                "pip install 'google-re2>=1.1'; where there is none for this machine, ask for a device server or a PLC"
            ),
        ) from None
    return text


def _none_is_none(value: object) -> object:
    return None if value == "none" else value


Bytes = Annotated[str, AfterValidator(_check_bytes)]
Pattern = Annotated[str, AfterValidator(_check_pattern)]


class Stretch(Section):
    """Which part of the line a checksum is over: from behind the first `after` to before the last `before` that stands
    ahead of the checksum. Without them, from the line's beginning, and up to the checksum."""

    after: Bytes | None = None
    before: Bytes | None = None


class Checksum(Section):
    """The group `checksum` of the response holds it. `sum` is modulo 256, `crc16` the one of Modbus (polynomial 0x8005
    reflected, from 0xFFFF); `hex` is two or four digits, most significant first."""

    type: ChecksumType = Field(description=Phrase("xor, sum or crc16"))
    over: Stretch = Stretch()
    written: Literal["hex", "decimal"] = "hex"


class AsciiProtocol(Section):
    """What is asked, and what the whole line in answer looks like: a regular expression whose named groups hold the
    values. A device that talks unasked (`streaming`) is asked nothing; several kinds of line are `responses`.

    An answer of several `lines` is described as one text, the terminator between them. `skip` are lines that may stand
    in an answer and say nothing: the echo of the request, a greeting, blank ones. Where no terminator comes, silence of
    `idle` is the end.
    """

    request: Bytes | None = None
    terminator: Annotated[Bytes | None, BeforeValidator(_none_is_none)] = "\r\n"
    response: Pattern | None = None
    responses: Annotated[tuple[Pattern, ...], Field(max_length=MOST_KINDS)] = ()
    lines: Annotated[Whole, Field(ge=1, le=MOST_LINES)] = 1
    skip: Annotated[tuple[Pattern, ...], Field(max_length=MOST_KINDS)] = ()
    idle: Annotated[Duration, AfterValidator(within("20ms", "5s"))] | None = None
    checksum: Annotated[Checksum | None, BeforeValidator(_none_is_none)] = None
    streaming: Flag = False
    decimal: Literal[".", ","] = "."
    thousands: Annotated[Literal[".", ",", " ", "'", "\xa0"] | None, BeforeValidator(_none_is_none)] = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The expression of each kind of line."""
        return self.responses if self.response is None else (self.response,)

    @property
    def response_key(self) -> str:
        """Under which key they stand."""
        return "responses" if self.response is None else "response"

    @cached_property
    def groups_by_kind(self) -> tuple[frozenset[str], ...]:
        """The named groups of each kind of line."""
        return tuple(LinePattern(one).groups for one in self.kinds)

    @property
    def groups(self) -> frozenset[str]:
        """The named groups of all of them."""
        return frozenset().union(*self.groups_by_kind)

    @property
    def end(self) -> str | None:
        """The terminator that ends a line; `None` where silence does."""
        return None if self.idle is not None else self.terminator

    @model_validator(mode="after")
    def _say_what_fits_together(self) -> AsciiProtocol:
        _ask_or_listen(self)
        _describe_lines(self)
        _end_somehow(self)
        if self.thousands == self.decimal:
            raise FormError(
                Phrase("has {decimal!r} as decimal and as thousands", decimal=self.decimal),
                Phrase(
                    'a number as 1.234,5 is decimal: ",", thousands: "."; one as 1,234.5 is decimal: ".", '
                    'thousands: ","'
                ),
            )
        return self


def _ask_or_listen(protocol: AsciiProtocol) -> None:
    if protocol.streaming and protocol.request is not None:
        raise FormError(
            Phrase("has a request, and streaming devices talk unasked"), Phrase("remove request, or streaming")
        )
    if not protocol.streaming and protocol.request is None:
        raise FormError(
            Phrase("has no request"), Phrase('add request: "R\\r", or streaming: true for a device that talks unasked')
        )
    if protocol.streaming and protocol.lines > 1:
        raise FormError(
            Phrase("has lines, and of a device that talks unasked nothing tells with which line a block begins"),
            Phrase(
                'describe each kind of line in responses: […], or name what ends a block: terminator: "\\r\\n\\r\\n"'
            ),
        )
    if protocol.streaming and protocol.skip:
        raise FormError(
            Phrase("has skip"),
            Phrase("remove it: of a device that talks unasked all other lines are passed over anyway"),
        )


def _describe_lines(protocol: AsciiProtocol) -> None:
    if protocol.response is None and not protocol.responses:
        raise FormError(
            Phrase("has no response"),
            Phrase("add response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\\d)', what the line looks like"),
        )
    if protocol.response is not None and protocol.responses:
        raise FormError(
            Phrase("has response and responses"), Phrase("keep one of the two: responses is for several kinds of line")
        )
    if protocol.responses and not protocol.streaming:
        raise FormError(
            Phrase("has responses, and an answer is described as a whole"),
            Phrase("write lines: 2 and one response, \\r\\n between its lines, or use streaming"),
        )
    seen: set[str] = set()
    for groups in protocol.groups_by_kind:
        twice = sorted((groups & seen) - SHARED_GROUPS)
        if twice:
            raise FormError(
                Phrase("has the group {twice!r} in two responses, and one parameter has one value", twice=twice[0]),
                Phrase("write both forms as one response: (?:…|…), or give the groups names of their own"),
            )
        seen |= groups
        if protocol.checksum is not None and CHECKSUM_GROUP not in groups:
            raise FormError(
                Phrase("has a checksum that the response does not hold"),
                Phrase("add a group (?P<checksum>[0-9A-F]{2})"),
            )


def _end_somehow(protocol: AsciiProtocol) -> None:
    if protocol.idle is None:
        if protocol.terminator is None:
            raise FormError(
                Phrase("has no terminator, and nothing says where an answer ends"),
                Phrase(
                    'add idle: 50ms, the silence behind it, or the last byte of every answer as terminator: "\\x03"'
                ),
            )
        return
    if protocol.streaming:
        raise FormError(
            Phrase("has idle, and what a device says unasked is gathered between two polls, its pauses with it"),
            Phrase('name the byte with which every line ends or begins: terminator: "\\x02"'),
        )
    if protocol.terminator is not None and "terminator" in protocol.model_fields_set:
        raise FormError(
            Phrase("has terminator and idle"), Phrase("keep terminator: idle is for answers that have none")
        )
    if protocol.lines > 1 or protocol.skip:
        raise FormError(
            Phrase("has idle, and lines or skip"), Phrase("describe all that comes until the silence as one response")
        )
    if protocol.checksum is None and not is_whole_only(protocol.response or ""):
        raise FormError(
            Phrase("takes an answer that a pause cut short for a whole one: with [0-9.]+ also the '12.' of '12.5'"),
            Phrase(
                "describe what always stands at its end: a unit, a mark, [0-9]+[.][0-9]{2}, a fixed "
                "length; or a checksum"
            ),
        )
