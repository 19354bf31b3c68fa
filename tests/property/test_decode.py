"""decode ∘ encode is the identity, the encoder being written here a second time, byte by byte."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.config import ByteOrder, Half, RegisterType
from gateway.instruments.decode import AnswerField, answer_decoder, decode

INTEGERS = {
    RegisterType.INT16: (2, True),
    RegisterType.UINT16: (2, False),
    RegisterType.INT32: (4, True),
    RegisterType.UINT32: (4, False),
    RegisterType.INT64: (8, True),
    RegisterType.UINT64: (8, False),
    RegisterType.UINT48: (6, False),
}
FILLED = {RegisterType.INT24: -(2**23), RegisterType.UINT24: 0}
SIGNED = {RegisterType.SM16: 2, RegisterType.SM32: 4}
FLOATS = {RegisterType.FLOAT32: ">f", RegisterType.FLOAT64: ">d"}
DECIMALS = {RegisterType.BCD16: 4, RegisterType.BCD32: 8}

orders = st.sampled_from(ByteOrder)


def words(big_endian: bytes, order: ByteOrder) -> list[int]:
    """The registers in which a device with that byte order keeps the value."""
    pairs = [big_endian[place : place + 2] for place in range(0, len(big_endian), 2)]
    if order in ("CDAB", "DCBA"):
        pairs.reverse()
    if order in ("BADC", "DCBA"):
        pairs = [pair[::-1] for pair in pairs]
    return [pair[0] * 256 + pair[1] for pair in pairs]


@given(kind=st.sampled_from(sorted(INTEGERS)), order=orders, choice=st.data())
def test_integers_survive(kind: RegisterType, order: ByteOrder, choice: st.DataObject) -> None:
    size, is_signed = INTEGERS[kind]
    lowest = -(2 ** (8 * size - 1)) if is_signed else 0
    number = choice.draw(st.integers(lowest, lowest + 2 ** (8 * size) - 1))
    stored = words(number.to_bytes(size, "big", signed=is_signed), order)
    assert len(stored) == kind.registers
    assert decode(stored, kind, order) == number


@given(kind=st.sampled_from(sorted(FLOATS)), order=orders, choice=st.data())
def test_floats_survive_bit_for_bit(kind: RegisterType, order: ByteOrder, choice: st.DataObject) -> None:
    floats = st.floats(width=32 if kind is RegisterType.FLOAT32 else 64, allow_nan=False, allow_infinity=False)
    number = choice.draw(floats)
    decoded = decode(words(struct.pack(FLOATS[kind], number), order), kind, order)
    assert struct.pack(">d", decoded) == struct.pack(">d", number)


@given(kind=st.sampled_from(sorted(FLOATS)), order=orders, payload=st.integers(0, 2**51), sign=st.sampled_from([0, 1]))
def test_what_is_not_a_number_is_none(kind: RegisterType, order: ByteOrder, payload: int, sign: int) -> None:
    """Every NaN, quiet or signalling, and both infinities."""
    if kind is RegisterType.FLOAT32:
        stored = (sign << 31 | 0xFF << 23 | payload % 2**23).to_bytes(4, "big")
    else:
        stored = (sign << 63 | 0x7FF << 52 | payload).to_bytes(8, "big")
    assert not math.isfinite(struct.unpack(FLOATS[kind], stored)[0])
    assert decode(words(stored, order), kind, order) is None


@given(kind=st.sampled_from(sorted(DECIMALS)), order=orders, choice=st.data())
def test_decimal_digits_survive(kind: RegisterType, order: ByteOrder, choice: st.DataObject) -> None:
    digits = choice.draw(st.text("0123456789", min_size=DECIMALS[kind], max_size=DECIMALS[kind]))
    assert decode(words(bytes.fromhex(digits), order), kind, order) == int(digits)


@given(kind=st.sampled_from(sorted(DECIMALS)), order=orders, place=st.integers(0, 7), digit=st.sampled_from("abcdef"))
def test_a_nibble_above_nine_spoils_a_decimal(kind: RegisterType, order: ByteOrder, place: int, digit: str) -> None:
    digits = list("12345678"[: DECIMALS[kind]])
    digits[place % len(digits)] = digit
    assert decode(words(bytes.fromhex("".join(digits)), order), kind, order) is None


@given(kind=st.sampled_from(sorted(FILLED)), order=orders, choice=st.data(), fill=st.integers(1, 0xFE))
def test_24_bits_survive_as_32_and_another_first_byte_is_no_value(
    kind: RegisterType, order: ByteOrder, choice: st.DataObject, fill: int
) -> None:
    number = choice.draw(st.integers(FILLED[kind], FILLED[kind] + 2**24 - 1))
    content = number.to_bytes(4, "big", signed=number < 0)
    assert decode(words(content, order), kind, order) == number
    assert decode(words(b"\0" + content[1:], order), kind, order) == number, "devices fill up with zeros, too"
    assert decode(words(bytes([fill]) + content[1:], order), kind, order) is None
    if number >= 0:
        assert decode(words(b"\xff" + content[1:], order), kind, order) is None


@given(kind=st.sampled_from(sorted(SIGNED)), order=orders, choice=st.data(), is_below=st.booleans())
def test_sign_and_magnitude_survive(
    kind: RegisterType, order: ByteOrder, choice: st.DataObject, is_below: bool
) -> None:
    size = SIGNED[kind]
    magnitude = choice.draw(st.integers(0, 2 ** (8 * size - 1) - 1))
    stored = words((magnitude | is_below << (8 * size - 1)).to_bytes(size, "big"), order)
    assert decode(stored, kind, order) == (-magnitude if is_below else magnitude)


@given(word=st.integers(0, 0xFFFF), order=orders)
def test_a_half_is_told_by_its_name_whatever_the_order(word: int, order: ByteOrder) -> None:
    high, low = divmod(word, 256)
    assert decode([word], RegisterType.UINT8, order, Half.HIGH) == high
    assert decode([word], RegisterType.UINT8, order, Half.LOW) == low
    assert decode([word], RegisterType.INT8, order, Half.HIGH) == (high if high < 128 else high - 256)
    assert decode([word], RegisterType.INT8, order, Half.LOW) == (low if low < 128 else low - 256)


@pytest.mark.parametrize("kind", [kind for kind in RegisterType if kind.is_integer])
@given(choice=st.data())
def test_no_content_yields_what_is_beyond_the_ends_of_its_type(kind: RegisterType, choice: st.DataObject) -> None:
    told = choice.draw(st.lists(st.integers(0, 0xFFFF), min_size=kind.registers, max_size=kind.registers))
    number = decode(told, kind, ByteOrder.ABCD, Half.LOW if kind.is_half else None)
    assert number is None or kind.lowest <= number <= kind.highest


@given(word=st.integers(0, 0xFFFF), bit=st.integers(0, 15), order=orders)
def test_a_bit_is_counted_from_the_least_significant(word: int, bit: int, order: ByteOrder) -> None:
    assert decode([word], RegisterType.BOOL, order, bit) is (f"{word:016b}"[15 - bit] == "1")


@pytest.mark.parametrize(("word", "expected"), [(0, False), (1, True)])
def test_a_coil_is_a_bool(word: int, expected: bool) -> None:
    assert decode([word], RegisterType.BOOL, ByteOrder.ABCD) is expected


WORDS = 12
wholes = st.sampled_from(sorted([*INTEGERS, *FLOATS, *DECIMALS, *FILLED, *SIGNED]))
values = (
    st.tuples(wholes, orders, st.none())
    | st.tuples(st.just(RegisterType.BOOL), orders, st.none() | st.integers(0, 15))
    | st.tuples(st.sampled_from([RegisterType.INT8, RegisterType.UINT8]), orders, st.sampled_from(Half))
)
places = values.flatmap(
    lambda value: st.integers(0, WORDS - value[0].registers).map(lambda start: AnswerField(start, *value))
)


def same(number: object) -> object:
    """Tells -0.0 from 0.0, and True from 1."""
    return type(number), struct.pack(">d", number) if isinstance(number, float) else number


@given(st.lists(places, min_size=1, max_size=8), st.lists(st.integers(0, 0xFFFF), min_size=WORDS, max_size=WORDS))
@example(
    [AnswerField(2, RegisterType.UINT16, ByteOrder.ABCD), AnswerField(0, RegisterType.UINT16, ByteOrder.ABCD)],
    [*range(12)],
)
def test_an_answer_is_read_as_each_of_its_numbers_alone(wanted: list[AnswerField], told: list[int]) -> None:
    """In any order, with gaps, overlapping, each with a byte order of its own."""
    alone = [decode(told[place.start : place.end], place.kind, place.order, place.part) for place in wanted]
    together = answer_decoder(wanted, len(told))(told)
    assert list(map(same, together)) == list(map(same, alone))


def test_one_number_that_is_none_does_not_spoil_the_others() -> None:
    told = [0x7FC0, 0, 0x3F80, 0]
    floats = [
        AnswerField(0, RegisterType.FLOAT32, ByteOrder.ABCD),
        AnswerField(2, RegisterType.FLOAT32, ByteOrder.ABCD),
    ]
    assert list(answer_decoder(floats, 4)(told)) == [None, 1.0]
