"""What is refused of instruments that speak text.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import AkDevice, AsciiDevice, BayernHessenDevice
from gateway.config.instruments.instrument import protocol_sections
from tests.unit.config.wording import STATION, faults, load_text, warnings

LINKS = """\
  dust: {type: serial, device: /dev/serial/by-id/usb-port1}
  nox: {type: tcp, host: 192.168.1.20, port: 4001}
  gas: {type: serial, device: /dev/serial/by-id/usb-port2, bytesize: 7, parity: E, pause: 20ms}
"""
ASCII = r"""ascii: {request: "R\r", response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)'}"""
STATUS = 'status: {calibrating: ["1"], fault: ["2"]}'
PM = "{symbol: PM, unit: mg/Nm3}"
CO = "{symbol: CO, unit: mg/Nm3, command: AKON, field: 1}"
NOX = "{symbol: NOx, unit: ug/Nm3, id: 3}"
INSTRUMENTS = f"""\
  - name: dustmeter
    link: dust
    poll: 10s
    {ASCII}
    {STATUS}
    parameters:
      - {PM}
  - name: analyser
    link: gas
    poll: 5s
    ak: {{channel: K0}}
    parameters:
      - {CO}
  - name: nox
    link: nox
    poll: 5s
    bayern_hessen: {{address: 1}}
    parameters:
      - {NOX}
"""
VALID = STATION.replace("instruments:\n", f"{LINKS}instruments:\n{INSTRUMENTS}").replace(
    "kind: wastewater", "kind: emission"
)


def edited(before: str, after: str) -> str:
    assert before in VALID
    return VALID.replace(before, after, 1)


def test_the_file_without_changes_is_sound(tmp_path: Path) -> None:
    configuration = load_text(VALID, tmp_path)
    kinds = [type(instrument) for instrument in configuration.instruments]
    assert kinds[:3] == [AsciiDevice, AkDevice, BayernHessenDevice]


