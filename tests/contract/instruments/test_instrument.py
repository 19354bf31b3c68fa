"""A Modbus instrument against libmodbus: every type and order, status, plans and their taking apart."""

from __future__ import annotations

import logging
from itertools import count

import pytest

from gateway.core.errors import InstrumentRefused, InstrumentSilent
from gateway.core.reading import Reading, Status
from tests.contract.instruments.conftest import Plugged
from tests.contract.instruments.links import Listening, parameter

# What a device holds, written out as its registers' words, most significant byte first within a word.
VALUES: list[tuple[str, str, list[int], float | None]] = [
    ("int16", "ABCD", [0xFF85], -123.0),
    ("int16", "BADC", [0x85FF], -123.0),
    ("uint16", "ABCD", [0xFF85], 65413.0),
    ("uint16", "CDAB", [0xFF85], 65413.0),
    ("uint16", "DCBA", [0x85FF], 65413.0),
    ("int32", "ABCD", [0xFFFE, 0x1DC0], -123456.0),
    ("int32", "CDAB", [0x1DC0, 0xFFFE], -123456.0),
    ("int32", "BADC", [0xFEFF, 0xC01D], -123456.0),
    ("int32", "DCBA", [0xC01D, 0xFEFF], -123456.0),
    ("uint32", "ABCD", [0x1234, 0x5678], 305419896.0),
    ("uint32", "CDAB", [0x5678, 0x1234], 305419896.0),
    ("uint32", "BADC", [0x3412, 0x7856], 305419896.0),
    ("uint32", "DCBA", [0x7856, 0x3412], 305419896.0),
    ("int64", "ABCD", [0xFFFF, 0xFFFF, 0xFFFE, 0x1DC0], -123456.0),
    ("uint64", "ABCD", [0x0001, 0x0203, 0x0405, 0x0607], 283686952306183.0),
    ("uint64", "CDAB", [0x0607, 0x0405, 0x0203, 0x0001], 283686952306183.0),
    ("uint64", "BADC", [0x0100, 0x0302, 0x0504, 0x0706], 283686952306183.0),
    ("uint64", "DCBA", [0x0706, 0x0504, 0x0302, 0x0100], 283686952306183.0),
    ("float32", "ABCD", [0x40E6, 0xB852], 7.210000038146973),
    ("float32", "CDAB", [0xB852, 0x40E6], 7.210000038146973),
    ("float32", "BADC", [0xE640, 0x52B8], 7.210000038146973),
    ("float32", "DCBA", [0x52B8, 0xE640], 7.210000038146973),
    ("float32", "ABCD", [0x7FC0, 0x0000], None),  # NaN
    ("float32", "ABCD", [0xFF80, 0x0000], None),  # −∞
    ("float64", "ABCD", [0x401C, 0xD70A, 0x3D70, 0xA3D7], 7.21),
    ("float64", "CDAB", [0xA3D7, 0x3D70, 0xD70A, 0x401C], 7.21),
    ("float64", "BADC", [0x1C40, 0x0AD7, 0x703D, 0xD7A3], 7.21),
    ("float64", "DCBA", [0xD7A3, 0x703D, 0x0AD7, 0x1C40], 7.21),
    ("bcd16", "ABCD", [0x1234], 1234.0),
    ("bcd16", "BADC", [0x3412], 1234.0),
    ("bcd16", "ABCD", [0x12A4], None),
    ("bcd32", "ABCD", [0x1234, 0x5678], 12345678.0),
    ("bcd32", "CDAB", [0x5678, 0x1234], 12345678.0),
    ("int24", "ABCD", [0xFFFF, 0xFFFE], -2.0),
    ("int24", "ABCD", [0x00FF, 0xFFFE], -2.0),
    ("int24", "CDAB", [0xFFFE, 0x00FF], -2.0),
    ("int24", "ABCD", [0x0100, 0x0000], None),
    ("uint24", "ABCD", [0x00FF, 0xFFFE], 16777214.0),
    ("uint24", "ABCD", [0xFFFF, 0xFFFE], None),
    ("uint48", "ABCD", [0x0001, 0x0203, 0x0405], 4328719365.0),
    ("uint48", "CDAB", [0x0405, 0x0203, 0x0001], 4328719365.0),
    ("sm16", "ABCD", [0x8005], -5.0),
    ("sm16", "ABCD", [0x8000], 0.0),
    ("sm32", "BADC", [0x0180, 0x0000], -65536.0),
]


