"""Registers → number: what sixteen-bit words mean, in every order that manufacturers send them.

Pure. A byte order is named by where the bytes of the value `ABCD` (A most significant) stand in the registers as they
arrive, each register most significant byte first:

    ABCD  as they are          CDAB  words swapped
    BADC  bytes swapped        DCBA  both

48- and 64-bit values follow the same two choices (words reversed or not, bytes in each word swapped or not); in 16-bit
values only the bytes can be swapped, and a half (`.high`, `.low`) is told by its name alone. A 24-bit value stands
where the 24 least significant bits of a 32-bit value would, A being a byte that only fills up: with zeros, or with ones
before a negative number. A number is exact or it is `None`; nothing is rounded or guessed.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from gateway.config import ByteOrder, Half, RegisterType
from gateway.core.scaling import Raw

Decoder = Callable[[Sequence[int]], Raw | None]
"""Exactly as many words as the type is wide → number; `None` if they hold none (NaN, infinity, no decimal digit)."""

_FORMATS = {
    RegisterType.INT16: "h",
    RegisterType.UINT16: "H",
    RegisterType.INT32: "i",
    RegisterType.UINT32: "I",
    RegisterType.INT64: "q",
    RegisterType.UINT64: "Q",
    RegisterType.FLOAT32: "f",
    RegisterType.FLOAT64: "d",
}
"""Those that `struct` can read, and so many of them at once."""
_FLOATS = {RegisterType.FLOAT32, RegisterType.FLOAT64}
_WORDS_REVERSED = {ByteOrder.CDAB, ByteOrder.DCBA}
_BYTES_SWAPPED = {ByteOrder.BADC, ByteOrder.DCBA}


def decoder(kind: RegisterType, order: ByteOrder, part: int | Half | None = None) -> Decoder:
    """The function that reads such a value, made once so that polling does not decide anything again.

    `part` picks one bit of a register (0 = least significant) or a half; without it a `bool` is the whole word, zero or
    not, which is what a coil or a discrete input yields. The byte order does not touch either.
    """
    if kind is RegisterType.BOOL:
        mask = 1 << part if isinstance(part, int) else 0xFFFF
        return lambda words: bool(words[0] & mask)

    if kind.is_half:
        return _half(8 if part is Half.HIGH else 0, 0x80 if kind is RegisterType.INT8 else 0)

    if kind is RegisterType.UINT16 and order not in _BYTES_SWAPPED:
        return itemgetter(0)  # the commonest type is what a register holds anyway

    pack = struct.Struct(f"{'<' if order in _BYTES_SWAPPED else '>'}{kind.registers}H").pack
    step = -1 if order in _WORDS_REVERSED else 1
    if kind in _WHOLE:
        meant = _WHOLE[kind]
        return lambda words: meant(pack(*words[::step]))

    unpack = struct.Struct(f">{_FORMATS[kind]}").unpack
    if kind in _FLOATS:
        return lambda words: _finite(unpack(pack(*words[::step]))[0])

    def integer(words: Sequence[int]) -> int:
        number: int = unpack(pack(*words[::step]))[0]
        return number

    return integer


def decode(words: Sequence[int], kind: RegisterType, order: ByteOrder, part: int | Half | None = None) -> Raw | None:
    """One value, decided on the spot: for showing a register in all its possible meanings."""
    return decoder(kind, order, part)(words)


@dataclass(frozen=True, slots=True)
class AnswerField:
    """Where in an answer a number stands, counted in words, and how it is to be read."""

    start: int
    kind: RegisterType
    order: ByteOrder
    part: int | Half | None = None

    @property
    def end(self) -> int:
        return self.start + self.kind.registers


@dataclass(frozen=True, slots=True)
class AnswerFields:
    """Several numbers of an answer that belong together: one value is calculated of them."""

    parts: tuple[AnswerField, ...]


Told = Raw | tuple[Raw | None, ...] | None
"""What an answer holds in a place: a number or none, or the numbers that belong together."""

AnswerDecoder = Callable[[Sequence[int]], Sequence[Told]]
"""All words of an answer → the numbers that stand in them, in the order of their fields."""


def answer_decoder(fields: Sequence[AnswerField | AnswerFields], count: int) -> AnswerDecoder:
    """What reads all these numbers out of an answer of `count` words, exactly as `decoder` reads each, but those that
    have the same byte order in one go: that is a fifth of the work."""
    single = {position: field for position, field in enumerate(fields) if isinstance(field, AnswerField)}
    parts = [
        (positions, _at_once([single[position] for position in positions], count)) for positions in _together(single)
    ]
    alone = set(range(len(fields))).difference(*(positions for positions, _ in parts))
    parts += [([position], _alone(fields[position], count)) for position in sorted(alone)]
    if [positions for positions, _ in parts] == [list(range(len(fields)))]:
        return parts[0][1]

    def read(words: Sequence[int]) -> Sequence[Told]:
        numbers: list[Told] = [None] * len(fields)
        for positions, part in parts:
            for position, number in zip(positions, part(words), strict=True):
                numbers[position] = number
        return numbers

    return read


def _together(fields: Mapping[int, AnswerField]) -> list[list[int]]:
    """The positions of the fields, in order of their words, that one format can describe: it takes each word once."""
    found = []
    for order in ByteOrder:
        positions: list[int] = []
        end = 0
        for position in sorted(fields, key=lambda position: fields[position].start):
            field = fields[position]
            if field.order is order and field.kind in _FORMATS and field.start >= end:
                positions.append(position)
                end = field.end
        if positions:
            found.append(positions)
    return found


def _at_once(fields: Sequence[AnswerField], count: int) -> AnswerDecoder:
    """Each order of bytes is one of four: words taken as they came or with their bytes swapped, and the number's most
    significant byte then first or last."""
    order, end = fields[0].order, 0
    kinds = {field.kind for field in fields}
    if order not in _BYTES_SWAPPED and kinds == {RegisterType.UINT16} and len(fields) > 1:
        return itemgetter(*(field.start for field in fields))  # the commonest type is what a register holds anyway
    layout = "<" if order in _WORDS_REVERSED else ">"
    for field in fields:
        layout += f"{2 * (field.start - end)}x{_FORMATS[field.kind]}"
        end = field.end
    unpack = struct.Struct(layout + f"{2 * (count - end)}x").unpack
    pack = struct.Struct(f"{'<' if order in (ByteOrder.BADC, ByteOrder.CDAB) else '>'}{count}H").pack

    if kinds.isdisjoint(_FLOATS):
        return lambda words: unpack(pack(*words))

    def read(words: Sequence[int]) -> Sequence[Raw | None]:
        numbers = unpack(pack(*words))
        return numbers if all(map(math.isfinite, numbers)) else [_finite(number) for number in numbers]

    return read


def _alone(field: AnswerField | AnswerFields, count: int) -> AnswerDecoder:
    if isinstance(field, AnswerFields):
        read: Callable[[Sequence[int]], Sequence[Any]] = answer_decoder(field.parts, count)
        return lambda words: (tuple(read(words)),)
    start, end, decode = field.start, field.end, decoder(field.kind, field.order, field.part)
    return lambda words: (decode(words[start:end]),)


def text(words: Sequence[int], order: ByteOrder) -> str | None:
    """The text of a serial number, two characters to a word, without the blanks and zero bytes around it; `None` if
    there is something in it that is no printable character."""
    step = -1 if order in _WORDS_REVERSED else 1
    packed = struct.pack(f"{'<' if order in _BYTES_SWAPPED else '>'}{len(words)}H", *words[::step])
    found = packed.strip(b"\0 ").decode("latin-1")
    return found if found.isascii() and found.isprintable() else None


def _finite(number: Raw) -> Raw | None:
    return number if math.isfinite(number) else None


def _half(shift: int, sign: int) -> Decoder:
    """Eight bits of a register, two's complement if `sign` is the bit of the sign."""
    return lambda words: ((words[0] >> shift & 0xFF) ^ sign) - sign


