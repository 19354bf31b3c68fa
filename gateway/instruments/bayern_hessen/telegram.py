"""Bayern-Hessen telegrams. Pure.

    question  STX · DA · address (3 digits) · ETX · BCC, or CR in place of ETX and BCC
    answer    STX · MD · how many (2 digits) · and for each measurement, apart by blanks:
              its number (3 digits) · ±mmmm±ee · operating status · error status (2 hexadecimal digits each) ·
              serial number and filler, which some makers run together and some leave out · ETX · BCC, or CR

`+2578+01` is 2.578 × 10¹. The BCC is the exclusive or of all bytes from STX to ETX, as two hexadecimal digits (Thermo
42i, appendix D; Acoem Serinus, appendix C; Teledyne API's T series, Hessen protocol).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import xor

from gateway.core.errors import InstrumentGarbled
from gateway.core.phrase import Phrase
from gateway.instruments.lines.excerpts import text_excerpt

_CHECKED = re.compile(rb"(\x02[^\x02\x03]*\x03)(..)", re.DOTALL)
_UNCHECKED = re.compile(rb"(\x02[^\x02\x03\r]*)\r")
_VALUE = "([-+][0-9]{4})([-+][0-9]{2})"
_SERIAL_NUMBER = "([0-9A-Za-z]{1,12}+)(?: +[0-9A-Za-z]{1,12}+(?! +[-+]))?"  # what precedes a sign is the next number
_ONE = rf" +([0-9]{{3}}) +{_VALUE} +([0-9A-Fa-f]{{2}}) +([0-9A-Fa-f]{{2}}) +{_SERIAL_NUMBER}"
_ALL = re.compile(rf"\x02MD([0-9]{{2}})((?:{_ONE})*) *\x03?", re.ASCII)
_EACH = re.compile(_ONE, re.ASCII)
MANTISSA_PLACES = 3


@dataclass(frozen=True, slots=True)
class Measurement:
    """One of an answer's measurements. `number` tells it apart from the others; the status bytes are 0 to 255."""

    number: int
    value: Decimal
    operating: int
    error: int


def block_check(frame: bytes) -> bytes:
    """The BCC of the bytes from STX to ETX."""
    return b"%02X" % reduce(xor, frame, 0)


def question(address: int, is_checked: bool) -> bytes:
    """Ask the device at that address for its measurements."""
    start = b"\x02DA%03d" % address
    return start + b"\x03" + block_check(start + b"\x03") if is_checked else start + b"\r"


def answer_in(received: bytes, is_checked: bool, by_serial: bool = False) -> dict[int, Measurement] | None:
    """The measurements by their number; `None` while the answer is incomplete. What stands before its STX is noise.

    `by_serial`: the serial number is what tells them apart, for the number is the same in all.

    Raises:
        InstrumentGarbled: the block check is wrong, the answer has another form or count, there are two, or a number
            stands twice.
    """
    frames = _CHECKED.findall(received) if is_checked else [(one, b"") for one in _UNCHECKED.findall(received)]
    if not frames:
        return None
    frame, digits = frames[0]
    if is_checked and digits.upper() != block_check(frame):
        raise InstrumentGarbled(Phrase("the block check is wrong: {text_excerpt}", text_excerpt=text_excerpt(received)))
    match = _ALL.fullmatch(frame.decode("latin-1"))
    if len(frames) > 1 or match is None:
        raise InstrumentGarbled(Phrase("not one answer: {text_excerpt}", text_excerpt=text_excerpt(received)))
    found = [_measurement(*one, by_serial=by_serial) for one in _EACH.findall(match[2])]
    by_number = {one.number: one for one in found}
    if not len(by_number) == len(found) == int(match[1]):
        raise InstrumentGarbled(
            Phrase(
                "{match} measurements announced, {by_number} told apart", match=int(match[1]), by_number=len(by_number)
            )
        )
    return by_number


def _measurement(
    number: str, mantissa: str, exponent: str, operating: str, error: str, serial: str, *, by_serial: bool
) -> Measurement:
    if by_serial and not serial.isdecimal():
        raise InstrumentGarbled(Phrase("{serial} is no number of a measurement", serial=serial))
    value = Decimal(mantissa).scaleb(int(exponent) - MANTISSA_PLACES)
    return Measurement(int(serial if by_serial else number), value, int(operating, 16), int(error, 16))
