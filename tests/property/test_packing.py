"""Packed readings come back bit for bit, and damage is noticed, never guessed at."""

from __future__ import annotations

import struct
import zlib
from itertools import accumulate

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.core.averaging import Average
from gateway.core.reading import Reading, Readings, Status
from gateway.core.record import Line
from gateway.readings.column_packing import values_in_bytes
from gateway.readings.packing import Row, pack, unpack
from gateway.records.packing import pack as pack_lines
from gateway.records.packing import unpack as unpack_lines
from tests.support.examples import examples
from tests.support.journey import COD, PH, WD, faulty, measured

scaled = st.integers(-(10**9), 10**9).flatmap(
    lambda integer: st.integers(0, 8).map(lambda digits: float(f"{integer}e-{digits}"))
)
values = (
    scaled
    | st.floats(width=32, allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False)
)
readings = st.builds(Reading, values, st.sampled_from(Status)) | st.builds(
    Reading, st.none(), st.sampled_from([Status.CALIBRATING, Status.FAULT])
)


@st.composite
def blocks(draw: st.DrawFn) -> tuple[list[Row], int, int]:
    columns = draw(st.integers(1, 4))
    start_ms = draw(st.integers(0, 2**45))
    steps = draw(st.lists(st.integers(-HOUR_MS, HOUR_MS) | st.integers(-(2**45), 2**45), min_size=1, max_size=20))
    rows = [Row(start_ms + step, Readings.of(draw(readings) for _ in range(columns))) for step in steps]
    return rows, start_ms, columns


HOUR_MS = 3_600_000


def bits(rows: list[Row]) -> list[tuple[int, list[tuple[Status, bytes | None]]]]:
    """Equality of floats takes -0.0 for 0.0; this does not."""
    return [
        (row.at_ms, [(one.status, None if one.value is None else struct.pack("<d", one.value)) for one in row.readings])
        for row in rows
    ]


@given(blocks())
def test_unpacking_gives_back_every_bit(block: tuple[list[Row], int, int]) -> None:
    rows, start_ms, columns = block
    assert bits(unpack(pack(rows, start_ms), start_ms, columns)) == bits(rows)


@st.composite
def scaled_columns(draw: st.DrawFn) -> list[float | None]:
    """As registers are: integers of a power of ten that wander, at times by far, and at times are not there."""
    digits = draw(st.integers(0, 7))
    wander = draw(st.sampled_from([1, 64, 65, 127, 129, 10**6]))
    steps = draw(st.lists(st.integers(-wander, wander), min_size=6, max_size=6))
    integers = list(accumulate(steps, initial=draw(st.integers(-70_000, 70_000))))
    column: list[float | None] = [float(f"{integer}e-{digits}") for integer in integers]
    for odd in draw(st.lists(st.none() | st.sampled_from([0.0, -0.0, 1e-7, 0.5, 2.0**53]), max_size=1)):
        column[draw(st.integers(0, 6))] = odd
    return column


@given(st.lists(scaled_columns(), min_size=1, max_size=12))
def test_columns_that_are_packed_together_come_back_each_for_itself(columns: list[list[float | None]]) -> None:
    together = [
        Row(1000 * n, Readings.of(faulty() if value is None else measured(value) for value in values))
        for n, values in enumerate(zip(*columns, strict=True))
    ]
    assert bits(unpack(pack(together, 0), 0, len(columns))) == bits(together)
    alone = [list(values_in_bytes([tuple(column)])) for column in columns]
    assert list(values_in_bytes([tuple(column) for column in columns])) == [packed for (packed,) in alone]


@pytest.mark.parametrize(
    "column",
    [
        [-0.0, 0.0],
        [0.0, 0.0],
        [5e-324, -5e-324],
        [1.7976931348623157e308, -1.7976931348623157e308],
        [3.4028234663852886e38, 3.402823466385289e38],
        [7.21, 7.22, 7.2],
        [0.1 + 0.2, 0.3],
        [2.0**53, 2.0**53 + 2],
        [9007199254740993.0, 1.0],
        [float(struct.unpack("<f", struct.pack("<f", 7.21))[0])] * 3,
        [1e-7],
        [123456789.123456],
        [0.5, 1e308],
        [1e308, 0.5],
        [0.5, -1e308, 0.25],
    ],
)
def test_awkward_numbers_survive(column: list[float]) -> None:
    rows = [Row(1000 * n, Readings.of([measured(value)])) for n, value in enumerate(column)]
    assert bits(unpack(pack(rows, 0), 0, 1)) == bits(rows)


def test_scaled_registers_take_a_few_bytes_a_reading() -> None:
    """What the card can bear depends on it: 60 parameters at 1 Hz write 5.2 million readings a day."""
    rows = [Row(1000 * n, Readings.of(measured((7210 + (n * 7 + c) % 5) / 1000) for c in range(60))) for n in range(10)]
    assert len(pack(rows, 0)) < 10 * 60 * 1.5


@given(blocks(), st.data())
@settings(max_examples=examples(300))
def test_damage_is_noticed_or_harmless_but_never_a_crash(
    block: tuple[list[Row], int, int], data: st.DataObject
) -> None:
    """`ValueError` is the only way to fail: whatever else came out would stop the closing of slots."""
    rows, start_ms, columns = block
    body = bytearray(zlib.decompress(pack(rows, start_ms)))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = unpack(zlib.compress(bytes(body)), start_ms, columns)
    except ValueError:
        return
    assert all(len(row.readings) == columns for row in found)


@given(st.binary(max_size=60), st.integers(1, 3))
@example(b"\x01\x01\x00\x02\x01\x00\x00" + b"\xff" * 200 + b"\x01", 1)
@settings(max_examples=examples(300))
def test_noise_is_no_block(body: bytes, columns: int) -> None:
    for packed in (body, zlib.compress(body)):
        try:
            found = unpack(packed, 0, columns)
        except ValueError:
            continue
        assert all(len(row.readings) == columns for row in found), "by chance it is one"


@given(blocks(), st.data())
def test_half_a_block_is_no_block(block: tuple[list[Row], int, int], data: st.DataObject) -> None:
    rows, start_ms, columns = block
    packed = pack(rows, start_ms)
    with pytest.raises(ValueError, match="damaged"):
        unpack(packed[: data.draw(st.integers(0, len(packed) - 1))], start_ms, columns)


def test_the_wrong_number_of_columns_is_noticed() -> None:
    packed = pack([Row(0, Readings.of([measured(7.0), faulty()]))], 0)
    for columns in (1, 3):
        with pytest.raises(ValueError, match="block"):
            unpack(packed, 0, columns)


lines = st.lists(
    st.builds(
        Line,
        st.sampled_from([PH, COD, WD]),
        st.builds(
            Average,
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.sampled_from(Status),
            st.integers(0, 2**32 - 1),
            st.integers(0, 2**32 - 1),
        ),
    ),
    max_size=5,
)


@given(lines)
def test_a_records_lines_come_back(kept: list[Line]) -> None:
    assert unpack_lines(
        pack_lines(kept), [line.parameter for line in kept], [line.aggregation for line in kept]
    ) == tuple(kept)


@given(st.binary(min_size=34, max_size=34))
def test_noise_in_place_of_a_record_is_an_error_or_a_record(packed: bytes) -> None:
    try:
        found = unpack_lines(packed, [PH, COD])
    except ValueError:
        return
    assert pack_lines(found)[8:17] == packed[8:17]


def test_a_record_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="are not 2 lines"):
        unpack_lines(b"\0" * 17, [PH, COD])
