"""Samples of one instrument ⇄ bytes: exact, and small enough for an SD card.

A block is `zlib(body)`. Body, all integers little-endian or varints (7 bits a byte, low first; signed ones zigzag):

    version 1 · number of samples · milliseconds from block start to each sample (first as such, then differences)
    then for each column: statuses (one byte if all alike, else 0xFF and a byte each)
        · presence (0 none, 1 all, 2 bitmap follows) · encoding · values that are present

Encodings, the first that gives back every bit of every value: DECIMAL (integers of 10^-k, as differences; scaled
registers), FLOAT32 and FLOAT64 (bytes of equal weight side by side, which compress).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.phrase import Phrase
from gateway.core.reading import Readings, Status
from gateway.readings.column_packing import (
    ALL_PRESENT,
    DECIMAL,
    FLOAT32,
    FLOAT64,
    MIXED,
    NONE_PRESENT,
    put_signed,
    put_unsigned,
    states_in_bytes,
    values_in_bytes,
)
from gateway.readings.columns import STATUS_OF

_VERSION = 1
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
    put_unsigned(body, len(rows))
    previous_ms = start_ms
    for row in rows:
        put_signed(body, row.at_ms - previous_ms)
        previous_ms = row.at_ms
    columns = list(zip(*(row.readings.values for row in rows), strict=True))
    statuses = [row.readings.statuses for row in rows]
    for states, values in zip(states_in_bytes(statuses), values_in_bytes(columns), strict=True):
        body += states
        body += values
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
            raise ValueError(Phrase("a block of another version"))
        count = source.unsigned()
        instants: list[int] = []
        at_ms = start_ms
        for _ in range(count):
            at_ms += source.signed()
            instants.append(at_ms)
        table = [_take_column(source, count) for _ in range(columns)]
    except (zlib.error, IndexError, OverflowError, struct.error) as error:
        raise ValueError(Phrase("a damaged block: {error}", error=error)) from error
    if not source.is_empty():
        raise ValueError(Phrase("a block with more columns than its layout"))
    statuses = zip(*(states for states, _ in table), strict=True)
    values = zip(*(numbers for _, numbers in table), strict=True)
    return [Row(at_ms, Readings(*columns)) for at_ms, *columns in zip(instants, values, statuses, strict=True)]


def _take_column(source: _Source, count: int) -> tuple[list[Status], list[float | None]]:
    first = source.byte()
    codes = source.take(count) if first == MIXED else bytes([first]) * count
    presence = source.byte()
    if presence == NONE_PRESENT:
        present = [False] * count
    elif presence == ALL_PRESENT:
        present = [True] * count
    else:
        bits = int.from_bytes(source.take((count + 7) // 8), "little")
        present = [bool(bits >> i & 1) for i in range(count)]
    values = iter(_take_values(source, sum(present)) if any(present) else ())
    return [STATUS_OF[code] for code in codes], [next(values) if there else None for there in present]


def _take_values(source: _Source, count: int) -> tuple[float, ...]:
    encoding = source.byte()
    if encoding == DECIMAL:
        power = 10.0 ** source.byte()
        integer = 0
        values: list[float] = []
        for _ in range(count):
            integer += source.signed()
            values.append(integer / power)
        return tuple(values)
    if encoding == FLOAT32:
        return struct.unpack(f"<{count}f", _by_value(source.take(4 * count), 4))
    if encoding == FLOAT64:
        return struct.unpack(f"<{count}d", _by_value(source.take(8 * count), 8))
    raise ValueError(Phrase("unknown encoding {encoding}", encoding=encoding))


def _by_value(weighed: bytes, width: int) -> bytes:
    count = len(weighed) // width
    return bytes(weighed[weight * count + i] for i in range(count) for weight in range(width))


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
            raise IndexError(Phrase("the block ends too early"))
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
