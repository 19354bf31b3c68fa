"""The checksum of a database's row: CRC-32 over all that it holds. It finds every flipped bit, and puts one right.

A message is made of a row's values: a tag for each kind, then the numbers (64 bits each; of bytes, how many), then the
bytes themselves. Kinds and lengths are part of it, for a bit may also flip where the card keeps those. Text counts as
its bytes in UTF-8: they may have become none.

A column that a later schema added counts only where it does not hold its default: adding one changes no row's checksum.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

Value = int | float | bytes | None
"""What a column holds: an integer of 64 bits, a double, bytes or text as bytes, NULL."""

_NOTHING, _INTEGER, _REAL, _BYTES, _LATER = 0, 1, 2, 3, 4
_POLYNOMIAL = 0xEDB88320
_STORED_WIDTHS = (1, 2, 3, 4, 6, 8)
"""In how many bytes SQLite keeps an integer."""
_RECORD_HEAD = struct.Struct("<7s7q")
_RECORD_TAGS = bytes([_INTEGER, _INTEGER, _INTEGER, _INTEGER, _INTEGER, _BYTES, _NOTHING])


def checksum(values: Sequence[Value], defaults: Sequence[Value] = ()) -> int:
    """Of a row, 0 to 2^32 - 1. `defaults`: what the last columns, which were added later, hold in rows that are
    older."""
    head, bodies = _message(values, defaults)
    found = zlib.crc32(head)
    for body in bodies:
        found = zlib.crc32(body, found)
    return found


def mended(values: Sequence[Value], kept: object, defaults: Sequence[Value] = ()) -> list[Value] | None:
    """The row as it was before one bit of it, or of the kept checksum, flipped; as it is, if it is sound.

    `None`: more than one bit is wrong, or it cannot be told which.
    """
    found = checksum(values, defaults)
    if kept == found or kept in set(_neighbours(found)):
        return list(values)
    if not isinstance(kept, int) or not 0 <= kept <= 0xFFFFFFFF:
        return None
    hits = {tuple(one) for one in _flipped_bodies(values, found ^ kept, defaults)}
    for column, value in enumerate(values):
        for other in _alternatives(value):
            changed = [*values[:column], other, *values[column + 1 :]]
            if checksum(changed, defaults) == kept:
                hits.add(tuple(changed))
    return list(hits.pop()) if len(hits) == 1 else None


RecordRow = tuple[int, int, int, int, bytes, bytes | None, int | None]
"""Of the table `record`: end_ms, id, layout_id, closed_ms, packed, measured, checksum."""


def unsound_records(rows: Iterable[RecordRow], length_ms: int) -> list[int]:
    """Places of the rows, all of slots of that length, that do not have the checksum which `checksum` gives them. These
    are read by ten thousands: it is written for speed."""
    pack, crc32 = _RECORD_HEAD.pack, zlib.crc32
    found = []
    for place, (end_ms, number, layout_id, closed_ms, packed, measured, kept) in enumerate(rows):
        if kept is None:
            continue
        try:
            if measured is None:
                head = pack(_RECORD_TAGS, number, length_ms, end_ms, layout_id, closed_ms, len(packed), 0)
                is_sound = crc32(packed, crc32(head)) == kept
            else:
                is_sound = checksum((number, length_ms, end_ms, layout_id, closed_ms, packed, measured)) == kept
        except (TypeError, struct.error):  # it holds what none can
            is_sound = False
        if not is_sound:
            found.append(place)
    return found


def _message(values: Sequence[Value], defaults: Sequence[Value]) -> tuple[bytes, list[bytes]]:
    tags: list[int] = []
    numbers: list[int] = []
    bodies: list[bytes] = []
    first_later = len(values) - len(defaults)
    for column, value in enumerate(values):
        if column >= first_later:
            if value == defaults[column - first_later]:
                continue
            tags.append(_LATER)
            numbers.append(column)
        if value is None:
            tags.append(_NOTHING)
            numbers.append(0)
        elif isinstance(value, int):
            tags.append(_INTEGER)
            numbers.append(value)
        elif isinstance(value, bytes):
            tags.append(_BYTES)
            numbers.append(len(value))
            bodies.append(value)
        else:
            tags.append(_REAL)
            numbers.append(_bits(value))
    return bytes(tags) + struct.pack(f"<{len(numbers)}q", *numbers), bodies


def _flipped_bodies(values: Sequence[Value], difference: int, defaults: Sequence[Value]) -> Iterator[list[Value]]:
    """CRC-32 is linear: what one bit does to it depends on how far from the end the bit stands, and on nothing else."""
    step, unstep, bit_of = _tables()
    first_later = len(values) - len(defaults)
    counted = [
        column for column, value in enumerate(values) if column < first_later or value != defaults[column - first_later]
    ]
    for column in reversed(counted):
        body = values[column]
        if not isinstance(body, bytes):
            continue
        for at in range(len(body) - 1, -1, -1):
            bit = bit_of.get(difference)
            if bit is not None:
                yield [*values[:column], body[:at] + bytes([body[at] ^ bit]) + body[at + 1 :], *values[column + 1 :]]
            index = unstep[difference >> 24]
            difference = (difference ^ step[index]) << 8 & 0xFFFFFFFF | index


@cache
def _tables() -> tuple[list[int], dict[int, int], dict[int, int]]:
    """What a byte does to the checksum, the way back by the highest byte, and what each bit of the last byte does."""
    step = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        step.append(value)
    return (
        step,
        {value >> 24: index for index, value in enumerate(step)},
        {step[1 << bit]: 1 << bit for bit in range(8)},
    )


def _alternatives(value: Value) -> Iterator[Value]:
    """What a value that is no bytes may have been before one bit flipped. The constants 0 and 1 and NULL are kept
    without a single byte of their own."""
    if value is None:
        yield 0
    elif isinstance(value, int):
        yield from _neighbours(value)
        if value == 0:
            yield None
    elif isinstance(value, float):
        bits = _bits(value)
        for bit in range(64):
            yield struct.unpack("<d", struct.pack("<Q", (bits & 0xFFFFFFFFFFFFFFFF) ^ 1 << bit))[0]
        if value.is_integer() and abs(value) < 2.0**47:  # kept as an integer
            yield from map(float, _neighbours(int(value)))


def _neighbours(value: int) -> Iterator[int]:
    """The integers that differ in one bit, in whichever width they are kept."""
    for width in _STORED_WIDTHS:
        bits = 8 * width
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            continue
        for bit in range(bits):
            raw = value & (1 << bits) - 1 ^ 1 << bit
            yield raw - (1 << bits) if raw >> bits - 1 else raw


def _bits(value: float) -> int:
    number: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return number
