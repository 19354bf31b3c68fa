"""What goes wrong on a line, as a client of the real command meets it."""

import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import serial

QUESTION = bytes.fromhex("03 03 00 00 00 02 C5 E9")

SCENARIO = """
name: bad
seed: 5
slot: 10s
station: {province: HN, facility: ABCD, code: NUO001, kind: wastewater}
instruments:
  - name: bus
    type: modbus-rtu
    baudrate: 115200
    units:
      3: {parameters: {TSS: {unit: mg/L, register: "holding:0", type: float32, signal: {base: 40, noise: 1}}}}
  - name: plc
    type: modbus-tcp
    units:
      1: {parameters: {pH: {unit: "-", register: "holding:0", type: float32, signal: {base: 7}}}}
"""


class Bus:
    """Unit 3 of the bus, asked by hand."""

    def __init__(self, station: Any) -> None:
        self.station = station
        self.line = serial.Serial(station.ready["instruments"]["bus"]["device"], 115200, timeout=0.3)

    def ask(self) -> bytes:
        self.line.reset_input_buffer()
        self.line.write(QUESTION)
        return bytes(self.line.read(100))

    def told(self) -> dict[str, Any]:
        line: dict[str, Any] = self.station.truth()[-1]
        return line


@pytest.fixture
def bus(start_station: Callable[..., Any]) -> Any:
    opened: list[Bus] = []

    def start(faults: str) -> Bus:
        opened.append(Bus(start_station(f"{SCENARIO}\nfaults:\n  - {{at: 0s, for: 1h, instrument: bus, {faults}}}\n")))
        return opened[-1]

    yield start
    for one in opened:
        one.line.close()
        one.station.stop()


def is_whole(frame: bytes) -> bool:
    crc = 0xFFFF
    for byte in frame[:-2]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return len(frame) == 9 and crc.to_bytes(2, "little") == frame[-2:]


def test_frames_that_nobody_can_read_leave_no_value_in_the_truth(bus: Callable[[str], Bus]) -> None:
    bad = bus("kind: bad_checksum")
    answer = bad.ask()
    assert (len(answer), is_whole(answer), answer[:3].hex(" ")) == (9, False, "03 03 04")
    assert (bad.told()["values"], bad.told()["fault"]) == ({}, "bad_checksum")


def test_another_unit_answers_with_a_right_checksum(bus: Callable[[str], Bus]) -> None:
    other = bus("kind: wrong_unit")
    answer = other.ask()
    assert (answer[0], is_whole(answer)) == (4, True)
    assert other.told()["values"] == {}


def test_garbage_comes_before_a_whole_answer(bus: Callable[[str], Bus]) -> None:
    noisy = bus("kind: garbage")
    answer = noisy.ask()
    assert len(answer) > 9
    assert is_whole(answer[-9:])
    assert noisy.told()["fault"] == "garbage"
    assert noisy.told()["values"].keys() == {"TSS"}


def test_a_late_answer_falls_into_the_next_question(bus: Callable[[str], Bus]) -> None:
    late = bus("kind: late, delay: 500ms")
    assert late.ask() == b""  # within 300 ms
    late.line.timeout = 5
    assert is_whole(late.line.read(9))
    assert late.told()["fault"] == "late"


def test_chance_befalls_some_answers_and_the_truth_tells_which(bus: Callable[[str], Bus]) -> None:
    now_and_then = bus("chance: 0.3, kind: half_frame")
    now_and_then.line.timeout = 0.03
    whole = [is_whole(now_and_then.ask()) for _ in range(40)]
    told = [line.get("fault") is None for line in now_and_then.station.truth()]
    assert whole == told
    assert 3 <= whole.count(False) <= 25


def test_a_serial_device_is_pulled_out_and_found_again(start_station: Callable[..., Any]) -> None:
    station = start_station(f"{SCENARIO}\nfaults:\n  - {{at: 1s, for: 1s, instrument: bus, kind: unplug}}\n")
    device = Path(station.ready["instruments"]["bus"]["device"])
    first = Bus(station)
    assert is_whole(first.ask())
    until = time.monotonic() + 5
    while device.is_symlink():
        assert time.monotonic() < until
        time.sleep(0.02)
    with pytest.raises((serial.SerialException, OSError)):
        first.line.read(1)
    first.line.close()
    with pytest.raises(serial.SerialException):
        Bus(station)
    while not device.is_symlink():
        assert time.monotonic() < until
        time.sleep(0.02)
    second = Bus(station)
    with closing(second.line):
        assert is_whole(second.ask())


def test_a_port_is_pulled_out_and_found_again(start_station: Callable[..., Any]) -> None:
    station = start_station(f"{SCENARIO}\nfaults:\n  - {{at: 1s, for: 1s, instrument: plc, kind: unplug}}\n")
    place = station.ready["instruments"]["plc"]
    address = (place["host"], place["port"])
    question = bytes.fromhex("00 01 00 00 00 06 01 03 00 00 00 02")
    with socket.create_connection(address, timeout=5) as line:
        line.sendall(question)
        assert len(line.recv(100)) == 13
        assert line.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
    until = time.monotonic() + 5
    while True:
        try:
            line = socket.create_connection(address, timeout=5)
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.02)
        else:
            break
    with line:
        line.sendall(question)
        assert len(line.recv(100)) == 13


def test_an_ended_station_with_an_unplugged_line_ends_cleanly(start_station: Callable[..., Any]) -> None:
    station = start_station(f"{SCENARIO}\nfaults:\n  - {{at: 0s, for: 1h, instrument: bus, kind: unplug}}\n")
    until = time.monotonic() + 3
    while Path(station.ready["instruments"]["bus"]["device"]).is_symlink():
        assert time.monotonic() < until
        time.sleep(0.02)
    code, errors = station.stop()
    assert (code, "Traceback" in errors) == (0, False)


def test_a_bent_quantity_is_told_as_it_was_shown(bus: Callable[[str], Bus]) -> None:
    negative = bus("kind: negative, symbol: TSS")
    answer = negative.ask()
    assert is_whole(answer)
    assert answer[3] & 0x80
    assert negative.told()["values"]["TSS"].startswith("-")
    assert "fault" not in negative.told()
