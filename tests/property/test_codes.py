"""A code that is accepted can occur: for each there are registers that mean it, and that are read as it.

What registers mean is worked out here a second time, from the types' descriptions alone.
"""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.config import ByteOrder, ModbusDevice, ModbusMeasured, RegisterType, StatusRegister
from gateway.config.file.bit_pattern import BitPattern
from gateway.core.reading import Status
from gateway.instruments.decode import decode
from gateway.instruments.modbus.state import status_reader
from gateway.instruments.modbus.wanted import wanted_values
from tests.property.test_decode import words

KINDS = [kind for kind in RegisterType if kind not in (RegisterType.BOOL, RegisterType.STRING)]
WHOLE = [kind for kind in KINDS if not kind.value.startswith("float")]

numbers = (
    st.integers(-40, 40)
    | st.sampled_from([sign * 2**power + near for power in range(66) for sign in (1, -1) for near in (-1, 0, 1)])
    | st.sampled_from([9999, 99_999_999, 10_000, -9999, -99.9, 3.4028235e38, 1e39, 0.5, 71.3])
    | st.floats(allow_nan=False, allow_infinity=False)
)
patterns = (
    st.integers(0, 2**66).map(BitPattern)
    | st.sampled_from([0x8000, 0xFFFF, 0x7FC00000, 0xFFFFFFFF, 0x9999, 0x99999999, 0xFF, 0x80]).map(BitPattern)
    | st.integers(0, 0xFFFF).map(BitPattern)
)


def place(kind: RegisterType) -> str:
    return "holding:0.low" if kind.is_half else "holding:0"


def size(kind: RegisterType) -> int:
    """Bytes of the registers that it takes, or one."""
    return 1 if kind.is_half else 2 * math.ceil(int("".join(c for c in kind.value if c.isdigit())) / 16)


