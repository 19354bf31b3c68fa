"""What a unit shows and answers, byte by byte as the Modbus Application Protocol has it."""

from decimal import Decimal

import pytest

from stationsim.addresses import Address, Space, parse_address
from stationsim.encoding import ByteOrder, Encoding, ValueType
from stationsim.modbus.pdu import answer
from stationsim.modbus.unit import Moment, Parameter, StatusRegister, Unit

VALUES = {"pH": 7.21, "COD": 70.31, "on": 1.0, "open": 1.0, "coil": 1.0}
NOW = Moment(at_ms=1_000, status=2)


def unit(*, strict: bool = False) -> Unit:
    parameters = [
        Parameter("pH", parse_address("holding:0"), Encoding(ValueType.FLOAT32)),
        Parameter("COD", parse_address("input:2"), Encoding(ValueType.UINT16, scale=Decimal("0.1"))),
        Parameter("on", parse_address("holding:10.3"), Encoding(ValueType.BIT)),
        Parameter("open", parse_address("holding:10.0"), Encoding(ValueType.BIT)),
        Parameter("coil", parse_address("coil:4"), Encoding(ValueType.BOOL)),
    ]
    status = StatusRegister(parse_address("holding:100"), ValueType.UINT32, ByteOrder.CDAB)
    return Unit(parameters, status, lambda symbol, _: VALUES[symbol], size=200, strict=strict)


def ask(request: str, *, strict: bool = False) -> str:
    return answer(bytes.fromhex(request), unit(strict=strict), NOW).pdu.hex(" ")


@pytest.mark.parametrize(
    ("request_pdu", "reply"),
    [
        ("03 00 00 00 02", "03 04 40 e6 b8 52"),  # a float32
        ("03 00 01 00 02", "03 04 b8 52 00 00"),  # its second half and a hole
        ("04 00 02 00 01", "04 02 02 bf"),  # 703
        ("03 00 0A 00 01", "03 02 00 09"),  # bits 0 and 3
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
