"""What a unit shows and answers, byte by byte as the Modbus Application Protocol has it."""

from decimal import Decimal

import pytest

from stationsim.addresses import Address, Space, parse_address
from stationsim.condition import Moment
from stationsim.encoding import ByteOrder, Encoding, ValueType
from stationsim.faults import Fault, FaultKind
from stationsim.modbus.cells import CurrentLoop, Door, Emptied, Parameter, StatusRegister, Text
from stationsim.modbus.pdu import answer
from stationsim.modbus.sampler import Sampler
from stationsim.modbus.unit import Unit

VALUES = {"pH": 7.21, "COD": 70.31, "on": 1.0, "open": 1.0, "coil": 1.0, "above": -5.0, "below": 200.0}
NOW = Moment(at_ms=1_000, faults=(Fault(FaultKind.FAULT, "plc"),))


def shown(symbol: str, _: Moment) -> float:
    return VALUES[symbol]


def unit(*, strict: bool = False) -> Unit:
    parameters = [
        Parameter("pH", parse_address("holding:0"), Encoding(ValueType.FLOAT32), shown),
        Parameter("COD", parse_address("input:2"), Encoding(ValueType.UINT16, scale=Decimal("0.1")), shown),
        Parameter("on", parse_address("holding:10.3"), Encoding(ValueType.BIT), shown),
        Parameter("open", parse_address("holding:10.0"), Encoding(ValueType.BIT), shown),
        Parameter("coil", parse_address("coil:4"), Encoding(ValueType.BOOL), shown),
        Parameter("above", parse_address("holding:11.high"), Encoding(ValueType.INT8), shown),
        Parameter("below", parse_address("holding:11.low"), Encoding(ValueType.UINT8), shown),
    ]
    status = StatusRegister(parse_address("holding:100"), ValueType.UINT32, ByteOrder.CDAB)
    return Unit(parameters, status, size=200, strict=strict)


def ask(request: str, *, strict: bool = False) -> str:
    return answer(bytes.fromhex(request), unit(strict=strict), NOW).pdu.hex(" ")


@pytest.mark.parametrize(
    ("request_pdu", "reply"),
    [
        ("03 00 00 00 02", "03 04 40 e6 b8 52"),  # a float32
        ("03 00 01 00 02", "03 04 b8 52 00 00"),  # its second half and a hole
        ("04 00 02 00 01", "04 02 02 bf"),  # 703
        ("03 00 0A 00 01", "03 02 00 09"),  # bits 0 and 3
        ("03 00 0B 00 01", "03 02 fb c8"),  # two bytes, each a value
        ("03 00 64 00 02", "03 04 00 02 00 00"),  # the status, low word first
        ("01 00 00 00 0A", "01 02 10 00"),  # coil 4 of 10
        ("02 00 00 00 01", "02 01 00"),
        ("03 00 C7 00 01", "03 02 00 00"),  # the last address
        ("03 00 C7 00 02", "83 02"),  # beyond the size
        ("03 00 00 00 00", "83 03"),
        ("03 00 00 00 7E", "83 03"),  # 126 registers
        ("01 00 00 07 D1", "81 03"),  # 2001 coils
        ("03 00 00 00", "83 03"),  # too short
        ("2B 0E 01 00", "ab 01"),  # device identification: not here
        ("05 00 01 12 34", "85 03"),
        ("06 00 00 12 34", "86 02"),  # a measured register
        ("10 00 01 00 02 03 00 0A 01", "90 03"),  # byte count and content disagree
    ],
)
def test_answers(request_pdu: str, reply: str) -> None:
    assert ask(request_pdu) == reply


def test_strict_unit_refuses_a_read_that_touches_a_hole() -> None:
    assert ask("03 00 00 00 02", strict=True) == "03 04 40 e6 b8 52"
    assert ask("03 00 00 00 03", strict=True) == "83 02"


def test_an_answer_carries_the_values_that_it_covers_wholly() -> None:
    assert answer(bytes.fromhex("03 00 00 00 0B"), unit(), NOW).values == {
        "pH": "7.210000038146973",
        "on": "1",
        "open": "1",
    }
    assert answer(bytes.fromhex("03 00 01 00 05"), unit(), NOW).values == {}
    assert answer(bytes.fromhex("04 00 02 00 01"), unit(), NOW).values == {"COD": "70.3"}


def test_written_registers_and_coils_can_be_read_again() -> None:
    kept = unit()

    def exchange(request: str) -> str:
        return answer(bytes.fromhex(request), kept, NOW).pdu.hex(" ")

    assert exchange("06 00 14 12 34") == "06 00 14 12 34"
    assert exchange("10 00 15 00 02 04 00 0A 01 02") == "10 00 15 00 02"
    assert exchange("03 00 14 00 03") == "03 06 12 34 00 0a 01 02"
    assert exchange("0F 00 13 00 0A 02 CD 01") == "0f 00 13 00 0a"
    assert exchange("05 00 1D FF 00") == "05 00 1d ff 00"
    assert exchange("01 00 13 00 0B") == "01 02 cd 05"