def meaning(content: bytes, kind: RegisterType) -> Fraction | None:
    """What these bytes, the most significant first, are in this type."""
    name, unsigned = kind.value, int.from_bytes(content, "big")
    if name.startswith("float"):
        number = struct.unpack(">f" if name == "float32" else ">d", content)[0]
        return Fraction(number) if math.isfinite(number) else None
    if name.startswith("bcd"):
        return Fraction(int(content.hex())) if content.hex().isdecimal() else None
    if name.startswith("sm"):
        magnitude = unsigned & ~(1 << (8 * len(content) - 1))
        return Fraction(-magnitude if content[0] >= 0x80 else magnitude)
    bits = int("".join(c for c in name if c.isdigit()))
    filling, rest = content[: len(content) - bits // 8], content[len(content) - bits // 8 :]
    is_negative = name.startswith("int") and rest[0] >= 0x80
    if filling.strip(b"\0") and not (is_negative and set(filling) == {0xFF}):
        return None
    return Fraction(int.from_bytes(rest, "big", signed=name.startswith("int")))


def contents(code: float, kind: RegisterType) -> list[bytes]:
    """What a device may hold for this code: the raw word, if it was written as bits; or the nearest number of the type,
    or else the raw word."""
    length, name = size(kind), kind.value
    raw = [int(Decimal(str(code))).to_bytes(length, "big")] if code == int(code) and 0 <= code < 256**length else []
    if isinstance(code, BitPattern):
        return raw
    if name.startswith("float"):
        try:
            return [struct.pack(">f" if name == "float32" else ">d", code)]
        except OverflowError:
            return []
    written = Decimal(str(code))
    if written != written.to_integral_value():
        return []
    whole, own = int(written), list[bytes]()
    if name.startswith("bcd"):
        own = [bytes.fromhex(str(whole).zfill(2 * length))] if 0 <= whole < 10 ** (2 * length) else []
    elif name.startswith("sm"):
        most = 1 << (8 * length - 1)
        own = [(abs(whole) | (most if whole < 0 else 0)).to_bytes(length, "big")] if abs(whole) < most else []
    else:
        bits, is_signed = int("".join(c for c in name if c.isdigit())), name.startswith("int")
        lowest, end = (-(1 << bits - 1), 1 << bits - 1) if is_signed else (0, 1 << bits)
        own = [whole.to_bytes(length, "big", signed=is_signed)] if lowest <= whole < end else []
    return own or raw


def registers(content: bytes, order: ByteOrder) -> list[int]:
    return [0x5500 + content[0]] if len(content) == 1 else words(content, order)


def measured(kind: RegisterType, order: ByteOrder, code: float) -> ModbusMeasured | None:
    """`None`: the code is refused."""
    settings = {"symbol": "X", "unit": "-", "custom": True, "register": place(kind), "type": kind, "invalid": [code]}
    try:
        return ModbusMeasured.model_validate(settings | ({} if kind.is_half else {"byte_order": order}))
    except ValidationError:
        return None


@given(kind=st.sampled_from(KINDS), order=st.sampled_from(ByteOrder), code=numbers | patterns)
@example(RegisterType.INT16, ByteOrder.ABCD, BitPattern(0x8000))
@example(RegisterType.FLOAT32, ByteOrder.CDAB, BitPattern(0x7FC00000))
@example(RegisterType.BCD16, ByteOrder.ABCD, BitPattern(0x9999))
@example(RegisterType.INT24, ByteOrder.DCBA, BitPattern(0xFFFFFF))
@example(RegisterType.FLOAT32, ByteOrder.ABCD, 3.4028235e38)
def test_there_are_registers_that_mean_an_accepted_code(kind: RegisterType, order: ByteOrder, code: float) -> None:
    settings = measured(kind, order, code)
    assume(settings is not None)
    assert settings is not None
    (content,) = contents(code, kind)
    device = ModbusDevice(name="x", link="x", poll="5s", parameters=(settings,))
    (wanted,) = wanted_values(device)
    read = decode(registers(content, order), kind, order, settings.register.part)
    assert wanted.scale(read) is None
    if read is not None:
        assert Fraction(read) == meaning(content, kind)
        assert wanted.scale(read + 1) is not None or read + 1 == read


@given(kind=st.sampled_from(["int16", "uint16", "bcd16", "sm16", "int8", "uint8"]), code=numbers | patterns)
def test_a_refused_code_means_nothing_in_any_register(kind: str, code: float) -> None:
    """But for -0, which is read as any other 0."""
    type_ = RegisterType(kind)
    assume(measured(type_, ByteOrder.ABCD, code) is None)
    found = contents(code, type_)
    assert not found or (kind == "sm16" and code == 0x8000)


@pytest.mark.parametrize("kind", [kind for kind in WHOLE if size(kind) <= 2])
def test_every_word_is_a_code_that_is_read_as_itself(kind: RegisterType) -> None:
    """All words of eight and sixteen bits."""
    for word in range(256 ** size(kind)):
        settings = measured(kind, ByteOrder.ABCD, BitPattern(word))
        if settings is None:
            assert kind is RegisterType.SM16
            assert word == 0x8000
            continue
        expected = meaning(word.to_bytes(size(kind), "big"), kind)
        assert settings.invalid == (() if expected is None else (Decimal(int(expected)),))


@given(kind=st.sampled_from(WHOLE), order=st.sampled_from(ByteOrder), code=(numbers | patterns))
def test_an_accepted_code_of_a_state_occurs(kind: RegisterType, order: ByteOrder, code: float) -> None:
    settings = {"register": place(kind), "type": kind} | ({} if kind.is_half else {"byte_order": order})
    for key, state in (("calibrating", Status.CALIBRATING), ("fault", Status.FAULT)):
        try:
            source = StatusRegister.model_validate(settings | {key: [code]})
        except ValidationError:
            continue
        (content,) = contents(code, kind)
        read = decode(registers(content, order), kind, order, source.register.part)
        assert status_reader(source)(read) is state
