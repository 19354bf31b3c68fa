"""What is refused of identity, status, schedule, hold, line settings and the sampler.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import edited, faults, warnings

PROBE = "    poll: 5s\n    parameters:\n      - {symbol: pH"
COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
BUS = "{type: modbus-rtu, device: /dev/serial/by-id/usb-port0}"
END = "destinations:\n"
SERIAL = 'register: "holding:200"'


def probe(line: str) -> tuple[str, str]:
    return (PROBE, PROBE.replace("    parameters", f"    {line}\n    parameters"))


def sampler(content: str) -> tuple[str, str]:
    return (END, f"sampler: {content}\n{END}")


def cod(rest: str) -> tuple[str, str]:
    return (COD, COD.split(", type")[0] + f", {rest}}}")


FAULTS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "status_as_a_register": (
        [probe('status: "holding:100"')],
        [
            (
                "gateway.yaml:15: instruments.probe.status: is neither a section nor a list; write {…} with its keys, "
                "or a list of such sections: [{…}, {…}]"
            )
        ],
    ),
    "identity_as_float": (
        [probe(f"identity: {{{SERIAL}, type: float32, equals: 5}}")],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.type: float32 is no serial number; use string with "
                "a length, or an integer type, such as uint32"
            )
        ],
    ),
    "string_without_length": (
        [probe(f"identity: {{{SERIAL}, type: string, equals: SN-1}}")],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.length: is missing; add length: how many "
                "characters the device has for it, such as 8"
            )
        ],
    ),
    "length_of_a_number": (
        [probe(f"identity: {{{SERIAL}, type: uint32, length: 4, equals: 5}}")],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.length: is for strings, and this is uint32; leave "
                "it out, or write type: string"
            )
        ],
    ),
    "text_for_a_number": (
        [probe(f'identity: {{{SERIAL}, type: uint32, equals: "5"}}')],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.equals: is a text, and the device holds a number; "
                "write it without quotes, or type: string"
            )
        ],
    ),
    "number_for_a_text": (
        [probe(f"identity: {{{SERIAL}, type: string, length: 8, equals: 4711}}")],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.equals: is a number, and the device holds a text; "
                "put it in quotes"
            )
        ],
    ),
    "nothing_to_equal": (
        [probe(f"identity: {{{SERIAL}, type: string, length: 8}}")],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.equals: is missing; add equals: the number of this "
                'device, such as "SN-1234"'
            )
        ],
    ),
    "empty_text": (
        [probe(f'identity: {{{SERIAL}, type: string, length: 8, equals: " "}}')],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.equals: is empty or has characters that no device "
                "has; write it as on the device's plate"
            )
        ],
    ),
    "identity_past_the_table": (
        [probe('identity: {register: "holding:65534", type: string, length: 8, equals: SN-1}')],
        [
            (
                "gateway.yaml:15: instruments.probe.identity.length: runs past the last register 65535; check "
                "register and length"
            )
        ],
    ),
    "checked_too_often": (
        [probe(f"identity: {{{SERIAL}, type: string, length: 8, equals: SN-1, check_every: 1s}}")],
        ["gateway.yaml:15: instruments.probe.identity.check_every: 1s is out of bounds; write 10s to 7d"],
    ),
    "string_as_a_value": (
        [cod("type: string")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: string is no number; strings are for "
                "identity; use a numeric type, such as float32"
            )
        ],
    ),
    "invalid_is_no_list": (
        [cod("type: uint16, invalid: 65535")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.invalid: is not a list; write it as [first, "
                "second], or as lines that begin with -"
            )
        ],
    ),
    "invalid_is_text": (
        [cod('type: uint16, invalid: ["65535"]')],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.invalid[0]: is not a number; write a number, "
                "with a decimal point and without quotes"
            )
        ],
    ),
    "flags_of_a_signed_number": (
        [probe('status: {register: "holding:1", type: int16, fault_bits: [0]}')],
        [
            (
                "gateway.yaml:15: instruments.probe.status.type: int16 holds no flags; "
                "use an unsigned type, such as uint16 or uint32"
            )
        ],
    ),
    "flag_that_does_not_exist": (
        [probe('status: {register: "holding:1", fault_bits: [16]}')],
        [("gateway.yaml:15: instruments.probe.status.fault_bits: uint16 has no bit 16; its bits are 0 to 15")],
    ),
    "flags_and_codes": (
        [probe('status: {register: "holding:1", fault_bits: [1], fault: [2]}')],
        ["gateway.yaml:15: instruments.probe.status.fault: is an unknown key; did you mean fault_bits?"],
    ),
    "second_source_at_fault": (
        [probe('status: [{register: "holding:1", fault: [1]}, {register: "holding:2", falt: [1]}]')],
        ["gateway.yaml:15: instruments.probe.status[1].falt: is an unknown key; did you mean fault?"],
    ),
    "time_of_day_unquoted": (
        [probe("status: {schedule: 02:00}")],
        [
            (
                "gateway.yaml:15: instruments.probe.status.schedule: is no time of day; write it as "
                '"02:00-02:20", or "23:50-00:10" across midnight, in quotes'
            )
        ],
    ),
    "time_of_day_25": (
        [probe('status: {schedule: "23:00-25:00"}')],
        [
            (
                "gateway.yaml:15: instruments.probe.status.schedule: is no time of day; write it as "
                '"02:00-02:20", or "23:50-00:10" across midnight, in quotes'
            )
        ],
    ),
    "empty_time": (
        [probe('status: {schedule: "02:00-02:00"}')],
        [
            (
                "gateway.yaml:15: instruments.probe.status.schedule: '02:00-02:00' ends where it begins, or "
                'after the day; write "00:00-24:00" for whole days'
            )
        ],
    ),
    "weekday_unknown": (
        [probe('status: [{schedule: "02:00-02:20", days: [monday]}]')],
        [
            (
                "gateway.yaml:15: instruments.probe.status[0].days[0]: is none of the choices; write 'mon', "
                "'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'; did you mean mon?"
            )
        ],
    ),
    "no_weekday": (
        [probe('status: [{schedule: "02:00-02:20", days: []}]')],
        ["gateway.yaml:15: instruments.probe.status[0].days: is empty; add at least one entry"],
    ),
    "schedule_of_measuring": (
        [probe('status: [{schedule: "02:00-02:20", is: measuring}]')],
        [("gateway.yaml:15: instruments.probe.status[0].is: is none of the choices; write 'calibrating' or 'fault'")],
    ),
    "key_of_a_schedule_misspelt": (
        [probe('status: [{schedule: "02:00-02:20", day: [mon]}]')],
        ["gateway.yaml:15: instruments.probe.status[0].day: is an unknown key; did you mean days?"],
    ),
    "hold_too_long": (
        [probe("hold: 25h")],
        ["gateway.yaml:15: instruments.probe.hold: 25h is out of bounds; write 0ms to 24h"],
    ),
    "warm_up_without_unit": (
        [probe("warm_up: 120")],
        [
            (
                "gateway.yaml:15: instruments.probe.warm_up: 120 has no unit; write 120s if seconds are meant; "
                "units are ms, s, min, h, d"
            )
        ],
    ),
    "pause_too_long": (
        [(BUS, "{type: modbus-rtu, device: /dev/serial/by-id/usb-port0, pause: 2s}")],
        ["gateway.yaml:10: links.bus.pause: 2s is out of bounds; write 0ms to 1s"],
    ),
    "rs485_is_a_word": (
        [(BUS, "{type: modbus-rtu, device: /dev/serial/by-id/usb-port0, rs485: yes}")],
        ["gateway.yaml:10: links.bus.rs485: is not true or false; write true or false, without quotes"],
    ),
    "ascii_with_6_bits": (
        [(BUS, "{type: modbus-ascii, device: /dev/serial/by-id/usb-port0, bytesize: 6}")],
        ["gateway.yaml:10: links.bus.bytesize: is none of the choices; write 7 or 8"],
    ),
    "device_server_without_port": (
        [(BUS, "{type: modbus-rtu-over-tcp, host: dtu.local}")],
        ["gateway.yaml:10: links.bus.port: is missing; add port: the port it listens on, such as 4001"],
    ),
    "unit_0_behind_a_device_server": (
        [
            (BUS, "{type: modbus-rtu-over-tcp, host: dtu.local, port: 4001}"),
            ("    link: bus\n", "    link: bus\n    unit: 0\n"),
        ],
        [
            (
                "gateway.yaml:20: instruments.flowmeter.unit: 0 is no address of a device on a serial line; "
                "write 1 to 247: 0 calls all devices at once, the rest is reserved"
            )
        ],
    ),
    "sampler_without_target": (
        [sampler("{link: plc}")],
        [("gateway.yaml:23: sampler: needs a coil or a register, and not both; add coil: 0, or register: holding:0")],
    ),
    "sampler_with_two_targets": (
        [sampler('{link: plc, coil: 1, register: "holding:1"}')],
        [("gateway.yaml:23: sampler: needs a coil or a register, and not both; add coil: 0, or register: holding:0")],
    ),
    "sampler_on_an_input": (
        [sampler('{link: plc, register: "input:1"}')],
        [
            (
                "gateway.yaml:23: sampler.register: input:1 cannot be written; write a whole holding register, "
                "or coil: with its number"
            )
        ],
    ),
    "sampler_on_an_unknown_link": (
        [sampler("{link: plk, coil: 1}")],
        ["gateway.yaml:23: sampler.link: there is no link 'plk'; did you mean plc?"],
    ),
    "sampler_on_a_text_link": (
        [
            (BUS, "{type: serial, device: /dev/serial/by-id/usb-port0}"),
            ("    link: bus\n", "    link: plc\n"),
            sampler("{link: bus, coil: 1}"),
        ],
        [("gateway.yaml:23: sampler.link: link bus is serial: it has no coil and no register; name a modbus link")],
    ),
    "sampler_on_no_occasion": (
        [sampler("{link: plc, coil: 1, on: []}")],
        ["gateway.yaml:23: sampler.on: is empty; add at least one entry"],
    ),
    "sampler_on_an_unknown_occasion": (
        [sampler("{link: plc, coil: 1, on: alarm}")],
        ["gateway.yaml:23: sampler.on: is none of the choices; write 'exceeded' or 'command'"],
    ),
    "sampler_too_often": (
        [sampler("{link: plc, coil: 1, min_interval: 1s}")],
        ["gateway.yaml:23: sampler.min_interval: 1s is out of bounds; write 1min to 30d"],
    ),
    "sampler_confirmed_by_nothing": (
        [sampler('{link: plc, coil: 1, confirm: {register: "input:1"}}')],
        [("gateway.yaml:23: sampler.confirm.equals: is missing; add equals: the number that shows it, such as 1")],
    ),
    "sampler_confirmed_by_a_float": (
        [sampler('{link: plc, coil: 1, confirm: {register: "input:1", type: float32, equals: 1}}')],
        [("gateway.yaml:23: sampler.confirm.type: float32 is not compared; use an integer type, such as uint16")],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(edits: list[tuple[str, str]], expected: list[str], tmp_path: Path) -> None:
    assert faults(edited(*edits), tmp_path) == expected


SOUND = {
    "flags": probe('status: {register: "holding:1", type: uint32, fault_bits: [31]}'),
    "sources": probe('status: [{register: "discrete:5", calibrating: [1]}, {register: "coil:1", fault: [0]}]'),
    "across_midnight": probe('status: {schedule: "23:50-00:10", days: [sun], is: fault}'),
    "whole_days": probe('status: {schedule: "00:00-24:00", days: [sat, sun]}'),
    "hold_and_warm_up": probe("hold: 5min\n    warm_up: 90s"),
    "sampler": sampler('{link: plc, register: "holding:1", value: 5, min_interval: 2h}'),
    "codes_for_no_value": cod("type: float32, invalid: [-9999, 65535.5]"),
}


AK = """\
  - name: gas
    link: text
    poll: 5s
    hold: 1min
    ak: {}
    status: [{calibrating: [SATK]}, {schedule: "02:00-02:20"}]
    parameters: [{symbol: TOC, unit: mg/L, field: 1, invalid: [-1]}]
