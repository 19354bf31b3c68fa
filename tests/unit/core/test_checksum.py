"""A flipped bit is found, and put right if it is the only one."""

from __future__ import annotations

import random
import struct

import pytest

from gateway.core.checksum import Value, checksum, mended, unsound_records

ROW: tuple[Value, ...] = (17, None, 0, 1, -300, 1_767_200_400_000, 5.0, 0.1, b"", b"pH \xc3\xa1", bytes(range(256)) * 4)


def one_bit_changed(value: Value, bit: int) -> Value:
    if isinstance(value, bytes):
        changed = bytearray(value)
        changed[bit // 8 % len(changed)] ^= 1 << bit % 8
        return bytes(changed)
    if isinstance(value, float):
        return float(
            struct.unpack("<d", struct.pack("<Q", struct.unpack("<Q", struct.pack("<d", value))[0] ^ 1 << bit))[0]
        )
    if value is None:
        return 0
    width = next(width for width in (1, 2, 3, 4, 6, 8) if -(1 << 8 * width - 1) <= value < 1 << 8 * width - 1)
    raw = value & (1 << 8 * width) - 1 ^ 1 << bit % (8 * width)
    return raw - (1 << 8 * width) if raw >> 8 * width - 1 else raw


@pytest.mark.parametrize("column", [place for place, value in enumerate(ROW) if value != b""])
def test_any_flipped_bit_of_any_kind_of_value_is_found_and_put_right(column: int) -> None:
    kept = checksum(ROW)
    for bit in range(64):
        row = [*ROW]
        row[column] = one_bit_changed(ROW[column], bit)
        if row[column] != row[column]:
            continue  # no number: SQLite has none
        assert checksum(row) != kept
        assert mended(row, kept) == list(ROW)


@pytest.mark.parametrize("bit", range(32))
def test_a_flipped_bit_of_the_checksum_is_no_damage_to_the_row(bit: int) -> None:
    assert mended(ROW, checksum(ROW) ^ 1 << bit) == list(ROW)


def test_two_flipped_bits_are_found_and_left_as_they_are() -> None:
    chance = random.Random(7)
    for _ in range(200):
        row = [*ROW]
        for column in chance.sample([4, 5, 9, 10], 2):
            row[column] = one_bit_changed(row[column], chance.randrange(64))
        assert mended(row, checksum(ROW)) is None


@pytest.mark.parametrize("kept", [None, "text", b"blob", -1, 1 << 40, 0.5])
def test_a_checksum_that_is_none_says_that_nothing_is_known(kept: object) -> None:
    assert mended(ROW, kept) is None


def test_bytes_that_moved_to_the_column_beside_are_found() -> None:
    assert checksum([b"ab", b"c"]) != checksum([b"a", b"bc"])
    assert checksum([1, None]) != checksum([None, 1])


def test_a_column_that_was_added_later_changes_nothing_until_it_holds_something() -> None:
    assert checksum([*ROW, 0, None], [0, None]) == checksum(ROW)
    assert checksum([*ROW, 1, None], [0, None]) != checksum(ROW)
    assert checksum([*ROW, 0, 1], [0, None]) != checksum([*ROW, 1, None], [0, None])
    assert mended([*ROW, 1, None], checksum(ROW), [0, None]) == [*ROW, 0, None]


@pytest.mark.parametrize("measured", [None, b"", b"measured"])
def test_a_records_checksum_is_that_of_any_row(measured: bytes | None) -> None:
    row = (5, 300_000, 1_767_200_400_000, 3, 1_767_200_402_000, b"packed", measured)
    kept = (row[2], row[0], row[3], row[4], b"packed", measured, checksum(row))
    other = (*kept[:4], b"qacked", *kept[5:])
    unknown = (*kept[:6], None)
    assert unsound_records([kept, other, unknown, kept], 300_000) == [1]
    assert unsound_records([kept], 300_001) == [0]
