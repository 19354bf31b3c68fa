"""Every protocol of a station's cabinet over the real command's lines, read by independent clients."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import serial
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient

CABINET = """
name: cabinet
seed: 9
slot: 10s
station: {province: HN, facility: ABCD, code: KHI001, kind: emission}
instruments:
  - name: dtu
    type: modbus-rtu-over-tcp
    units:
      5:
        identity: {register: "holding:100", text: "SN-4711", length: 5}
        door: "discrete:0"
        sampler: {start: "coil:0", count: "holding:20", state: "holding:21", takes: 300ms}
        parameters:
          Level: {unit: m, register: "holding:0", type: int64, byte_order: CDAB, scale: 0.001, signal: {base: 3.2}}
          Flow:
            unit: m3/h
            register: "input:0"
            type: uint16
            from_current: {raw: [0, 4095], current: [4, 20], value: [0, 4095]}
            signal: {base: 1200}
  - name: old
    type: modbus-ascii
    baudrate: 38400
    units:
      9: {parameters: {TSS: {unit: mg/L, register: "holding:3", type: uint16, scale: 0.1, signal: {base: 40}}}}
  - name: dust
    type: ascii
    baudrate: 19200
    request: "R\\r"
    response: "PM={PM};ST={status}"
    checksum: xor
    parameters: {PM: {unit: mg/Nm3, decimals: 2, signal: {base: 12.34, noise: 1}}}
  - name: mast
    type: ascii
    listen: 127.0.0.1:0
    every: 100ms
    response: "WS {WS} WD {WD}"
    checksum: crc16
    parameters:
      WS: {unit: m/s, decimals: 1, signal: {base: 2.5}}
      WD: {unit: degree, decimals: 0, signal: {base: 359, noise: 9, wrap: 360, step: 100ms}}
  - name: vane
    type: ascii
    every: 50ms
    response: "air temperature two metres above ground TA {Temp}"
    parameters: {Temp: {unit: oC, signal: {base: 25, noise: 1, step: 50ms}}}
  - name: analyser
    type: ak
    listen: 127.0.0.1:0
    parameters: {SO2: {unit: mg/Nm3, signal: {base: 310, noise: 5}}, CO: {unit: mg/Nm3, signal: {base: 80}}}
  - name: gases
    type: bayern-hessen
    analysers:
      10: {parameters: {NO2: {unit: ug/Nm3, signal: {base: 34, noise: 3}}}}
      20: {parameters: {O3: {unit: ug/Nm3, signal: {base: 0.04567}}}}
