"""Codes as manuals print them, against a device whose every answer is written out by hand.

Each case: what stands in the file, the device's answers (request's PDU → answer's PDU), what has to be read.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.config import load
from gateway.core.reading import NO_ANSWER, Reading, Status
from gateway.instruments.registry import build_pollers
from tests.contract.instruments.links import RealClock
from tests.unit.instruments.station import Notes

CONFIGURATION = """
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1, port: {port}, timeout: 500ms}}
instruments:
  - name: probe
    link: plc
    poll: 5s
    {more}
    parameters:
      - {{symbol: COD, unit: mg/L, register: "input:0", {parameter}}}
"""
M, C, F = Status.MEASURING, Status.CALIBRATING, Status.FAULT
ONE, TWO = "04 0000 0001", "04 0000 0002"
"""Input registers from 0: one, two."""
STATUS, WIDE_STATUS = "03 0064 0001", "03 0064 0002"
"""Holding registers from 100."""

CASES: dict[str, tuple[str, str, Mapping[str, str], Reading]] = {
    "a_raw_word_for_no_value": ("type: int16, invalid: [0x8000]", "", {ONE: "04 02 8000"}, NO_ANSWER),
    "the_same_as_a_number": ("type: int16, invalid: [-32768]", "", {ONE: "04 02 8000"}, NO_ANSWER),
    "the_same_without_a_sign": ("type: int16, invalid: [32768]", "", {ONE: "04 02 8000"}, NO_ANSWER),
    "the_same_in_binary": ("type: int16, invalid: [0b1000000000000000]", "", {ONE: "04 02 8000"}, NO_ANSWER),
    "beside_it_there_are_values": (
        "type: int16, invalid: [0x8000]",
        "",
        {ONE: "04 02 8001"},
        Reading(-32767.0, M),
    ),
    "a_raw_word_whatever_the_bytes_order": (
        "type: int16, byte_order: BADC, invalid: [0x8000]",
        "",
        {ONE: "04 02 0080"},
        NO_ANSWER,
    ),
    "a_raw_word_of_two_registers": (
        "type: int32, byte_order: CDAB, scale: 0.01, invalid: [0x80000000]",
        "",
        {TWO: "04 04 0000 8000"},
        NO_ANSWER,
    ),
    "all_ones_of_two_registers": ("type: int32, invalid: [0xFFFFFFFF]", "", {TWO: "04 04 FFFF FFFF"}, NO_ANSWER),
    "the_bits_of_a_float": ("type: float32, invalid: [0xC61C3C00]", "", {TWO: "04 04 C61C 3C00"}, NO_ANSWER),
    "the_bits_of_what_is_no_number": ("type: float32, invalid: [0x7FC00000]", "", {TWO: "04 04 7FC0 0000"}, NO_ANSWER),
    "the_largest_float": ("type: float32, invalid: [3.4028235e38]", "", {TWO: "04 04 7F7F FFFF"}, NO_ANSWER),
    "a_number_that_a_float_nearly_holds": ("type: float32, invalid: [-99.9]", "", {TWO: "04 04 C2C7 CCCD"}, NO_ANSWER),
    "decimal_digits": ("type: bcd16, invalid: [0x9999]", "", {ONE: "04 02 9999"}, NO_ANSWER),
    "what_is_no_decimal_digit": ("type: bcd16, invalid: [0xFFFF]", "", {ONE: "04 02 FFFF"}, NO_ANSWER),
    "decimal_digits_are_no_number_in_hexadecimal": (
        "type: bcd16, invalid: [0x1234]",
        "",
        {ONE: "04 02 4660"},  # 0x1234 is 4660
        Reading(4660.0, M),
    ),
    "sign_and_magnitude": ("type: sm16, invalid: [0x83E7]", "", {ONE: "04 02 83E7"}, NO_ANSWER),
    "half_a_register": (
        "type: int16, invalid: [0xFFFF]",
        'status: {register: "holding:100.high", type: int8, fault: [0x80]}',
        {ONE: "04 02 0005", STATUS: "03 02 8000"},
        Reading(5.0, F),
    ),
    "a_raw_word_for_a_fault": (
        "type: uint16",
        'status: {register: "holding:100", type: int16, fault: [0xFFFF]}',
        {ONE: "04 02 0005", STATUS: "03 02 FFFF"},
        Reading(5.0, F),
    ),
    "a_raw_word_for_calibrating": (
        "type: uint16",
        'status: {register: "holding:100", type: int32, byte_order: CDAB, calibrating: [0x80000001], fault: [-1]}',
        {ONE: "04 02 0005", WIDE_STATUS: "03 04 0001 8000"},
        Reading(5.0, C),
    ),
    "a_fault_that_is_no_decimal_digit": (
        "type: uint16",
        'status: {register: "holding:100", type: bcd16, fault: [0xEEEE]}',
        {ONE: "04 02 0005", STATUS: "03 02 EEEE"},
        Reading(5.0, F),
    ),
    "a_device_known_by_its_raw_word": (
        "type: uint16",
        'identity: {register: "holding:100", type: int16, equals: 0x8001}',
        {ONE: "04 02 0005", STATUS: "03 02 8001"},
        Reading(5.0, M),
    ),
}


@contextmanager
def device(answers: Mapping[str, str]) -> Iterator[int]:
    """The port of a Modbus TCP server that says these bytes and nothing else."""
    said = {bytes.fromhex(asked): bytes.fromhex(answer) for asked, answer in answers.items()}
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while frame := connection.recv(260):
                    pdu = said.get(frame[7:], bytes([frame[7] | 0x80, 2]))
                    connection.sendall(frame[:4] + (len(pdu) + 1).to_bytes(2, "big") + frame[6:7] + pdu)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
    thread.join(2)


@pytest.mark.parametrize(("parameter", "more", "answers", "read"), CASES.values(), ids=CASES)
def test_codes(tmp_path: Path, parameter: str, more: str, answers: Mapping[str, str], read: Reading) -> None:
    file, notes, clock = tmp_path / "gateway.yaml", Notes(), RealClock()
    with device(answers) as port:
        file.write_text(CONFIGURATION.format(port=port, parameter=parameter, more=more), encoding="utf-8")
        (poller,) = build_pollers(load(file), clock, notes, notes)
        poller.step(clock.now())
        poller.close()
    assert notes.samples[0].readings == (read,)
