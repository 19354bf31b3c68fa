"""SDI-12 commands and answers (SDI-12 1.4, January 2019, chapter 4). Pure.

    aM!  aMC!  aC!  aCC!    →  a ttt n CR LF, or nn after C: in ttt seconds there will be n values
    (when they are there)      a CR LF, the service request; none after C, and none if ttt is 000
    aD0! … aD9!  aR0!       →  a +1.23-4.5 … CR LF; with three characters of a CRC before CR LF if MC, CC or RC asked
    aI!                     →  a, version, maker, model, … CR LF

Adapters echo the command, and some put blank lines between; both are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from gateway.core.errors import InstrumentGarbled
from gateway.core.phrase import Phrase
from gateway.instruments.lines.excerpts import text_excerpt

_VALUE = rb"[-+](?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})"
_VALUES = re.compile(rb"(?:%s)*" % _VALUE)
_ONE = re.compile(_VALUE)
_CRC_CHARACTERS = 3


@dataclass(frozen=True, slots=True)
class Announced:
    """How long a measurement takes at the most, how many values it will have, and whether it is over already."""

    longest_s: int
    values: int
    is_over: bool


def command(address: str, body: str) -> bytes:
    """`0M!`"""
    return f"{address}{body}!".encode("ascii")


def announced_in(received: bytes, asked: bytes, count_digits: int) -> Announced | None:
    """What a sensor answers to a command that measures; `None` while it is incomplete.

    Raises:
        InstrumentGarbled: it is no such answer, or another address answered.
    """
    lines = _lines(received, asked)
    if not lines:
        return None
    match = re.fullmatch(rb"(.)([0-9]{3})([0-9]{%d})" % count_digits, lines[0])
    is_over = lines[1:] == [asked[:1]]
    if match is None or match[1] != asked[:1] or (lines[1:] and not is_over):
        raise InstrumentGarbled(
            Phrase(
                "{text_excerpt}: no answer to it: {text_excerpt2}",
                text_excerpt=text_excerpt(asked),
                text_excerpt2=text_excerpt(received),
            )
        )
    return Announced(int(match[2]), int(match[3]), is_over or match[2] == b"000")


def is_service_request(received: bytes, address: str) -> bool:
    """Whether the sensor says that its measurement is over."""
    return address.encode("ascii") in _lines(received, b"")


def line_in(received: bytes, asked: bytes) -> bytes | None:
    """What the sensor answers behind its address; `None` while it is incomplete.

    Raises:
        InstrumentGarbled: another address answered, or several lines: one of them answers something else.
    """
    lines = _lines(received, asked)
    if not lines:
        return None
    if len(lines) > 1 or lines[0][:1] != asked[:1]:
        raise InstrumentGarbled(
            Phrase(
                "{text_excerpt}: no answer to it: {text_excerpt2}",
                text_excerpt=text_excerpt(asked),
                text_excerpt2=text_excerpt(received),
            )
        )
    return lines[0][1:]


def values_in(received: bytes, asked: bytes, *, has_crc: bool) -> tuple[Decimal, ...] | None:
    """The values of one answer; `None` while it is incomplete.

    Raises:
        InstrumentGarbled: as of `line_in`; or they are no values; or their checksum is wrong.
    """
    text = line_in(received, asked)
    if text is None:
        return None
    if has_crc:
        text, check = text[:-_CRC_CHARACTERS], text[-_CRC_CHARACTERS:]
        if check != crc(asked[:1] + text):
            raise InstrumentGarbled(
                Phrase(
                    "{text_excerpt}: the checksum is wrong: {text_excerpt2}",
                    text_excerpt=text_excerpt(asked),
                    text_excerpt2=text_excerpt(received),
                )
            )
    if not _VALUES.fullmatch(text):
        raise InstrumentGarbled(
            Phrase(
                "{text_excerpt}: no values: {text_excerpt2}",
                text_excerpt=text_excerpt(asked),
                text_excerpt2=text_excerpt(received),
            )
        )
    return tuple(Decimal(one.decode("ascii")) for one in _ONE.findall(text))


def crc(content: bytes) -> bytes:
    """Of the address and all that stands before it, as three characters (4.4.12)."""
    check = reduce(_with_byte, content, 0)
    return bytes((0x40 | check >> 12, 0x40 | check >> 6 & 0x3F, 0x40 | check & 0x3F))


def _with_byte(check: int, byte: int) -> int:
    check ^= byte
    for _ in range(8):
        check = check >> 1 ^ 0xA001 if check & 1 else check >> 1
    return check


def _lines(received: bytes, echo: bytes) -> list[bytes]:
    """The complete ones, blank ones and the echo left out."""
    if echo and received.startswith(echo):
        received = received[len(echo) :]
    complete = received.split(b"\n")[:-1]
    return [line for one in complete if (line := one.removesuffix(b"\r")) and line != echo]