@pytest.mark.parametrize("table", ["holding", "input"])
def test_every_type_in_every_order(plug: Plugged, table: str) -> None:
    registers: dict[tuple[str, int], int] = {}
    parameters = []
    addresses = count(10)
    for kind, order, words, _ in VALUES:
        first, *_ = places = [next(addresses) for _ in words]
        registers |= {(table, place): word for place, word in zip(places, words, strict=True)}
        parameters.append(parameter(f"{table}:{first}", kind, byte_order=order))
    readings = Listening(plug(registers)).instrument(*parameters).read()
    assert [reading.value for reading in readings] == [value for *_, value in VALUES]
    assert {reading.status for reading in readings if reading.value is None} == {Status.FAULT}
    assert {reading.status for reading in readings if reading.value is not None} == {Status.MEASURING}


def test_bits_of_all_kinds(plug: Plugged) -> None:
    device = {("coil", 3): 1, ("coil", 4): 0, ("coil", 19): 1, ("discrete", 0): 1, ("holding", 7): 0x8004}
    device |= {("coil", address): 0 for address in range(5, 19)}
    listening = Listening(plug(device))
    wanted = ["coil:3", "coil:4", "coil:19", "discrete:0", "holding:7.2", "holding:7.15", "holding:7.0"]
    readings = listening.instrument(*(parameter(register, "bool") for register in wanted)).read()
    assert [reading.value for reading in readings] == [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    assert listening.asked == [("coil", 3, 17), ("discrete", 0, 1), ("holding", 7, 1)]


def test_both_halves_and_a_bit_of_a_register_are_read_with_one_question(plug: Plugged) -> None:
    listening = Listening(plug({("holding", 10): 0x05FB}))
    places = [("holding:10.high", "uint8"), ("holding:10.low", "int8"), ("holding:10.low", "uint8")]
    instrument = listening.instrument(*(parameter(*place) for place in places), parameter("holding:10.8", "bool"))
    assert [reading.value for reading in instrument.read()] == [5.0, -5.0, 251.0, 1.0]
    assert listening.asked == [("holding", 10, 1)]


def test_scales_are_decimal_and_currents_are_lines(plug: Plugged) -> None:
    loop = {"raw": [0, 4095], "current": [4, 20], "value": [0, 200]}
    instrument = Listening(plug({("input", 2): 713, ("input", 3): 2048, ("input", 4): 0xFF00})).instrument(
        parameter("input:2", scale=0.1),
        parameter("input:3", from_current=loop),
        parameter("input:4", "int16", from_current=loop),
    )
    assert instrument.read() == (
        Reading(71.3, Status.MEASURING),
        Reading(2048 * 200 / 4095, Status.MEASURING),
        Reading(None, Status.FAULT),  # a wire is off: −256 counts are 3 mA
    )


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, Status.MEASURING), (1, Status.CALIBRATING), (2, Status.FAULT), (3, Status.FAULT), (77, Status.MEASURING)],
)
def test_the_status_register_speaks_for_all_values(plug: Plugged, code: int, status: Status) -> None:
    device = {("holding", 0): 0x40E6, ("holding", 1): 0xB852, ("holding", 2): 5, ("holding", 100): code}
    instrument = Listening(plug(device)).instrument(
        parameter("holding:0", "float32"),
        parameter("holding:2"),
        status={"register": "holding:100", "calibrating": [1], "fault": [2, 3]},
    )
    assert instrument.read() == (Reading(7.210000038146973, status), Reading(5.0, status))


@pytest.mark.parametrize(("code", "status"), [(0, Status.FAULT), (1, Status.CALIBRATING), (2, Status.FAULT)])
def test_no_value_is_a_fault_unless_calibrating(plug: Plugged, code: int, status: Status) -> None:
    device = {("holding", 0): 0x7FC0, ("holding", 1): 0, ("holding", 2): code}
    instrument = Listening(plug(device)).instrument(
        parameter("holding:0", "float32"), status={"register": "holding:2", "calibrating": [1], "fault": [2]}
    )
    assert instrument.read() == (Reading(None, status),)


def test_a_status_register_that_is_refused_vouches_for_nothing(plug: Plugged) -> None:
    instrument = Listening(plug({("holding", 0): 5})).instrument(
        parameter("holding:0"), status={"register": "holding:100", "fault": [2]}
    )
    assert instrument.read() == (Reading(5.0, Status.FAULT),)


