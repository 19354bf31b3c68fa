"""Golden registers, written by hand from IEEE 754, two's complement and the Modbus specification."""

from decimal import Decimal

import pytest

from stationsim.encoding import ByteOrder, Encoding, ValueType, encode, encode_integer

# 7.21 = 0x40E6B852 in single, 0x401CD70A3D70A3D7 in double precision.
GOLDEN = [
    ("bool", 1.0, {"ABCD": "0001", "CDAB": "0001", "BADC": "0001", "DCBA": "0001"}, "1"),
    ("bit", 0.0, {"ABCD": "0000"}, "0"),
    ("int16", -2.0, {"ABCD": "FFFE", "CDAB": "FFFE", "BADC": "FEFF", "DCBA": "FEFF"}, "-2"),
    ("uint16", 4660.0, {"ABCD": "1234", "CDAB": "1234", "BADC": "3412", "DCBA": "3412"}, "4660"),
    (
        "int32",
        -19_088_744.0,
        {"ABCD": "FEDC BA98", "CDAB": "BA98 FEDC", "BADC": "DCFE 98BA", "DCBA": "98BA DCFE"},
        "-19088744",
    ),
    (
        "uint32",
        4_275_878_552.0,
        {"ABCD": "FEDC BA98", "CDAB": "BA98 FEDC", "BADC": "DCFE 98BA", "DCBA": "98BA DCFE"},
        "4275878552",
    ),
    (
        "int64",
        -2.0,
        {"ABCD": "FFFF FFFF FFFF FFFE", "CDAB": "FFFE FFFF FFFF FFFF", "BADC": "FFFF FFFF FFFF FEFF"},
        "-2",
    ),
    (
        "uint64",
        float(0x0002030405060708),
        {
            "ABCD": "0002 0304 0506 0708",
            "CDAB": "0708 0506 0304 0002",
            "BADC": "0200 0403 0605 0807",
            "DCBA": "0807 0605 0403 0200",
        },
        "566265752454920",
    ),
    (
        "float32",
        7.21,
        {"ABCD": "40E6 B852", "CDAB": "B852 40E6", "BADC": "E640 52B8", "DCBA": "52B8 E640"},
        "7.210000038146973",
    ),
    (
        "float64",
        7.21,
        {
            "ABCD": "401C D70A 3D70 A3D7",
            "CDAB": "A3D7 3D70 D70A 401C",
            "BADC": "1C40 0AD7 703D D7A3",
            "DCBA": "D7A3 703D 0AD7 1C40",
        },
        "7.21",
    ),
    ("bcd16", 1234.0, {"ABCD": "1234", "BADC": "3412"}, "1234"),
    (
        "bcd32",
        12_345_678.0,
        {"ABCD": "1234 5678", "CDAB": "5678 1234", "BADC": "3412 7856", "DCBA": "7856 3412"},
        "12345678",
    ),
    ("int8", -5.0, {"ABCD": "00FB"}, "-5"),
    ("uint8", 200.0, {"ABCD": "00C8"}, "200"),
    ("int24", -2.0, {"ABCD": "FFFF FFFE", "CDAB": "FFFE FFFF", "BADC": "FFFF FEFF", "DCBA": "FEFF FFFF"}, "-2"),
    ("int24", 8_388_607.0, {"ABCD": "007F FFFF"}, "8388607"),
    (
        "uint24",
        11_259_375.0,
        {"ABCD": "00AB CDEF", "CDAB": "CDEF 00AB", "BADC": "AB00 EFCD", "DCBA": "EFCD AB00"},
        "11259375",
    ),
    (
        "uint48",
        float(0x010203040506),
        {"ABCD": "0102 0304 0506", "CDAB": "0506 0304 0102", "BADC": "0201 0403 0605", "DCBA": "0605 0403 0201"},
        "1108152157446",
    ),
    ("sm16", -5.0, {"ABCD": "8005", "BADC": "0580"}, "-5"),
    ("sm16", 5.0, {"ABCD": "0005"}, "5"),
    ("sm16", -40_000.0, {"ABCD": "FFFF"}, "-32767"),
    ("sm32", -65_536.0, {"ABCD": "8001 0000", "CDAB": "0000 8001"}, "-65536"),
]
CASES = [
    (value_type, value, order, words, exact)
    for value_type, value, orders, exact in GOLDEN
    for order, words in orders.items()
]


def test_golden_covers_every_type() -> None:
    assert {case[0] for case in CASES} == {value_type.value for value_type in ValueType}


@pytest.mark.parametrize(("value_type", "value", "order", "words", "exact"), CASES)
def test_registers_are_those_of_the_specification(
    value_type: str, value: float, order: str, words: str, exact: str
) -> None:
    encoded = encode(value, Encoding(ValueType(value_type), ByteOrder(order)))
    assert " ".join(f"{word:04X}" for word in encoded.words) == words
    assert encoded.value == exact


def test_scaled_integer_says_what_the_registers_mean_not_what_was_wanted() -> None:
    encoded = encode(7.2149, Encoding(ValueType.UINT16, scale=Decimal("0.01")))
    assert encoded.words == (721,)
    assert encoded.value == "7.21"


def test_offset_is_taken_off_before_encoding_and_is_in_the_meaning() -> None:
    encoded = encode(-12.5, Encoding(ValueType.UINT16, scale=Decimal("0.1"), offset=Decimal(-40)))
    assert encoded.words == (275,)
    assert Decimal(encoded.value) == Decimal("-12.5")


def test_scaled_float_means_the_float_times_scale_exactly() -> None:
    encoded = encode(0.75, Encoding(ValueType.FLOAT32, scale=Decimal("0.1")))
    assert encoded.words == (0x40F0, 0x0000)
    assert encoded.value == "0.75"


@pytest.mark.parametrize(
    ("value_type", "value", "words"),
    [
        (ValueType.UINT16, 70_000.0, (0xFFFF,)),
        (ValueType.UINT16, -1.0, (0,)),
        (ValueType.INT16, -40_000.0, (0x8000,)),
        (ValueType.BCD16, 12_345.0, (0x9999,)),
        (ValueType.FLOAT32, 1e39, (0x7F7F, 0xFFFF)),
    ],
)
def test_out_of_range_saturates(value_type: ValueType, value: float, words: tuple[int, ...]) -> None:
    assert encode(value, Encoding(value_type)).words == words


def test_status_code_that_does_not_fit_is_refused() -> None:
    assert encode_integer(2, ValueType.BCD16) == (2,)
    with pytest.raises(OverflowError, match="70000 does not fit uint16"):
        encode_integer(70_000, ValueType.UINT16)