def test_a_write_that_touches_a_measurement_leaves_everything_as_it_was() -> None:
    kept = unit()
    assert answer(bytes.fromhex("10 00 02 00 09 12" + " 12 34" * 9), kept, NOW).pdu.hex(" ") == "90 02"
    assert answer(bytes.fromhex("03 00 02 00 02"), kept, NOW).pdu.hex(" ") == "03 04 00 00 00 00"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("holding:100", Address(Space.HOLDING, 100)),
        ("input:2", Address(Space.INPUT, 2)),
        ("holding:10.15", Address(Space.HOLDING, 10, 15)),
        ("4x:40001", Address(Space.HOLDING, 0)),
        ("4x:400101", Address(Space.HOLDING, 100)),
        ("3x:30003", Address(Space.INPUT, 2)),
        ("1x:10001", Address(Space.DISCRETE, 0)),
        ("0x:1", Address(Space.COIL, 0)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["100", "holding", "holding:70000", "holding:1.16", "coil:1.2", "4x:1", "tank:1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"register|datasheet|outside|bits"):
        parse_address(text)


def test_a_serial_number_stands_two_characters_in_a_register() -> None:
    named = Unit([Text(parse_address("holding:5"), "SN-47", 4)], size=10, strict=True)
    assert answer(bytes.fromhex("03 00 05 00 04"), named, NOW).pdu == b"\x03\x08SN-47\0\0\0"


def test_a_door_reads_1_while_it_stands_open() -> None:
    watched = Unit([Door(parse_address("discrete:3"))], size=10, strict=True)
    opened = Moment(1_000, faults=(Fault(FaultKind.DOOR, "plc"),))
    assert [answer(bytes.fromhex("02 00 03 00 01"), watched, at).pdu[-1] for at in (NOW, opened)] == [0, 1]


@pytest.mark.parametrize(
    ("value", "raw", "counts", "value_shown"),
    [
        (100.0, (0, 4095), "08 00", "100.02442002442002"),  # 2047.5 counts: the even one
        (200.0, (0, 4095), "0f ff", "200.0"),
        (0.0, (13107, 65535), "33 33", "0.0"),  # 0 to 20 mA in 16 bits, from 4 mA
        (-10.0, (0, 4095), "00 00", "0.0"),  # below what it counts: the least it can
    ],
)
def test_a_current_is_shown_in_counts(value: float, raw: tuple[int, int], counts: str, value_shown: str) -> None:
    loop = Unit([current_loop(value, raw)], size=10, strict=True)
    got = answer(bytes.fromhex("04 00 00 00 01"), loop, Moment(1_000))
    assert (got.pdu[2:].hex(" "), got.values) == (counts, {"TSS": value_shown})


def test_a_device_at_fault_drives_its_failure_current_and_shows_no_value() -> None:
    loop = Unit([current_loop(100.0, (13107, 65535), failure=3.5)], size=10, strict=True)
    got = answer(bytes.fromhex("04 00 00 00 01"), loop, NOW)
    assert int.from_bytes(got.pdu[2:], "big") * 20 / 65535 == pytest.approx(3.5, abs=0.001)
    assert got.values == {}


def current_loop(value: float, raw: tuple[int, int], failure: float | None = None) -> CurrentLoop:
    spans = (raw, (4, 20), (0, 200))
    place = (parse_address("input:0"), ValueType.UINT16, ByteOrder.ABCD)
    return CurrentLoop("TSS", *place, *spans, failure, lambda *_: value)


def test_a_write_takes_a_sample_which_lasts_and_fills_a_bottle() -> None:
    places = [parse_address(text) for text in ("coil:7", "holding:20", "input:3")]
    unit = Unit([], None, Sampler(*places, takes_ms=3_000, bottles=2), size=50, strict=True)

    def at(elapsed_ms: int, request: str) -> tuple[str, int | None]:
        got = answer(bytes.fromhex(request), unit, Moment(1_000, elapsed_ms))
        return got.pdu.hex(" "), got.sample

    def seen(elapsed_ms: int) -> list[int]:
        reads = ("01 00 07 00 01", "03 00 14 00 01", "04 00 03 00 01")
        return [int(at(elapsed_ms, request)[0][-2:], 16) for request in reads]

    assert seen(0) == [0, 0, 0]
    assert at(0, "05 00 07 00 00") == ("05 00 07 00 00", None)  # switching off starts nothing
    assert at(100, "05 00 07 FF 00") == ("05 00 07 ff 00", 1)
    assert seen(200) == [1, 1, 1]
    assert at(300, "0F 00 07 00 01 01 01") == ("0f 00 07 00 01", None)  # it samples already
    assert seen(3_099) == [1, 1, 1]
    assert seen(3_100) == [0, 1, 0]
    assert at(4_000, "0F 00 07 00 01 01 01") == ("0f 00 07 00 01", 2)
    assert seen(7_000) == [0, 2, 2]
    assert at(8_000, "05 00 07 FF 00") == ("05 00 07 ff 00", None)  # all bottles are full
    assert at(8_000, "06 00 14 00 00") == ("86 02", None)  # the count cannot be set


def test_what_a_read_empties_shows_what_came_since() -> None:
    totals = iter([12.0, 12.4, 12.4, 99.8, 0.2])
    gauge = Emptied(
        "Rain",
        parse_address("input:5"),
        Encoding(ValueType.UINT16, scale=Decimal("0.1")),
        lambda _symbol, _moment: next(totals),
        wraps_at=100.0,
    )
    device = Unit([gauge], size=20, strict=True)
    said = [answer(bytes.fromhex("04 0005 0001"), device, NOW).pdu.hex(" ") for _ in range(5)]
    assert said == ["04 02 00 00", "04 02 00 04", "04 02 00 00", "04 02 03 6a", "04 02 00 04"]
