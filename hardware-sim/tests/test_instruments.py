"""Instruments of the real command, read by an independent Modbus client."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import serial
from pymodbus.client import ModbusSerialClient, ModbusTcpClient


@pytest.fixture
def tcp(station: Any) -> Iterator[ModbusTcpClient]:
    plc = station.ready["instruments"]["plc"]
    client = ModbusTcpClient(plc["host"], port=plc["port"], timeout=2, retries=0)
    assert client.connect()
    yield client
    client.close()


@pytest.fixture
def rtu(station: Any) -> Iterator[ModbusSerialClient]:
    device = station.ready["instruments"]["bus"]["device"]
    client = ModbusSerialClient(device, baudrate=9600, timeout=0.3, retries=0)
    assert client.connect()
    yield client
    client.close()


def newest(station: Any, instrument: str) -> dict[str, Any]:
    return [line for line in station.truth() if line["instrument"] == instrument][-1]


def test_what_a_client_reads_over_tcp_is_what_the_truth_says(station: Any, tcp: ModbusTcpClient) -> None:
    before_ms = time.time_ns() // 1_000_000
    words = tcp.read_holding_registers(0, count=2, device_id=1).registers
    after_ms = time.time_ns() // 1_000_000
    shown = newest(station, "plc")
    assert before_ms <= shown["t_ms"] <= after_ms
    assert (shown["unit"], shown["status"]) == (1, 0)
    value = struct.unpack(">f", struct.pack(">HH", *words))[0]
    assert shown["values"] == {"pH": repr(value)}
    assert 6.5 < value < 8


def test_scaled_input_register_over_tcp(station: Any, tcp: ModbusTcpClient) -> None:
    raw = tcp.read_input_registers(2, count=1, device_id=1).registers[0]
    assert newest(station, "plc")["values"] == {"COD": f"{raw // 10}.{raw % 10}"}


def test_absent_unit_over_tcp_is_answered_for(tcp: ModbusTcpClient) -> None:
    assert tcp.read_holding_registers(0, count=1, device_id=9).exception_code == 11


def test_requests_sent_together_are_answered_in_order(station: Any) -> None:
    plc = station.ready["instruments"]["plc"]
    requests = [bytes.fromhex(f"00 0{n} 00 00 00 06 01 03 00 64 00 01") for n in range(1, 4)]
    with socket.create_connection((plc["host"], plc["port"]), timeout=2) as client:
        client.sendall(b"".join(requests))
        reply = b""
        while len(reply) < 33 and (piece := client.recv(100)):
            reply += piece
    assert reply == b"".join(bytes.fromhex(f"00 0{n} 00 00 00 05 01 03 02 00 00") for n in range(1, 4))


def test_a_client_that_speaks_no_modbus_is_disconnected_and_others_are_served(
    station: Any, tcp: ModbusTcpClient
) -> None:
    plc = station.ready["instruments"]["plc"]
    with socket.create_connection((plc["host"], plc["port"]), timeout=2) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert client.recv(100) == b""
    assert not tcp.read_holding_registers(0, count=2, device_id=1).isError()


def test_what_a_client_reads_over_rtu_is_what_the_truth_says(station: Any, rtu: ModbusSerialClient) -> None:
    low, high = rtu.read_holding_registers(0, count=2, device_id=3).registers
    shown = newest(station, "bus")
    assert (shown["unit"], shown["status"]) == (3, None)
    raw = high << 16 | low
    assert shown["values"] == {"TSS": f"{raw // 100}.{raw % 100:02d}"}


def test_rtu_takes_the_time_of_its_wire(station: Any) -> None:
    """50 registers at 9600 baud: 8 + 105 characters of 10 bits are 117.7 ms."""
    with serial.Serial(station.ready["instruments"]["bus"]["device"], 9600, timeout=2) as line:
        started_s = time.monotonic()
        line.write(bytes.fromhex("03 03 00 00 00 32 C5 FD"))
        reply = line.read(105)
        taken_s = time.monotonic() - started_s
    assert len(reply) == 105
    assert 0.117 <= taken_s < 0.5


def test_broken_request_and_absent_unit_get_no_answer_over_rtu(station: Any, rtu: ModbusSerialClient) -> None:
    with serial.Serial(station.ready["instruments"]["bus"]["device"], 9600, timeout=0.2) as line:
        for request in ("03 03 00 00 00 02 C5 E8", "04 03 00 00 00 02 C4 5E", "03 03 00"):
            line.write(bytes.fromhex(request))
            assert line.read(1) == b""
    assert not rtu.read_holding_registers(0, count=2, device_id=3).isError()


def test_unknown_function_over_rtu_is_refused_after_silence(station: Any) -> None:
    with serial.Serial(station.ready["instruments"]["bus"]["device"], 9600, timeout=1) as line:
        line.write(bytes.fromhex("03 07 40 82"))
        assert line.read(5)[:3].hex(" ") == "03 87 01"


def test_faults_come_at_their_time_and_go(start_station: Callable[..., Any], small_scenario: str) -> None:
    faults = """
faults:
  - {at: 0s, for: 600ms, instrument: plc, kind: silent}
  - {at: 600ms, for: 600ms, instrument: plc, unit: 1, kind: exception, code: 6}
  - {at: 1200ms, for: 600ms, instrument: plc, kind: calibrating, code: 5}
"""
    station = start_station(small_scenario + faults)
    plc = station.ready["instruments"]["plc"]
    seen: list[str] = []
    until = time.monotonic() + 5
    while time.monotonic() < until and seen[-1:] != ["0"]:
        with socket.create_connection((plc["host"], plc["port"]), timeout=0.1) as client:
            client.sendall(bytes.fromhex("00 01 00 00 00 06 01 03 00 64 00 01"))
            try:
                reply = client.recv(100)
            except TimeoutError:
                now = "silent"
            else:
                now = f"exception {reply[8]}" if reply[7] & 0x80 else str(int.from_bytes(reply[9:11], "big"))
        if seen[-1:] != [now]:
            seen.append(now)
    assert seen == ["silent", "exception 6", "5", "0"]
