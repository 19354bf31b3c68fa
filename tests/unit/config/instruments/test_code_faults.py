"""Codes that can never occur, and what is said of them: the line, what is wrong, what it would have to be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from gateway.config import ModbusDevice
from tests.unit.config.wording import edited, faults, load_text

PROBE = "    poll: 5s\n    parameters:\n      - {symbol: pH"
COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
END = "destinations:\n"


def cod(rest: str) -> tuple[str, str]:
    return (COD, COD.split(", type")[0] + f", {rest}}}")


def status(sources: str) -> tuple[str, str]:
    return (PROBE, PROBE.replace("    parameters", f"    status: {sources}\n    parameters"))


def identity(content: str) -> tuple[str, str]:
    return (
        PROBE,
        PROBE.replace("    parameters", f'    identity: {{register: "holding:9", {content}}}\n    parameters'),
    )


def sampler(content: str) -> tuple[str, str]:
    return (END, f"sampler: {{link: plc, {content}}}\n{END}")


def text_device(response: str, parameter: str, more: str = "") -> tuple[str, str]:
    return (
        "  - name: flowmeter\n    link: bus\n    poll: 10s\n    parameters:\n"
        '      - {symbol: Flow, unit: m3/h, register: "input:0", type: float32}\n',
        f"  - name: flowmeter\n    link: bus\n    poll: 10s\n    {response}\n{more}    parameters: [{parameter}]\n",
    )


SERIAL = ("type: modbus-rtu", "type: serial")
INVALID = "gateway.yaml:17: instruments.probe.parameters.COD.invalid: "
OR_RAW = "write the number before scaling, or the raw word, 0x0 to 0xFFFF; or check the type"
STATUS = "gateway.yaml:15: instruments.probe.status"

FAULTS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "beyond_the_bits": (
        [cod("type: int16, invalid: [0x18000]")],
        INVALID + "0x18000 never stands there: int16 is 16 bits wide; " + OR_RAW,
    ),
    "beyond_the_type": (
        [cod("type: uint16, invalid: [70000]")],
        INVALID + "70000 never stands there: uint16 yields 0 to 65535; " + OR_RAW,
    ),
    "negative_of_what_has_no_sign": (
        [cod("type: uint16, invalid: [-9999]")],
        INVALID + "-9999 never stands there: uint16 yields 0 to 65535; " + OR_RAW,
    ),
    "after_scaling": (
        [cod("type: int16, scale: 0.1, invalid: [-999.9]")],
        INVALID + "-999.9 never stands there: int16 holds whole numbers; write -9999: codes are "
        "compared before scaling",
    ),
    "after_scaling_with_offset": (
        [cod("type: uint16, scale: 0.01, offset: -40, invalid: [-40]")],
        INVALID + "-40 never stands there: uint16 yields 0 to 65535; write 0: codes are compared before scaling",
    ),
    "beyond_a_float": (
        [cod("type: float32, invalid: [1e39]")],
        INVALID + "1E+39 never stands there: it is beyond any float32; check the number and the type",
    ),
    "a_word_of_half_a_float": (
        [cod("type: float32, invalid: [0x8000]")],
        INVALID + "0x8000 are the bits of 4.59177e-41 in float32; write all 8 digits of the raw word, or 32768 if the "
        "number is meant",
    ),
    "minus_nothing": (
        [cod("type: float32, invalid: [0x80000000]")],
        INVALID + "0x80000000 is -0 in float32, which is read as any other 0; write 0 if every 0 is meant: the two "
        "cannot be told apart",
    ),
    "more_decimal_digits": (
        [cod("type: bcd16, invalid: [99999]")],
        INVALID + "99999 never stands there: bcd16 yields 0 to 9999; " + OR_RAW,
    ),
    "both_states_of_a_bit": (
        [(COD, '{symbol: COD, unit: mg/L, register: "discrete:2", invalid: [0, 1]}')],
        INVALID + "are both numbers of a bit: it would never have a value; leave one of them, or none",
    ),
    "a_third_state_of_a_bit": (
        [status('{register: "coil:1", fault: [2]}')],
        f"{STATUS}.fault: 2 never stands there: bool yields 0 to 1; a bit is 0 or 1",
    ),
    "a_bit_as_it_is_written_on_the_wire": (
        [status('{register: "coil:1", fault: [0xFF00]}')],
        f"{STATUS}.fault: 0xFF00 never stands there: bool is 1 bits wide; a bit is 0 or 1",
    ),
    "a_state_beyond_the_type": (
        [status('{register: "holding:1", calibrating: [65536]}')],
        f"{STATUS}.calibrating: 65536 never stands there: uint16 yields 0 to 65535; " + OR_RAW,
    ),
    "two_ways_to_write_one_code": (
        [status('{register: "holding:1", type: int16, calibrating: [-1], fault: [0xFFFF]}')],
        f"{STATUS}.fault: code -1 is in calibrating too; leave it in one of the two lists",
    ),
    "calibrating_by_what_is_no_number": (
        [status('{register: "holding:1", type: bcd16, calibrating: [0xFFFF]}')],
        f"{STATUS}.calibrating: 0xFFFF is no number in bcd16: it is a fault; check the code and the type",
    ),
    "no_code_means_anything": (
        [status('{register: "holding:1"}')],
        f"{STATUS}: says of no code what it means; add calibrating: […], fault: […], or both",
    ),
    "empty_lists": (
        [status('{register: "holding:1", calibrating: [], fault: []}')],
        f"{STATUS}: says of no code what it means; add calibrating: […], fault: […], or both",
    ),
    "no_bit_means_anything": (
        [status('{register: "holding:1", fault_bits: []}')],
        f"{STATUS}: says of no bit what it means; add calibrating_bits: […], fault_bits: […], or both",
    ),
    "a_bit_that_never_measures": (
        [status('{register: "discrete:1", calibrating: [0], fault: [1]}')],
        f"{STATUS}: leaves no state of the bit for measuring; name the one that means something else",
    ),
    "a_bit_in_both_lists": (
        [status('{register: "holding:1", calibrating_bits: [0, 3], fault_bits: [3]}')],
        f"{STATUS}.fault_bits: bit 3 is in calibrating_bits too; leave it in one of the two lists",
    ),
    "an_identity_beyond_the_type": (
        [identity("type: uint16, equals: 123456")],
        "gateway.yaml:15: instruments.probe.identity.equals: 123456 never stands there: uint16 yields 0 to 65535; "
        + OR_RAW,
    ),
    "an_identity_longer_than_its_place": (
        [identity('type: string, length: 6, equals: "SN-12345"')],
        "gateway.yaml:15: instruments.probe.identity.equals: has 8 characters, and length is 6; write as much as the "
        "device has, or its length",
    ),
    "an_identity_that_is_no_number": (
        [identity("type: bcd32, equals: 0xA0000000")],
        "gateway.yaml:15: instruments.probe.identity.equals: 0xA0000000 is no number in bcd32; check the number and "
        "the type",
    ),
    "a_sampler_that_never_confirms": (
        [sampler('coil: 1, confirm: {register: "discrete:1", equals: 2}')],
        "gateway.yaml:23: sampler.confirm.equals: 2 never stands there: bool yields 0 to 1; a bit is 0 or 1",
    ),
    "a_value_for_a_coil": (
        [sampler("coil: 1, value: 5")],
        "gateway.yaml:23: sampler: has a coil and a value, and a coil is set to 1; remove value, or write register:",
    ),
    "a_raw_word_in_text": (
        [
            SERIAL,
            text_device(
                r"ascii: {request: R, response: '(?P<Flow>[-+0-9.]+)'}",
                "{symbol: Flow, unit: m3/h, invalid: [0x8000]}",
            ),
        ],
        "gateway.yaml:22: instruments.flowmeter.parameters.Flow.invalid: 0x8000 is a raw word, and the device reports "
        "numbers as text; write the number as it prints it, such as 32768",
    ),
    "more_digits_than_a_telegram_has": (
        [SERIAL, text_device("bayern_hessen: {address: 1}", "{symbol: Flow, unit: m3/h, invalid: [-99999]}")],
        "gateway.yaml:22: instruments.flowmeter.parameters.Flow.invalid: -99999 never comes: a telegram's numbers have "
        "4 digits; write the number as the device's display rounds it",
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS)
def test_refuses(tmp_path: Path, edits: list[tuple[str, str]], expected: str) -> None:
    assert faults(edited(*edits), tmp_path) == [expected]


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        ("int16", "0x8000", [-32768]),
        ("int16", "32768", [-32768]),
        ("int16", "0xffff, -1", [-1, -1]),
        ("uint16", "0xFFFF", [65535]),
        ("int32", "0xFFFFFFFF", [-1]),
        ("int32", "0x8000", [32768]),
        ("float32", "0x7FC00000, 0xFFFFFFFF", []),
        ("float32", "0xC479C000", [-999]),
        ("float32", "9999", [9999]),
        ("bcd16", "0x9999", [9999]),
        ("bcd16", "9999", [9999]),
        ("sm16", "0x83E7", [-999]),
        ("sm16", "-999", [-999]),
        ("uint64", "0xFFFFFFFFFFFFFFFF", [2**64 - 1]),
        ("int64", "-9223372036854775808", [-(2**63)]),
        ("float64", "0x40C3878000000000", [9999]),
    ],
)
def test_understands_values_and_raw_words(tmp_path: Path, kind: str, written: str, meant: list[int]) -> None:
    device = load_text(edited(cod(f"type: {kind}, invalid: [{written}]")), tmp_path).instruments[0]
    assert isinstance(device, ModbusDevice)
    assert device.parameters[1].invalid == tuple(map(Decimal, meant))


def test_a_number_in_hexadecimal_is_a_number_elsewhere(tmp_path: Path) -> None:
    bus = ("link: bus", "link: bus\n    unit: 0x0B")
    device = load_text(edited(bus, ("usb-port0}", "usb-port0, stopbits: 0x1}")), tmp_path).instruments[1]
    assert isinstance(device, ModbusDevice)
    assert (device.unit, type(device.unit)) == (11, int)