class TestTakingApart:
    def test_a_hole_the_device_lacks_is_no_longer_bridged(
        self, plug: Plugged, caplog: pytest.LogCaptureFixture
    ) -> None:
        device = {("holding", address): address for address in (0, 1, 5, 6, 30)}
        listening = Listening(plug(device))
        instrument = listening.instrument(*(parameter(f"holding:{address}") for address in (0, 1, 5, 6, 30)))
        with caplog.at_level(logging.INFO):
            first, second = instrument.read(), instrument.read()
        assert [reading.value for reading in first] == [0.0, 1.0, 5.0, 6.0, 30.0]
        assert second == first
        pieces = [("holding", 0, 2), ("holding", 5, 2), ("holding", 30, 1)]
        assert listening.asked == [("holding", 0, 7), *pieces, *pieces]
        assert [record.getMessage() for record in caplog.records] == [
            "instrument=multiprobe event=smaller_reads before=2 after=3"
        ]

    def test_a_register_the_device_lacks_costs_only_its_own_value(
        self, plug: Plugged, caplog: pytest.LogCaptureFixture
    ) -> None:
        listening = Listening(plug({("holding", 0): 10, ("holding", 2): 12, ("input", 0): 13}))
        instrument = listening.instrument(
            *(parameter(one) for one in ("holding:0", "holding:1", "holding:2", "input:0"))
        )
        expected = (
            Reading(10.0, Status.MEASURING),
            Reading(None, Status.FAULT),
            Reading(12.0, Status.MEASURING),
            Reading(13.0, Status.MEASURING),
        )
        with caplog.at_level(logging.INFO):
            assert instrument.read() == expected
            assert instrument.read() == expected
        alone = [("holding", 0, 1), ("holding", 1, 1), ("holding", 2, 1), ("input", 0, 1)]
        assert listening.asked == [("holding", 0, 3), *alone, *alone]
        assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
        assert "register=holding:1 state=refused" in caplog.messages[1]

    def test_a_device_that_answers_only_short_reads(self, plug: Plugged) -> None:
        listening = Listening(plug({("holding", address): address for address in range(40)}, longest=2))
        instrument = listening.instrument(*(parameter(f"holding:{address}", "uint32") for address in (0, 2, 20, 22)))
        assert [reading.value for reading in instrument.read()] == [1.0, 131075.0, 1310741.0, 1441815.0]
        listening.asked.clear()
        instrument.read()
        assert listening.asked == [("holding", address, 2) for address in (0, 2, 20, 22)]

    def test_a_device_that_refuses_everything_has_failed_and_is_asked_the_same_again(self, plug: Plugged) -> None:
        listening = Listening(plug({}))
        instrument = listening.instrument(parameter("holding:0"), parameter("holding:1"))
        for _ in range(2):
            with pytest.raises(InstrumentRefused) as refusal:
                instrument.read()
            assert refusal.value.code == 2
        assert listening.asked == [("holding", 0, 2), ("holding", 0, 1), ("holding", 1, 1)] * 2


def test_a_silent_unit_costs_one_time_out_however_much_is_wanted(plug: Plugged) -> None:
    """The first time it is asked twice, for a frame may have been lost; from then on once."""
    listening = Listening(plug({("holding", 0): 1, ("holding", 500): 1}, unit=1))
    instrument = listening.instrument(parameter("holding:0"), parameter("holding:500"), unit=2)
    for asked in (2, 3, 4):
        with pytest.raises(InstrumentSilent, match="unit 2 did not answer within"):
            instrument.read()
        assert len(listening.asked) == asked


def test_only_the_unit_that_is_asked_answers(plug: Plugged) -> None:
    link = plug({("holding", 0): 17}, unit=17)
    assert Listening(link).instrument(parameter("holding:0"), unit=17).read() == (Reading(17.0, Status.MEASURING),)


def test_the_longest_reads_of_the_protocol(plug: Plugged) -> None:
    device = {("input", address): address for address in range(125)} | {("coil", a): a % 3 == 0 for a in range(2000)}
    listening = Listening(plug(device))
    registers = listening.instrument(*(parameter(f"input:{address}") for address in range(125)))
    assert [reading.value for reading in registers.read()] == [float(address) for address in range(125)]
    coils = listening.instrument(*(parameter(f"coil:{address}", "bool") for address in range(2000)))
    assert [reading.value for reading in coils.read()] == [float(address % 3 == 0) for address in range(2000)]
    assert listening.asked == [("input", 0, 125), ("coil", 0, 2000)]
