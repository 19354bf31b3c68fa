"""A record's lines ⇄ bytes: fixed width, so that one parameter of thousands of records is read without the others.

Per line, little-endian: value (double; NaN stands for no value here and nowhere else) · status · readings · expected.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence

from gateway.core.averaging import Average
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter
from gateway.core.record import Aggregation, Line
from gateway.readings.columns import CODE_OF, STATUS_OF

_LINE = struct.Struct("<dBII")
VALUE_BYTES = 8
"""Of a line's value, behind which its status stands."""


def pack(lines: Sequence[Line]) -> bytes:
    return b"".join(
        _LINE.pack(
            math.nan if line.average.value is None else line.average.value,
            CODE_OF[line.average.status],
            line.average.readings,
            line.average.expected,
        )
        for line in lines
    )


def unpack(
    packed: bytes, parameters: Sequence[Parameter], aggregations: Sequence[Aggregation | None] = ()
) -> tuple[Line, ...]:
    """Lines in the order of `parameters`, each with its aggregation if there are `aggregations`.

    Raises:
        ValueError: the bytes do not hold that many lines.
    """
    if len(packed) != _LINE.size * len(parameters):
        raise ValueError(Phrase("{count} bytes are not {lines} lines", count=len(packed), lines=len(parameters)))
    if not parameters:
        return ()
    values, codes, readings, expected = zip(*_LINE.iter_unpack(packed), strict=True)
    if max(codes) >= len(STATUS_OF) or any(map(math.isinf, values)):
        raise ValueError(
            Phrase("a damaged line: statuses up to {highest}, values {values}", highest=max(codes), values=values)
        )
    present = [None if math.isnan(value) else value for value in values]
    averages = map(Average._make, zip(present, map(STATUS_OF.__getitem__, codes), readings, expected, strict=True))
    return tuple(map(Line._make, zip(parameters, averages, aggregations or (None,) * len(parameters), strict=True)))


def unpack_one(packed: bytes, row: int) -> Average:
    """The average of the line at `row`, counted from 0.

    Raises:
        ValueError: nothing that `pack` wrote stands there.
    """
    value, status, readings, expected = _LINE.unpack_from(packed, row * _LINE.size)
    if status >= len(STATUS_OF) or math.isinf(value):
        raise ValueError(Phrase("a damaged line: status {status}, value {value}", status=status, value=value))
    return Average(None if math.isnan(value) else value, STATUS_OF[status], readings, expected)


def head_offset(row: int) -> int:
    """Where value and status of the line at `row`, counted from 0, begin: behind the last, how long a record is."""
    return row * _LINE.size


def codes_and_values(packed: bytes) -> Iterator[tuple[float, int]]:
    """Each line's value (NaN: none) and status as a number, 0 to 2 for 00 to 02: for what reads very many of them.

    Raises:
        ValueError: nothing that `pack` wrote stands there.
    """
    if len(packed) % _LINE.size:
        raise ValueError(Phrase("{count} bytes are no whole lines", count=len(packed)))
    for value, status, _, _ in _LINE.iter_unpack(packed):
        if status >= len(STATUS_OF) or math.isinf(value):
            raise ValueError(Phrase("a damaged line: status {status}, value {value}", status=status, value=value))
        yield value, status
