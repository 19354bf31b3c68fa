"""A request's PDU → the answer's PDU, as the Modbus Application Protocol V1.1b3 says. Pure but for what a write leaves.

Functions 1 to 6, 15 and 16. The order of the checks is the specification's: function, quantity, address.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from stationsim.addresses import Space
from stationsim.condition import Moment
from stationsim.modbus.unit import IllegalAddress, Unit

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4
TARGET_SILENT = 11


@dataclass(frozen=True, slots=True)
class Answer:
    """`values`: exact values of the parameters that the answer carries; empty for writes and exceptions.

    `sample`: the number of the sample that a write started.
    """

    pdu: bytes
    values: Mapping[str, str] = field(default_factory=dict)
    sample: int | None = None


def exception(function: int, code: int) -> bytes:
    return bytes([function | 0x80, code])


def answer(request: bytes, unit: Unit, moment: Moment) -> Answer:
    """`request` is a whole PDU, at least its function code."""
    function, body = request[0], request[1:]
    try:
        if function in _READS:
            return _read(function, body, unit, moment)
        if function in (5, 6):
            return _write_one(function, body, unit, moment)
        if function in (15, 16):
            return _write_many(function, body, unit, moment)
    except IllegalAddress:
        return Answer(exception(function, ILLEGAL_ADDRESS))
    except _IllegalValue:
        return Answer(exception(function, ILLEGAL_VALUE))
    return Answer(exception(function, ILLEGAL_FUNCTION))


_READS = {1: (Space.COIL, 2000), 2: (Space.DISCRETE, 2000), 3: (Space.HOLDING, 125), 4: (Space.INPUT, 125)}


class _IllegalValue(Exception):
    """A quantity, a length or a coil state that the specification forbids: exception 3 on the wire."""


def _read(function: int, body: bytes, unit: Unit, moment: Moment) -> Answer:
    space, most = _READS[function]
    start, count = _numbers(body)
    if not 1 <= count <= most:
        raise _IllegalValue
    taken = unit.read(space, start, count, moment)
    content = _pack_bits(taken.words) if space.holds_bits else struct.pack(f">{count}H", *taken.words)
    return Answer(bytes([function, len(content)]) + content, taken.values)


def _write_one(function: int, body: bytes, unit: Unit, moment: Moment) -> Answer:
    start, word = _numbers(body)
    if function == 5:
        if word not in (0x0000, 0xFF00):
            raise _IllegalValue
        sample = unit.write(Space.COIL, start, (int(word == 0xFF00),), moment)
    else:
        sample = unit.write(Space.HOLDING, start, (word,), moment)
    return Answer(bytes([function]) + body, sample=sample)


def _write_many(function: int, body: bytes, unit: Unit, moment: Moment) -> Answer:
    start, count = _numbers(body[:4])
    content = body[5:]
    length = (count + 7) // 8 if function == 15 else 2 * count
    if not 1 <= count <= (1968 if function == 15 else 123) or len(content) != length or body[4] != length:
        raise _IllegalValue
    if function == 15:
        states = tuple(content[n // 8] >> n % 8 & 1 for n in range(count))
        sample = unit.write(Space.COIL, start, states, moment)
    else:
        sample = unit.write(Space.HOLDING, start, struct.unpack(f">{count}H", content), moment)
    return Answer(bytes([function]) + body[:4], sample=sample)


def _numbers(body: bytes) -> tuple[int, int]:
    if len(body) != 4:
        raise _IllegalValue
    first, second = struct.unpack(">HH", body)
    return first, second


def _pack_bits(states: tuple[int, ...]) -> bytes:
    """The first state in the lowest bit of the first byte."""
    content = bytearray((len(states) + 7) // 8)
    for n, state in enumerate(states):
        content[n // 8] |= state << n % 8
    return bytes(content)
