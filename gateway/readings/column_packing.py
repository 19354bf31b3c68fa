"""The columns of a block → bytes; `packing` says what stands in them and takes them apart again. Pure.

What packing costs is paid by every station every ten seconds, so what can be done for many columns at once is.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, compress
from operator import sub

from gateway.core.reading import Status
from gateway.readings.columns import CODE_OF

DECIMAL, FLOAT32, FLOAT64 = 0, 1, 2
MIXED = 0xFF
NONE_PRESENT, ALL_PRESENT, SOME_PRESENT = 0, 1, 2
_POWERS = tuple(10.0**exponent for exponent in range(7))
_EXACT_INTEGERS = 2.0**53

_ZIGZAG = bytes((step << 1 ^ step >> 63) & 0xFF for step in (*range(128), *range(-128, 0)))
"""The byte of a small step, as a signed byte → as `put_signed` writes it; what it writes in two bytes is above 127."""


def states_in_bytes(statuses: Sequence[tuple[Status, ...]]) -> list[bytes]:
    """Each column's statuses, of those of each row. Most blocks are of one status from end to end."""
    first = statuses[0]
    if statuses.count(first) != len(statuses):
        return [_states(column) for column in zip(*statuses, strict=True)]
    if first.count(first[0]) == len(first):
        return [bytes((CODE_OF[first[0]],))] * len(first)
    return [bytes((CODE_OF[status],)) for status in first]


def values_in_bytes(columns: Sequence[tuple[float | None, ...]]) -> Iterator[bytes | bytearray]:
    """Of each column: presence, encoding and values."""
    at_once = _packed_at_once(columns)
    for position, values in enumerate(columns):
        yield at_once.get(position) or _packed(values)


def put_unsigned(body: bytearray, number: int) -> None:
    while number > 0x7F:
        body.append(number & 0x7F | 0x80)
        number >>= 7
    body.append(number)


def put_signed(body: bytearray, number: int) -> None:
    put_unsigned(body, number << 1 if number >= 0 else (-number << 1) - 1)


def _states(statuses: tuple[Status, ...]) -> bytes:
    if statuses.count(statuses[0]) == len(statuses):
        return bytes((CODE_OF[statuses[0]],))
    return bytes((MIXED, *(CODE_OF[status] for status in statuses)))


def _packed_at_once(columns: Sequence[tuple[float | None, ...]]) -> dict[int, bytes]:
    """The bytes of most columns without a gap, by their positions, as `_packed` would make them: integers of one
    exponent with small steps all together, which is half of the work, and floats without another look at them."""
    packed: dict[int, bytes] = {}
    waiting = [position for position, values in enumerate(columns) if None not in values and _are_small(values)]
    for exponent, power in enumerate(_POWERS):
        ends = [(columns[position][0], columns[position][-1]) for position in waiting]
        fits = [round(one * power) / power == one and round(two * power) / power == two for one, two in ends]  # type: ignore[operator]  # none is missing
        positions = list(compress(waiting, fits))
        if positions:
            packed |= _packed_alike([columns[position] for position in positions], positions, exponent)  # type: ignore[misc]
            waiting = [position for position, does_fit in zip(waiting, fits, strict=True) if not does_fit]
        if not waiting:
            break
    for position in waiting:  # no decimals at all
        packed[position] = bytes((ALL_PRESENT,)) + _floats(columns[position])  # type: ignore[arg-type]
    return packed


def _packed_alike(columns: Sequence[tuple[float, ...]], positions: Sequence[int], exponent: int) -> dict[int, bytes]:
    """Nothing at all, if one of them is not as expected."""
    power, length = _POWERS[exponent], len(columns[0])
    flat = list(chain.from_iterable(columns))
    if max(max(flat), -min(flat)) * power >= _EXACT_INTEGERS or _has_negative_zero(flat):
        return {}
    integers = [round(value * power) for value in flat]
    if [integer / power for integer in integers] != flat:
        return {}
    differences = list(map(sub, integers[1:], integers))
    del differences[length - 1 :: length]  # from one column to the next
    head, each = bytes((ALL_PRESENT, DECIMAL, exponent)), length - 1
    steps = _small_steps(differences)
    return {
        position: head
        + _signed(integers[index * length])
        + (
            _steps(differences[index * each : (index + 1) * each])
            if steps is None
            else steps[index * each : (index + 1) * each]
        )
        for index, position in enumerate(positions)
    }