"""
LINK = ("instruments:", "  text: {type: tcp, host: a, port: 1}\ninstruments:")


def test_a_text_instrument_has_a_schedule_too(tmp_path: Path) -> None:
    assert faults(edited(LINK, (END, AK + END)), tmp_path) == []
    twice = AK.replace('{schedule: "02:00-02:20"}', "{fault: [STBY]}")
    assert faults(edited(LINK, (END, twice + END)), tmp_path) == [
        "gateway.yaml:29: instruments.gas.status: says twice what the device's own word means; "
        "put both into one section"
    ]


@pytest.mark.parametrize("edit", SOUND.values(), ids=SOUND.keys())
def test_accepts(edit: tuple[str, str], tmp_path: Path) -> None:
    assert faults(edited(edit), tmp_path) == []
    assert warnings(edited(edit), tmp_path) == []


def test_warns_of_a_datasheets_number_and_of_what_is_not_watched(tmp_path: Path) -> None:
    text = edited(
        sampler("{link: plc, coil: 1}"),
        probe(
            'status: {register: "holding:40001", fault: [1]}\n'
            '    identity: {register: "holding:40201", type: uint16, equals: 1}'
        ),
    )
    assert warnings(text, tmp_path) == [
        "gateway.yaml:15: instruments.probe.status.register: holding:40001 counts from zero; "
        "did you mean 4x:40001 (= holding:0)?",
        "gateway.yaml:16: instruments.probe.identity.register: holding:40201 counts from zero; "
        "did you mean 4x:40201 (= holding:200)?",
    ]
