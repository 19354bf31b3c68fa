"""An engineering value → the registers that show it, and exactly what those registers then mean.

Written from the Modbus specification and datasheets, independently of any decoder. Engineering value = raw × scale +
offset. A value that the type cannot hold saturates, as a real instrument's does; what is reported is always what the
registers say.
"""

import math
import struct
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum


class ValueType(StrEnum):
    BOOL = "bool"
    BIT = "bit"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    UINT16 = "uint16"
    INT24 = "int24"
    UINT24 = "uint24"
    INT32 = "int32"
    UINT32 = "uint32"
    UINT48 = "uint48"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    BCD32 = "bcd32"
    SM16 = "sm16"
    SM32 = "sm32"

    @property
    def registers(self) -> int:
        """How many 16-bit registers (or coils, for bool) it takes."""
        return {"24": 2, "32": 2, "48": 3, "64": 4}.get(self.value[-2:], 1)

    @property
    def is_half(self) -> bool:
        """Whether it takes one byte of a register, whose other byte may be something else."""
        return self in (ValueType.INT8, ValueType.UINT8)

    @property
    def is_truth(self) -> bool:
        return self in (ValueType.BOOL, ValueType.BIT)

    @property
    def is_integer(self) -> bool:
        return not self.is_truth and self not in (ValueType.FLOAT32, ValueType.FLOAT64)


class ByteOrder(StrEnum):
    """ABCD is big-endian. For 64 bits: CDAB reverses the words, BADC the bytes in each word, DCBA both."""

    ABCD = "ABCD"
    CDAB = "CDAB"
    BADC = "BADC"
    DCBA = "DCBA"


@dataclass(frozen=True, slots=True)
class Encoding:
    type: ValueType
    order: ByteOrder = ByteOrder.ABCD
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Encoded:
    """`words` in the order of the wire; `value` is what they mean in engineering units, as an exact decimal text.

    None when they mean no value: a status, a text, a failure current.
    """

    words: tuple[int, ...]
    value: str | None


def encode(value: float, encoding: Encoding) -> Encoded:
    """`value` in engineering units, finite."""
    if encoding.type.is_truth:
        state = int(value >= 0.5)
        return Encoded((state,), str(state))
    if encoding.type in _FLOAT_FORMATS:
        return _encode_float(value, encoding)
    wanted = (Decimal(repr(value)) - encoding.offset) / encoding.scale
    raw = saturated(int(wanted.to_integral_value(ROUND_HALF_EVEN)), encoding.type)
    exact = Decimal(raw) * encoding.scale + encoding.offset
    return Encoded(words_of(_integer_bytes(raw, encoding.type), encoding.order), format(exact, "f"))


def encode_integer(raw: int, value_type: ValueType, order: ByteOrder = ByteOrder.ABCD) -> tuple[int, ...]:
    """Registers of a raw integer (a status code). Raises OverflowError when the type cannot hold it."""
    lowest, highest = _range(value_type)
    if not lowest <= raw <= highest:
        raise OverflowError(f"{raw} does not fit {value_type.value}")
    return words_of(_integer_bytes(raw, value_type), order)


def saturated(raw: int, value_type: ValueType) -> int:
    """The nearest integer that the type holds."""
    lowest, highest = _range(value_type)
    return min(max(raw, lowest), highest)


def words_of(big_endian: bytes, order: ByteOrder) -> tuple[int, ...]:
    """The registers that carry these bytes in the given byte order."""
    pairs = [big_endian[at : at + 2] for at in range(0, len(big_endian), 2)]
    if order in (ByteOrder.CDAB, ByteOrder.DCBA):
        pairs.reverse()
    if order in (ByteOrder.BADC, ByteOrder.DCBA):
        pairs = [pair[::-1] for pair in pairs]
    return tuple(int.from_bytes(pair, "big") for pair in pairs)


_SIGN_AND_MAGNITUDE = (ValueType.SM16, ValueType.SM32)
_FLOAT_FORMATS = {ValueType.FLOAT32: ">f", ValueType.FLOAT64: ">d"}
_LARGEST_FLOAT32 = (2 - 2**-23) * 2.0**127


def _encode_float(value: float, encoding: Encoding) -> Encoded:
    wanted = float((Decimal(repr(value)) - encoding.offset) / encoding.scale)
    if encoding.type is ValueType.FLOAT32 and abs(wanted) > _LARGEST_FLOAT32:
        wanted = math.copysign(_LARGEST_FLOAT32, wanted)
    content = struct.pack(_FLOAT_FORMATS[encoding.type], wanted)
    shown: float = struct.unpack(_FLOAT_FORMATS[encoding.type], content)[0]
    plain = encoding.scale == 1 and encoding.offset == 0
    exact = repr(shown) if plain else format(Decimal(repr(shown)) * encoding.scale + encoding.offset, "f")
    return Encoded(words_of(content, encoding.order), exact)


def _range(value_type: ValueType) -> tuple[int, int]:
    if value_type in (ValueType.BCD16, ValueType.BCD32):
        return 0, 10 ** (4 * value_type.registers) - 1
    if value_type.is_truth:
        return 0, 1
    bits = {ValueType.INT8: 8, ValueType.UINT8: 8, ValueType.INT24: 24, ValueType.UINT24: 24}.get(
        value_type, 16 * value_type.registers
    )
    if value_type in _SIGN_AND_MAGNITUDE:
        return 1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1
    return (0, 2**bits - 1) if value_type.startswith("uint") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _integer_bytes(raw: int, value_type: ValueType) -> bytes:
    if value_type in (ValueType.BCD16, ValueType.BCD32):
        return bytes.fromhex(str(raw).zfill(4 * value_type.registers))  # a decimal digit in each half byte
    if value_type in _SIGN_AND_MAGNITUDE:
        magnitude = abs(raw).to_bytes(2 * value_type.registers, "big")
        return bytes([magnitude[0] | (0x80 if raw < 0 else 0)]) + magnitude[1:]
    if value_type.is_half:
        return bytes([0, raw % 256])  # where in the register it stands is told by its address
    return raw.to_bytes(2 * value_type.registers, "big", signed=raw < 0)
