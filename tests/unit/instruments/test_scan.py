"""What words may mean when nobody has the manual."""

from __future__ import annotations

from gateway.config import ByteOrder, RegisterType, Table
from gateway.instruments.modbus.scan import SHOWN, FoundText, Meaning, registers_in, texts_in

NUMBERS = {RegisterType(kind) for kind in RegisterType if kind not in (RegisterType.BOOL, RegisterType.STRING)}


def words_of(text: bytes, first: int) -> dict[int, int]:
    return {first + index: int.from_bytes(text[2 * index : 2 * index + 2], "big") for index in range(len(text) // 2)}


def test_a_register_is_shown_under_every_type_and_order() -> None:
    found = registers_in(Table.HOLDING, dict.fromkeys(range(4), 0x4000))[0]
    assert {one.kind for one in found.meanings} == set(SHOWN) < NUMBERS
    doubles = [one for one in found.meanings if one.kind is RegisterType.FLOAT64]
    assert [one.order for one in doubles] == list(ByteOrder)


def test_sign_and_magnitude_is_shown_where_it_is_nearer_to_zero() -> None:
    """0x8005 is -5 in few devices, and -32763 in none that measures."""
    found = registers_in(Table.HOLDING, {0: 0x8005, 1: 0xFFFB})
    kinds = [[(one.kind, one.order, one.number) for one in register.meanings] for register in found]
    assert (RegisterType.SM16, ByteOrder.ABCD, -5) in kinds[0]
    assert RegisterType.SM16 not in {kind for kind, _, _ in kinds[1]}


def test_24_bits_are_shown_where_they_are_below_zero() -> None:
    found = registers_in(Table.HOLDING, {0: 0x00FF, 1: 0xFFFB})[0]
    assert Meaning(RegisterType.INT24, ByteOrder.ABCD, -5) in found.meanings


def test_halves_are_shown_by_name_when_they_are_asked_for() -> None:
    found = registers_in(Table.HOLDING, {0: 0x05FB}, [RegisterType.INT8])[0]
    assert [(one.name, one.number) for one in found.meanings] == [("int8 .high", 5), ("int8 .low", -5)]


def test_a_serial_number_is_seen_in_both_orders() -> None:
    words = {9: 0} | words_of(b"SN-42/71", 10) | {14: 0, 15: 0xFFFF}
    assert texts_in(Table.HOLDING, words) == [FoundText(Table.HOLDING, 10, 13, "SN-42/71", "NS4-/217")]


def test_of_an_odd_length_only_one_order_makes_a_text() -> None:
    assert texts_in(Table.HOLDING, words_of(b"SN-42/7\0", 10)) == [FoundText(Table.HOLDING, 10, 13, "SN-42/7", None)]
    assert texts_in(Table.HOLDING, words_of(b"NS4-/2\x007", 10)) == [FoundText(Table.HOLDING, 10, 13, None, "SN-42/7")]


def test_two_registers_in_a_row_are_a_number_rather_than_a_text() -> None:
    assert texts_in(Table.HOLDING, words_of(b"ABCD", 10) | words_of(b"EFGH", 20)) == []