FAULTS: dict[str, tuple[str, str, list[str]]] = {
    "request_missing": (
        r'request: "R\r", ',
        "",
        [
            (
                r'gateway.yaml:18: instruments.dustmeter.ascii: has no request; add request: "R\r", or streaming: true '
                "for a device that talks unasked"
            )
        ],
    ),
    "request_and_streaming": (
        "ascii: {",
        "ascii: {streaming: true, ",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: has a request, and streaming devices talk unasked; "
                "remove request, or streaming"
            )
        ],
    ),
    "response_no_expression": (
        "[-+0-9.]+)",
        "[-+0-9.]+",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii.response: is not a regular expression: missing ), "
                "unterminated subpattern at position 3; write it in single quotes, a group as (?P<PM>…)"
            )
        ],
    ),
    "response_that_looks_ahead": (
        "[-+0-9.]+)",
        "(?=[0-9])[-+0-9.]+)",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii.response: '(?=…)' looks ahead, which cannot be done in "
                "bounded time (character 11); describe what follows as a part of the line"
            )
        ],
    ),
    "response_without_the_parameter": (
        PM,
        '{symbol: "PM", unit: mg/Nm3, group: dust}',
        [
            (
                "gateway.yaml:20: instruments.dustmeter.parameters: PM has no group 'dust' in ascii.response; groups "
                "there: PM, status; name another with group: NAME"
            )
        ],
    ),
    "checksum_without_digits": (
        "ascii: {",
        "ascii: {checksum: {type: xor}, ",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: has a checksum that the response does not hold; add a "
                "group (?P<checksum>[0-9A-F]{2})"
            )
        ],
    ),
    "checksum_unknown": (
        "ascii: {",
        "ascii: {checksum: {type: crc32}, ",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii.checksum.type: is none of the choices; write 'xor', "
                "'sum' or 'crc16'; did you mean crc16?"
            )
        ],
    ),
    "response_missing": (
        r""", response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)'""",
        "",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: has no response; add response: "
                r"'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)', what the line looks like"
            )
        ],
    ),
    "several_kinds_in_an_answer": (
        "response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\\d)'",
        "responses: ['PM=(?P<PM>[-+0-9.]+)', 'ST=(?P<status>\\d)']",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: has responses, and an answer is described as a whole; "
                r"write lines: 2 and one response, \r\n between its lines, or use streaming"
            )
        ],
    ),
    "thousands_as_decimal": (
        "ascii: {",
        'ascii: {decimal: ",", thousands: ",", ',
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: has ',' as decimal and as thousands; a number as "
                '1.234,5 is decimal: ",", thousands: "."; one as 1,234.5 is decimal: ".", thousands: ","'
            )
        ],
    ),
    "no_end_at_all": (
        "ascii: {",
        "ascii: {terminator: none, ",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: has no terminator, and nothing says where an answer "
                'ends; add idle: 50ms, the silence behind it, or the last byte of every answer as terminator: "\\x03"'
            )
        ],
    ),
    "two_ends": (
        "ascii: {",
        'ascii: {idle: 50ms, terminator: "\\r", ',
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: has terminator and idle; keep terminator: idle is for "
                "answers that have none"
            )
        ],
    ),
    "half_an_answer_would_pass": (
        "ascii: {request: \"R\\r\", response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\\d)'}",
        "ascii: {request: \"R\\r\", idle: 50ms, response: 'ST=(?P<status>\\d) PM=(?P<PM>[-+0-9.]+)'}",
        [
            (
                "gateway.yaml:18: instruments.dustmeter.ascii: takes an answer that a pause cut short for a whole one: "
                "with [0-9.]+ also the '12.' of '12.5'; describe what always stands at its end: a unit, a mark, "
                "[0-9]+[.][0-9]{2}, a fixed length; or a checksum"
            )
        ],
    ),
    "unit_that_nobody_expects": (
        "PM=(?P<PM>[-+0-9.]+);",
        r"PM=(?P<PM>[-+0-9.]+)(?P<PM_unit>\S+);",
        [
            (
                "gateway.yaml:20: instruments.dustmeter.parameters: PM has the group 'PM_unit', and nothing says what "
                'must stand there; add says_unit: "mg/m3" as the device writes it: with another unit there is no value'
            )
        ],
    ),
    "key_of_modbus": (
        PM,
        '{symbol: PM, unit: mg/Nm3, register: "input:0"}',
        [
            (
                "gateway.yaml:21: instruments.dustmeter.parameters.PM.register: is an unknown key; known here: custom, "
                "symbol, suffix, name, unit, as, decimals, range, limit, quality, scale, offset, invalid, average, "
                "counter, wraps_at, max_growth, weight, convert, group, says_unit"
            )
        ],
    ),
    "two_protocols": (
        "ak: {channel: K0}",
        "ak: {channel: K0}\n    bayern_hessen: {address: 2}",
        [
            (
                "gateway.yaml:26: instruments.analyser.bayern_hessen: is a second protocol; a device speaks one: keep "
                "one of the two"
            )
        ],
    ),
    "protocol_on_a_modbus_link": (
        "link: gas",
        "link: bus",
        [
            (
                "gateway.yaml:23: instruments.analyser.link: link bus is modbus-rtu, and the device speaks ak; put it "
                "on a serial or tcp link"
            )
        ],
    ),
    "channel": (
        "channel: K0",
        "channel: 0",
        [
            (
                "gateway.yaml:25: instruments.analyser.ak.channel: is read as a number or as true/false, not as text; "
                "put it in quotes"
            )
        ],
    ),
    "command_that_switches": (
        "command: AKON",
        "command: SPAU",
        [
            (
                "gateway.yaml:27: instruments.analyser.parameters.CO.command: 'SPAU' is no command that reads; write "
                "four letters beginning with A, such as AKON"
            )
        ],
    ),
    "field_from_zero": (
        "field: 1",
        "field: 0",
        ["gateway.yaml:27: instruments.analyser.parameters.CO.field: 0 is too small; write 1 or more"],
    ),
    "address_missing": (
        "bayern_hessen: {address: 1}",
        "bayern_hessen: {}",
        [
            (
                "gateway.yaml:31: instruments.nox.bayern_hessen.address: is missing; add address: the device's address "
                "in its communication menu, such as 1"
            )
        ],
    ),
    "one_id_twice": (
        NOX,
        f"{NOX}\n      - {{symbol: SO2, unit: ug/Nm3, id: 3}}",
        [
            (
                "gateway.yaml:32: instruments.nox.parameters: SO2 and NOx have one id; give each the id of the "
                "manual's list"
            )
        ],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(before: str, after: str, expected: list[str], tmp_path: Path) -> None:
    assert faults(edited(before, after), tmp_path) == expected


TALKING = "streaming: true, "
TALKERS: dict[str, tuple[str, str]] = {
    "lines": (TALKING + "lines: 2, response: '(?P<PM>[0-9.]+)'", "nothing tells with which line a block begins"),
    "idle": (TALKING + "idle: 50ms, response: '(?P<PM>[0-9.]+);'", "is gathered between two polls"),
    "skip": (TALKING + "skip: ['OK'], response: '(?P<PM>[0-9.]+)'", "are passed over anyway"),
    "both": (TALKING + "response: 'a(?P<PM>.)', responses: ['b(?P<T>.)']", "has response and responses"),
    "twice": (TALKING + "responses: ['a(?P<PM>.)', 'b(?P<PM>.)']", "has the group 'PM' in two responses"),
    "idle_kind": (TALKING + "responses: ['a(?P<PM>.)', 'b(?P<T>.)']", "stands in number 2 of ascii.responses"),
}


@pytest.mark.parametrize(("protocol", "wrong"), TALKERS.values(), ids=TALKERS.keys())
def test_what_a_talker_cannot_have(protocol: str, wrong: str, tmp_path: Path) -> None:
    (fault,) = faults(VALID.replace(ASCII, f"ascii: {{{protocol}}}").replace(f"    {STATUS}\n", ""), tmp_path)
    assert wrong in fault


def test_who_talks_unasked_has_the_link_alone(tmp_path: Path) -> None:
    talking = VALID.replace(r'request: "R\r"', "streaming: true").replace("link: gas", "link: dust")
    assert faults(talking, tmp_path) == [
        "gateway.yaml:23: instruments.analyser.link: link dust is shared with a device that talks unasked; give such a "
        "device a link of its own"
    ]


def test_a_word_means_one_thing(tmp_path: Path) -> None:
    twice = edited("ak: {channel: K0}", "ak: {channel: K0}\n    status: {measuring: [STBY], fault: [STBY]}")
    (fault,) = faults(twice, tmp_path)
    assert fault.endswith("STBY is in measuring and in fault; leave it in one of the lists")


def test_a_bare_port_is_warned_about(tmp_path: Path) -> None:
    bare = edited("/dev/serial/by-id/usb-port1", "/dev/ttyUSB1")
    assert any("/dev/ttyUSB1 may be another device" in warning for warning in warnings(bare, tmp_path))


def test_what_a_device_speaks_must_be_said(tmp_path: Path) -> None:
    first, *_ = faults(edited("    ak: {channel: K0}\n", ""), tmp_path)
    *protocols, last = protocol_sections("serial")
    assert {"ascii", "ak", "bayern_hessen"} <= {*protocols, last}
    assert first == (
        "gateway.yaml:23: instruments.analyser.link: on a serial link it must be said what the device speaks; add a "
        f"section {', '.join(protocols)} or {last}, or use a modbus link"
    )


RESPONSE = r"response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)'"


@pytest.mark.parametrize(
    ("ascii_section", "said"),
    [
        (r"response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)\r\n'", r"no \r\n in it"),
        (f'{RESPONSE}, terminator: ";"', "no ; in it"),
        (f"{RESPONSE}, lines: 2", r"never matches 2 lines with \r\n between them"),
        (r"response: 'PM=(?P<PM>[-+0-9.]+)\r\nST=(?P<status>\d)\r\n', lines: 2", "not behind the last one"),
        (r"response: 'PM=(?P<PM>[0-9]+,[0-9]+);ST=(?P<status>\d)'", r"never holds a number: it takes [0-9]+,[0-9]+"),
        (r"response: 'PM=(?P<PM>[A-Z]+);ST=(?P<status>\d)'", "never holds a number"),
        (r"response: 'PM=(?P<PM>[0-9.]+ mg);ST=(?P<status>\d)'", "never holds a number"),
    ],
)
def test_what_no_line_and_no_number_can_ever_match(ascii_section: str, said: str, tmp_path: Path) -> None:
    """Sound until now, and 02 for ever."""
    (told,) = faults(edited(RESPONSE, ascii_section), tmp_path)
    assert said in told


@pytest.mark.parametrize(
    "ascii_section",
    [
        r"response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)\r?\n?'",
        r"response: 'PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)\r'",
        r"response: 'PM=(?P<PM>[-+0-9.]+)\nST=(?P<status>\d)'",
        r"response: 'PM=(?P<PM>[-+0-9.]+)\s+ST=(?P<status>\d)', lines: 2",
        r"""response: 'PM=(?P<PM>[-+0-9.]+)\r\nST=(?P<status>\d)', lines: 2""",
        f'{RESPONSE}, terminator: "\\r\\r\\n"',
        r"""response: 'PM=(?P<PM>[0-9]+,[0-9]+);ST=(?P<status>\d)', decimal: ','""",
        r"""response: 'PM=(?P<PM>[0-9]+,[0-9]{3}[.][0-9]);ST=(?P<status>\d)', thousands: ','""",
        r"response: 'PM=(?P<PM>----|[0-9.]+);ST=(?P<status>\d)'",
        r"response: 'PM= *(?P<PM>[-+] *[0-9.]+[eE][-+][0-9]{2}) *;ST=(?P<status>\d)'",
        r"response: 'PM=(?P<PM>[0-9.]{1,1000});ST=(?P<status>\d)'",
    ],
)
def test_what_may_match_now_and_then_is_left_alone(ascii_section: str, tmp_path: Path) -> None:
    assert faults(edited(RESPONSE, ascii_section), tmp_path) == []


def test_a_number_with_its_unit_behind_it_is_one(tmp_path: Path) -> None:
    text = edited(RESPONSE, r"response: 'PM=(?P<PM>[0-9.]+ mg);ST=(?P<status>\d)'")
    assert faults(text.replace("unit: mg/Nm3}", "unit: mg/Nm3, says_unit: mg}", 1), tmp_path) == []
