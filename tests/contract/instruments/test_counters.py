"""Devices that count, against what they say over the wire, written out by hand: from the bytes to the slot's value.

The device answers each poll with the next of its words; the test's clock says that polls are 20 s apart.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.app import settings
from gateway.config import Configuration, load
from gateway.core.interfaces import Instant
from gateway.core.reading import Sample
from gateway.core.record import Line
from gateway.instruments.registry import build_pollers
from gateway.records.closer import Closer
from tests.contract.instruments.links import RealClock
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.trust import CountedFrom1970
from tests.unit.instruments.station import Notes

CONFIGURATION = """
station: {{name: Example, province: HN, facility: ABCD, code: KHI001, kind: ambient_air}}
links:
  plc: {{type: {link}, host: 127.0.0.1, port: {port}, timeout: 150ms}}
instruments:
  - name: gauge
    link: plc
    poll: 20s
    {more}
    parameters:
      - {{symbol: Rain, unit: mm, {parameter}}}
"""
POLLS_BEFORE, POLLS = 3, 15
SILENT = ""


class Device:
    """Says the next of its words to each question, and writes down what it was asked."""

    def __init__(self, says: Sequence[str], *, is_modbus: bool = True) -> None:
        self.says = list(says)
        self.asked: list[str] = []
        self._is_modbus = is_modbus
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while frame := connection.recv(260):
                self.asked.append((frame[7:] if self._is_modbus else frame).hex(" "))
                said = bytes.fromhex(self.says.pop(0)) if self.says else b""
                if said and self._is_modbus:
                    said = frame[:4] + (len(said) + 1).to_bytes(2, "big") + frame[6:7] + said
                if said:
                    connection.sendall(said)


@contextmanager
def device(says: Sequence[str], *, is_modbus: bool = True) -> Iterator[Device]:
    one = Device(says, is_modbus=is_modbus)
    try:
        yield one
    finally:
        one.close()


def slots(folder: Path, says: Sequence[str], parameter: str, more: str = "", link: str = "modbus-tcp") -> list[Line]:
    """What becomes of two slots' polls: the first has three."""
    with device(says, is_modbus=link == "modbus-tcp") as one:
        configuration = configured(folder, one.port, parameter, more, link)
        samples = polled(configuration, len(says))
    return closed(folder, configuration, samples)


def configured(folder: Path, port: int, parameter: str, more: str = "", link: str = "modbus-tcp") -> Configuration:
    file = folder / "gateway.yaml"
    file.write_text(CONFIGURATION.format(port=port, parameter=parameter, more=more, link=link), encoding="utf-8")
    return load(file)


def polled(configuration: Configuration, polls: int) -> list[Sample]:
    notes, clock = Notes(), RealClock()
    (poller,) = build_pollers(configuration, clock, notes, notes)
    started = clock.now()
    passed_s = 0.0
    while len(notes.samples) < polls and passed_s < 20 * (polls + 2):  # where in its period it asks is its own affair
        passed_s += 5.0
        poller.step(Instant(started.wall_ms, started.mono_s + passed_s))
    poller.close()
    return list(notes.samples)


def closed(folder: Path, configuration: Configuration, samples: Sequence[Sample]) -> list[Line]:
    """As the recorder and the closer make records of it."""
    journey = Journey(folder)
    rules = settings.closing_rules(configuration)
    recorder = journey.recorder(
        settings.poll_periods_ms(configuration), SLOT_MS, rules.grace_ms, configuration.aggregations
    )
    first_ms = MIDNIGHT_MS + SLOT_MS - POLLS_BEFORE * 20_000 + 10_000
    for number, sample in enumerate(samples):
        at_ms = first_ms + number * 20_000
        recorder.accept(replace(sample, at_ms=at_ms, mono_s=at_ms / 1000))
    recorder.flush()
    expected = settings.expectations(configuration)
    closer = Closer(journey.readings, journey.records, rules, expected, 0.0, [], recorder.flush, CountedFrom1970())
    closer.step(Instant(MIDNIGHT_MS + 3 * SLOT_MS, 0.0))
    found = [record.lines[0] for record in journey.records.records(SLOT_MS, -1, 1 << 62)]
    journey.database.close()
    return found


def one_register(*words: int) -> list[str]:
    return [f"04 02 {word:04x}" for word in words]


def text(*lines: str) -> list[str]:
    return [line.encode("ascii").hex() + "0d0a" for line in lines]