def _decimal_digits(packed: bytes) -> int | None:
    """Binary coded decimal: each nibble a digit. A nibble above nine makes the whole value meaningless."""
    digits = packed.hex()
    return int(digits) if digits.isdecimal() else None


def _signed_24(packed: bytes) -> int | None:
    """Devices fill up with zeros, or as 32 bits would; where the first byte is neither, these are no 24 bits."""
    if packed[0] == 0 or (packed[0] == 0xFF and packed[1] >= 0x80):
        return int.from_bytes(packed[1:], "big", signed=True)
    return None


def _unsigned_24(packed: bytes) -> int | None:
    return int.from_bytes(packed, "big") if packed[0] == 0 else None


def _unsigned(packed: bytes) -> int:
    return int.from_bytes(packed, "big")


def _sign_and_magnitude(packed: bytes) -> int:
    """The sign before nothing is no number of its own: -0 is 0."""
    magnitude = int.from_bytes(bytes([packed[0] & 0x7F]) + packed[1:], "big")
    return -magnitude if packed[0] & 0x80 else magnitude


_WHOLE: Mapping[RegisterType, Callable[[bytes], int | None]] = {
    RegisterType.INT24: _signed_24,
    RegisterType.UINT24: _unsigned_24,
    RegisterType.UINT48: _unsigned,
    RegisterType.BCD16: _decimal_digits,
    RegisterType.BCD32: _decimal_digits,
    RegisterType.SM16: _sign_and_magnitude,
    RegisterType.SM32: _sign_and_magnitude,
}
"""What the bytes of a value mean, the most significant first, where `struct` has no format for it."""
