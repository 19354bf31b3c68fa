"""Samples of one instrument ⇄ bytes: exact, and small enough for an SD card.

A block is `zlib(body)`. Body, all integers little-endian or varints (7 bits a byte, low first; signed ones zigzag):

    version 1 · number of samples · milliseconds from block start to each sample (first as such, then differences)
    then for each column: statuses (one byte if all alike, else 0xFF and a byte each)
        · presence (0 none, 1 all, 2 bitmap follows) · encoding · values that are present

Encodings, the first that gives back every bit of every value: DECIMAL (integers of 10^-k, as differences; scaled
registers), FLOAT32 and FLOAT64 (bytes of equal weight side by side, which compress).
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gateway.core.reading import Readings, Status
from gateway.readings.columns import CODE_OF, STATUS_OF

_VERSION = 1
_DECIMAL, _FLOAT32, _FLOAT64 = 0, 1, 2
_MIXED = 0xFF
_NONE_PRESENT, _ALL_PRESENT, _SOME_PRESENT = 0, 1, 2
_POWERS = tuple(10.0**exponent for exponent in range(7))
_EXACT_INTEGERS = 2.0**53

_LEVEL, _WINDOW_BITS, _MEMORY_LEVEL = 6, 12, 5
"""A block is a kilobyte or two. What zlib sets up by default, a quarter of a megabyte, takes longer than the rest of
packing and gains nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sample without its layout: when, and one reading per column."""

    at_ms: int
    readings: Readings


def pack(rows: Sequence[Row], start_ms: int) -> bytes:
    """Bytes of one or more rows that have the same columns. `start_ms` is not in the bytes; `unpack` needs it again."""
    body = bytearray([_VERSION])
    _put_unsigned(body, len(rows))
    previous_ms = start_ms
    for row in rows:
        _put_signed(body, row.at_ms - previous_ms)
        previous_ms = row.at_ms
    statuses = zip(*(row.readings.statuses for row in rows), strict=True)
    values = zip(*(row.readings.values for row in rows), strict=True)
    for column in zip(statuses, values, strict=True):
        _put_column(body, *column)
    deflate = zlib.compressobj(_LEVEL, wbits=_WINDOW_BITS, memLevel=_MEMORY_LEVEL)
    return deflate.compress(body) + deflate.flush()


def unpack(packed: bytes, start_ms: int, columns: int) -> list[Row]:
    """The rows that were packed, value for value, bit for bit.

    Raises:
        ValueError: the bytes are not a block of this version with that many columns.
    """
    try:
        source = _Source(zlib.decompress(packed))
        if source.byte() != _VERSION:
            raise ValueError("a block of another version")
        count = source.unsigned()
        instants: list[int] = []
        at_ms = start_ms
        for _ in range(count):
            at_ms += source.signed()
            instants.append(at_ms)
        table = [_take_column(source, count) for _ in range(columns)]
    except (zlib.error, IndexError, OverflowError, struct.error) as error:
        raise ValueError(f"a damaged block: {error}") from error
    if not source.is_empty():
        raise ValueError("a block with more columns than its layout")
    statuses = zip(*(states for states, _ in table), strict=True)
    values = zip(*(numbers for _, numbers in table), strict=True)
    return [Row(at_ms, Readings(*columns)) for at_ms, *columns in zip(instants, values, statuses, strict=True)]


def _put_column(body: bytearray, statuses: tuple[Status, ...], values: tuple[float | None, ...]) -> None:
    if statuses.count(statuses[0]) == len(statuses):
        body.append(CODE_OF[statuses[0]])
    else:
        body.append(_MIXED)
        body += bytes(CODE_OF[status] for status in statuses)
    present = [value for value in values if value is not None]
    if not present:
        body.append(_NONE_PRESENT)
        return
    if len(present) == len(values):
        body.append(_ALL_PRESENT)
    else:
        body.append(_SOME_PRESENT)
        bits = sum(1 << i for i, value in enumerate(values) if value is not None)
        body += bits.to_bytes((len(values) + 7) // 8, "little")
    _put_values(body, present)


def _put_values(body: bytearray, values: list[float]) -> None:
    decimal = _as_decimals(values)
    if decimal is not None:
        exponent, integers = decimal
        body += bytes((_DECIMAL, exponent))
        _put_signed(body, integers[0])
        _put_steps(body, integers)
        return
    narrow = _as_float32(values)
    if narrow is not None:
        body.append(_FLOAT32)
        body += _by_weight(narrow, 4)
    else:
        body.append(_FLOAT64)
        body += _by_weight(struct.pack(f"<{len(values)}d", *values), 8)


def _as_decimals(values: list[float]) -> tuple[int, list[int]] | None:
    """The smallest k for which every value is exactly the double nearest to an integer × 10^-k."""
    first, least, most = values[0], min(values), max(values)
    if least <= 0 <= most and any(value == 0 and math.copysign(1.0, value) < 0 for value in values):
        return None  # no integer is -0.0
    largest = max(-least, most)
    for exponent, power in enumerate(_POWERS):
        if largest * power >= _EXACT_INTEGERS:
            return None
        if round(first * power) / power != first:
            continue  # which saves looking at the others
        integers = [round(value * power) for value in values]
        if [integer / power for integer in integers] == values:
            return exponent, integers
    return None


def _as_float32(values: list[float]) -> bytes | None:
    try:
        narrow = struct.pack(f"<{len(values)}f", *values)
    except OverflowError:
        return None
    return narrow if list(struct.unpack(f"<{len(values)}f", narrow)) == values else None


def _by_weight(raw: bytes, width: int) -> bytes:
    return b"".join(raw[weight::width] for weight in range(width))


def _by_value(weighed: bytes, width: int) -> bytes:
    count = len(weighed) // width
    return bytes(weighed[weight * count + i] for i in range(count) for weight in range(width))


def _put_unsigned(body: bytearray, number: int) -> None:
    while number > 0x7F:
        body.append(number & 0x7F | 0x80)
        number >>= 7
    body.append(number)


def _put_signed(body: bytearray, number: int) -> None:
    _put_unsigned(body, number << 1 if number >= 0 else (-number << 1) - 1)


def _put_steps(body: bytearray, integers: list[int]) -> None:
    """The difference of each to the one before, of which most are small enough for one byte."""
    zigzag = [(step := integer - before) << 1 ^ step >> 63 for before, integer in pairwise(integers)]
    if not zigzag or max(zigzag) < 0x80:
        body += bytes(zigzag)
        return
    for number in zigzag:
        _put_unsigned(body, number)


def _take_column(source: _Source, count: int) -> tuple[list[Status], list[float | None]]:
    first = source.byte()
    codes = source.take(count) if first == _MIXED else bytes([first]) * count
    presence = source.byte()
    if presence == _NONE_PRESENT:
        present = [False] * count
    elif presence == _ALL_PRESENT:
        present = [True] * count
    else:
        bits = int.from_bytes(source.take((count + 7) // 8), "little")
        present = [bool(bits >> i & 1) for i in range(count)]
    values = iter(_take_values(source, sum(present)) if any(present) else ())
    return [STATUS_OF[code] for code in codes], [next(values) if there else None for there in present]


def _take_values(source: _Source, count: int) -> tuple[float, ...]:
    encoding = source.byte()
    if encoding == _DECIMAL:
        power = 10.0 ** source.byte()
        integer = 0
        values: list[float] = []
        for _ in range(count):
            integer += source.signed()
            values.append(integer / power)
        return tuple(values)
    if encoding == _FLOAT32:
        return struct.unpack(f"<{count}f", _by_value(source.take(4 * count), 4))
    if encoding == _FLOAT64:
        return struct.unpack(f"<{count}d", _by_value(source.take(8 * count), 8))
    raise ValueError(f"unknown encoding {encoding}")


class _Source:
    """Bytes taken from the front."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def is_empty(self) -> bool:
        return self._at == len(self._content)

    def byte(self) -> int:
        value = self._content[self._at]
        self._at += 1
        return value

    def take(self, count: int) -> bytes:
        taken = self._content[self._at : self._at + count]
        if len(taken) != count:
            raise IndexError("the block ends too early")
        self._at += count
        return taken

    def unsigned(self) -> int:
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7

    def signed(self) -> int:
        number = self.unsigned()
        return number >> 1 if not number & 1 else -((number + 1) >> 1)