STILL = [125] * 3
RAINS = [127 + 2 * number for number in range(15)]
ASCII = r"""ascii: {request: "R\r", response: 'RAIN (?P<Rain>[0-9.]+)'}"""
CASES = {
    "a running total of 12.5 mm is no 50 mm of rain": (
        one_register(*STILL, *RAINS),
        'register: "input:5", type: uint16, scale: 0.1, counter: total',
        3.0,
    ),
    "sixteen bits are full": (
        one_register(65_530, 65_530, 65_530, *(number % 65_536 for number in range(65_532, 65_562, 2))),
        'register: "input:5", type: uint16, scale: 0.1, counter: total',
        3.0,
    ),
    "thirty-two bits are full, the low word first": (
        [f"04 04 {n & 0xFFFF:04x} {n >> 16:04x}" for n in (0xFFFFFFFA, 0xFFFFFFFA, 0xFFFFFFFA, *range(13))]
        + [f"04 04 {n:04x} 0000" for n in (13, 14)],
        'register: "input:5", type: uint32, byte_order: CDAB, scale: 0.2, counter: total',
        4.0,
    ),
    "four decimal digits are full": (
        one_register(0x9998, 0x9998, 0x9998, 0x9999, 0x0000, *[0x0001] * 13),
        'register: "input:5", type: bcd16, scale: 0.1, counter: total',
        0.3,
    ),
    "the device's own end, fifteen bits of it": (
        one_register(32_766, 32_766, 32_766, 32_767, 0, *[1] * 13),
        'register: "input:5", type: uint16, scale: 0.2, counter: total, wraps_at: 32768',
        0.6,
    ),
    "a device that counts from 60,000 and is switched off and on": (
        one_register(60_000, 60_000, 60_000, 60_000, 3, *[4] * 13),
        'register: "input:5", type: uint16, scale: 0.1, counter: total',
        0.4,
    ),
    "one frame in which the high byte is full": (
        one_register(*STILL, *[125] * 5, 0xFF7D, *[127] * 9),
        'register: "input:5", type: uint16, scale: 0.1, counter: total',
        0.2,
    ),
    "a float that goes on growing": (
        [f"04 04 {word}" for word in ("41480000", "41480000", "41480000", *["41500000"] * 15)],
        'register: "input:5", type: float32, counter: total',
        0.5,
    ),
    "amounts since the read before": (
        one_register(9, 9, 9, *[2] * 15),
        'register: "input:5", type: uint16, scale: 0.1, counter: since_read',
        3.0,
    ),
}


@pytest.mark.parametrize(("says", "parameter", "value"), CASES.values(), ids=CASES)
def test_what_fell(tmp_path: Path, says: list[str], parameter: str, value: float) -> None:
    [_, line] = slots(tmp_path, says, parameter)
    assert (line.average.value, line.average.status.value) == (value, "00")


def test_a_text_that_goes_on_growing(tmp_path: Path) -> None:
    says = text(*["RAIN 0012.5"] * 3, *(f"RAIN {12.5 + number / 5:06.1f}" for number in range(1, 16)))
    [_, line] = slots(tmp_path, says, "counter: total", ASCII, "tcp")
    assert (line.average.value, line.average.status.value) == (3.0, "00")


EMPTIED = """register: "input:6", type: uint16, scale: 0.1, counter: since_read}
      - {symbol: Temp, unit: oC, register: "input:5", type: int16}
      - {symbol: RH, unit: "%", register: "input:7", type: uint16"""


def test_what_a_read_empties_is_asked_for_alone_and_never_again(tmp_path: Path) -> None:
    """Its neighbours on both sides are read around it; its answer is lost, theirs count."""
    with device(["04 02 0014", "04 02 0032", SILENT, "04 02 0009"]) as one:
        samples = polled(configured(tmp_path, one.port, EMPTIED), 1)
        assert one.asked == ["04 00 05 00 01", "04 00 07 00 01", "04 00 06 00 01"]
    read = {
        parameter.symbol: reading.value
        for sample in samples
        for parameter, reading in zip(sample.parameters, sample.readings, strict=True)
    }
    assert read == {"Rain": None, "Temp": 20.0, "RH": 50.0}


def test_a_lost_answer_of_what_is_emptied_is_a_fault_and_no_zero(tmp_path: Path) -> None:
    parameter = 'register: "input:6", type: uint16, scale: 0.1, counter: since_read'
    says = one_register(*[2] * 18)
    says[6] = SILENT
    with device(says) as one:
        configuration = configured(tmp_path, one.port, parameter)
        samples = polled(configuration, len(says))
        assert len(one.asked) == len(says)
    assert [reading.status.value for sample in samples for reading in sample.readings].count("02") == 1
    [_, line] = closed(tmp_path, configuration, samples)
    assert (line.average.value, line.average.readings) == (2.8, 14)