"""


@pytest.fixture(scope="module")
def cabinet(start_station: Callable[..., Any]) -> Any:
    return start_station(CABINET)


def newest(station: Any, instrument: str) -> dict[str, Any]:
    line: dict[str, Any] = [line for line in station.truth() if line["instrument"] == instrument][-1]
    return line


def connected(station: Any, instrument: str) -> socket.socket:
    place = station.ready["instruments"][instrument]
    return socket.create_connection((place["host"], place["port"]), timeout=2)


def opened(station: Any, instrument: str) -> serial.Serial:
    return serial.Serial(station.ready["instruments"][instrument]["device"], 9600, timeout=2)


@pytest.fixture
def dtu(cabinet: Any) -> Iterator[ModbusTcpClient]:
    place = cabinet.ready["instruments"]["dtu"]
    client = ModbusTcpClient(place["host"], port=place["port"], framer=FramerType.RTU, timeout=2, retries=0)
    assert client.connect()
    yield client
    client.close()


def test_the_ready_line_tells_types_and_places(cabinet: Any) -> None:
    types = {name: it["type"] for name, it in cabinet.ready["instruments"].items()}
    assert types == {
        "dtu": "modbus-rtu-over-tcp",
        "old": "modbus-ascii",
        "dust": "ascii",
        "mast": "ascii",
        "vane": "ascii",
        "analyser": "ak",
        "gases": "bayern-hessen",
    }
    by_port = {name for name, it in cabinet.ready["instruments"].items() if "port" in it}
    assert by_port == {"dtu", "mast", "analyser"}


def test_rtu_over_tcp_shows_values_and_a_serial_number(cabinet: Any, dtu: ModbusTcpClient) -> None:
    words = dtu.read_holding_registers(0, count=4, device_id=5).registers
    assert words == [3200, 0, 0, 0]  # the words reversed
    assert newest(cabinet, "dtu")["values"] == {"Level": "3.200"}
    assert dtu.read_input_registers(0, count=1, device_id=5).registers == [1200]
    assert newest(cabinet, "dtu")["values"] == {"Flow": "1200.0"}
    name = dtu.read_holding_registers(100, count=5, device_id=5).registers
    assert b"".join(word.to_bytes(2, "big") for word in name) == b"SN-4711\0\0\0"


def test_an_absent_unit_behind_a_device_server_is_silent_and_the_line_stays_open(cabinet: Any) -> None:
    with connected(cabinet, "dtu") as line:
        line.settimeout(0.2)
        line.sendall(bytes.fromhex("04 03 00 00 00 02 C4 5E"))
        with pytest.raises(TimeoutError):
            line.recv(10)
        line.sendall(b"\x01\x02\x03 no frame")
        with pytest.raises(TimeoutError):
            line.recv(10)
        line.settimeout(2)
        line.sendall(bytes.fromhex("05 03 00 15 00 01 94 4A"))
        assert line.recv(10).hex(" ") == "05 03 02 00 00 49 84"


def test_a_coil_takes_a_sample_which_the_truth_tells(cabinet: Any, dtu: ModbusTcpClient) -> None:
    assert not dtu.write_coil(0, True, device_id=5).isError()
    assert dtu.read_holding_registers(20, count=2, device_id=5).registers == [1, 1]
    assert newest(cabinet, "dtu")["sample"] == 1
    until = time.monotonic() + 3
    while dtu.read_coils(0, count=1, device_id=5).bits[0] and time.monotonic() < until:
        pass
    assert dtu.read_holding_registers(20, count=2, device_id=5).registers == [1, 0]


def test_modbus_ascii(cabinet: Any) -> None:
    device = cabinet.ready["instruments"]["old"]["device"]
    client = ModbusSerialClient(device, framer=FramerType.ASCII, baudrate=38400, timeout=1, retries=0)
    assert client.connect()
    assert client.read_holding_registers(3, count=1, device_id=9).registers == [400]
    client.close()
    assert newest(cabinet, "old")["values"] == {"TSS": "40.0"}
    with serial.Serial(device, 38400, timeout=1) as line:
        line.write(b":0903000300010F\r\n:09030003:090300030001F0\r\n")  # a wrong LRC; then broken off, and again
        assert line.readline() == b":0903020190" + b"61\r\n"


def test_a_meter_answers_in_its_line_with_a_checksum(cabinet: Any) -> None:
    with opened(cabinet, "dust") as line:
        line.write(b"R\r")
        answer = line.readline()
    text, _, digits = answer.rstrip(b"\r\n").partition(b"*")
    value = newest(cabinet, "dust")["values"]["PM"]
    assert text == f"PM={value};ST=0".encode()
    code = 0
    for byte in text:
        code ^= byte
    assert digits == f"{code:02X}".encode()


def test_a_mast_talks_unasked_and_every_listener_hears_the_same(cabinet: Any) -> None:
    with connected(cabinet, "mast") as first, connected(cabinet, "mast") as second:
        heard = [line.makefile("rb") for line in (first, second)]
        lines = [[file.readline() for _ in range(3)] for file in heard]
    assert set(lines[0]) & set(lines[1])
    shown = [line["values"] for line in cabinet.truth() if line["instrument"] == "mast"]
    for line in lines[0]:
        _, speed, _, direction = line.rpartition(b"*")[0].split()
        assert {"WS": speed.decode(), "WD": direction.decode()} in shown
        assert 0 <= float(direction) <= 360


def test_a_streaming_device_keeps_nothing_for_a_late_listener(cabinet: Any) -> None:
    until = time.monotonic() + 8
    while len([line for line in cabinet.truth() if line["instrument"] == "vane"]) < 30:
        assert time.monotonic() < until
        time.sleep(0.1)
    before_ms = time.time_ns() // 1_000_000
    with open(cabinet.ready["instruments"]["vane"]["device"], "rb", buffering=0) as line:  # noqa: PTH123
        held = line.read(4096)
    assert len(held) <= 600
    assert before_ms - [it["t_ms"] for it in cabinet.truth() if it["instrument"] == "vane"][-1] < 500


def test_ak_over_a_port(cabinet: Any) -> None:
    with connected(cabinet, "analyser") as line:
        line.sendall(b"\x02 AKON K0\x03")
        answer = line.recv(100)
        values = newest(cabinet, "analyser")["values"]
        assert answer == f"\x02 AKON 0 {values['SO2']} {values['CO']}\x03".encode()
        line.sendall(b"\x02 ASTZ")
        line.sendall(b" K0\x03")
        assert line.recv(100) == b"\x02 ASTZ 0 SREM SMGA\x03"


def test_bayern_hessen_over_a_serial_line(cabinet: Any) -> None:
    with opened(cabinet, "gases") as line:
        line.write(b"\x02DA020\r")
        assert line.read_until(b"\r") == b"\x02MD01 020 +4567-02 00 00 000 000000 \r"
        assert newest(cabinet, "gases")["values"] == {"O3": "0.04567"}
        line.timeout = 0.2
        line.write(b"\x02DA\r\x02DA030\r")  # two would collide; nobody has that address
        assert line.read(1) == b""


@pytest.mark.parametrize("name", ["ambient-air", "emission", "surface-water"])
def test_bundled_stations_start_and_all_their_instruments_are_there(
    name: str, start_station: Callable[..., Any]
) -> None:
    station = start_station(name, bundled=True)
    for instrument, place in station.ready["instruments"].items():
        if "port" in place:
            connected(station, instrument).close()
        else:
            opened(station, instrument).close()
    assert station.stop()[0] == 0


def test_ten_units_answer_on_one_bus(start_station: Callable[..., Any]) -> None:
    station = start_station("surface-water", bundled=True)
    device = station.ready["instruments"]["bus"]["device"]
    client = ModbusSerialClient(device, baudrate=19200, timeout=1, retries=0)
    assert client.connect()
    for unit in range(1, 11):
        for read in (client.read_holding_registers, client.read_input_registers):
            assert not read(0, count=8, device_id=unit).isError()
    client.close()
    shown = {symbol for line in station.truth() for symbol in line["values"]}
    assert shown == {"Temp", "pH", "DO", "EC", "Turb", "TSS", "COD", "TOC", "NH4", "NO3", "PO4", "Level"}