def _packed(values: tuple[float | None, ...]) -> bytearray:
    """A column's presence, encoding and values."""
    body = bytearray()
    present = [value for value in values if value is not None]
    if not present:
        body.append(NONE_PRESENT)
        return body
    if len(present) == len(values):
        body.append(ALL_PRESENT)
    else:
        body.append(SOME_PRESENT)
        bits = sum(1 << i for i, value in enumerate(values) if value is not None)
        body += bits.to_bytes((len(values) + 7) // 8, "little")
    _put_values(body, present)
    return body


def _put_values(body: bytearray, values: list[float]) -> None:
    decimal = _as_decimals(values)
    if decimal is not None:
        exponent, integers = decimal
        body += bytes((DECIMAL, exponent))
        put_signed(body, integers[0])
        body += _steps(list(map(sub, integers[1:], integers)))
        return
    body += _floats(values)


def _floats(values: Sequence[float]) -> bytes:
    narrow = _as_float32(values)
    if narrow is not None:
        return bytes((FLOAT32,)) + _by_weight(narrow, 4)
    return bytes((FLOAT64,)) + _by_weight(struct.pack(f"<{len(values)}d", *values), 8)


def _as_decimals(values: list[float]) -> tuple[int, list[int]] | None:
    """The smallest k for which every value is exactly the double nearest to an integer × 10^-k."""
    first, largest = values[0], max(max(values), -min(values))
    if _has_negative_zero(values):
        return None
    for exponent, power in enumerate(_POWERS):
        if largest * power >= _EXACT_INTEGERS:
            return None
        if round(first * power) / power != first:
            continue  # which saves looking at the others
        integers = [round(value * power) for value in values]
        if [integer / power for integer in integers] == values:
            return exponent, integers
    return None


def _are_small(values: tuple[float | None, ...]) -> bool:
    """Whether both ends are exact integers of every exponent, if they are any."""
    first, last = values[0], values[-1]
    return first is not None and last is not None and max(first, -first, last, -last) * _POWERS[-1] < _EXACT_INTEGERS


def _has_negative_zero(values: list[float]) -> bool:
    """No integer is -0.0."""
    return 0.0 in values and any(value == 0 and math.copysign(1.0, value) < 0 for value in values)


def _as_float32(values: Sequence[float]) -> bytes | None:
    form = f"<{len(values)}f"
    try:
        narrow = struct.pack(form, *values)
    except OverflowError:
        return None
    return narrow if struct.unpack(form, narrow) == tuple(values) else None


def _by_weight(raw: bytes, width: int) -> bytes:
    return b"".join(raw[weight::width] for weight in range(width))


def _signed(number: int) -> bytes | bytearray:
    """What `put_signed` writes; most numbers take two bytes."""
    zigzag = number << 1 if number >= 0 else (-number << 1) - 1
    if 0x80 <= zigzag < 0x4000:
        return bytes((zigzag & 0x7F | 0x80, zigzag >> 7))
    body = bytearray()
    put_unsigned(body, zigzag)
    return body


def _steps(differences: list[int]) -> bytes | bytearray:
    """Of each to the one before, most of them small enough for one byte."""
    small = _small_steps(differences)
    if small is not None:
        return small
    body = bytearray()
    for difference in differences:
        put_signed(body, difference)
    return body


def _small_steps(differences: list[int]) -> bytes | None:
    """One byte for each, as `put_signed` writes it; `None` if one of them takes more."""
    try:
        steps = array("b", differences).tobytes().translate(_ZIGZAG)
    except OverflowError:
        return None
    return steps if steps.isascii() else None
