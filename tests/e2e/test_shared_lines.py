"""A serial port serves one program at a time: whoever asks beside the running gateway is told what to do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from tests.support.live.gateway import RunningGateway, command
from tests.support.modbus_server.bridges import crc
from tests.support.modbus_server.scripted import Say, ScriptedSerial

STATION = """\
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {folder}/data}}
clock: {{trust: assume}}  # of this machine nobody knows whether anything sets its clock
links:
  bus: {{type: modbus-rtu, device: {device}, timeout: 500ms}}
instruments:
  - name: probe
    link: bus
    poll: 1s
    parameters:
      - {{symbol: COD, unit: mg/L, register: "holding:0", type: uint16}}
"""
ADVICE = "systemctl stop station-gateway"


def register(request: bytes, say: Say) -> bool:
    body = b"\x01\x03\x02\x02\xc9"
    say(body + crc(body))
    return True


@pytest.fixture
def configuration(tmp_path: Path) -> Iterator[Path]:
    with ScriptedSerial(register) as device:
        file = tmp_path / "gateway.yaml"
        file.write_text(STATION.format(folder=tmp_path, device=device.path), encoding="utf-8")
        yield file


@pytest.fixture
def beside_the_gateway(configuration: Path, tmp_path: Path) -> Iterator[Path]:
    gateway = RunningGateway(configuration, tmp_path / "log")
    try:
        until_s = time.monotonic() + 60
        while "instrument=probe state=answering" not in gateway.log.read_text():
            gateway.check()
            assert time.monotonic() < until_s, gateway.log.read_text()
            time.sleep(0.05)
        yield configuration
    finally:
        gateway.stop()


@pytest.mark.parametrize(
    "arguments", [["read"], ["check", "--online"], ["scan", "bus", "--units", "1"]], ids=lambda them: them[0]
)
def test_who_asks_beside_the_gateway_is_told_to_stop_it(beside_the_gateway: Path, arguments: list[str]) -> None:
    done = command(*arguments, "-c", beside_the_gateway)
    assert done.returncode == 1
    assert "another program uses the port" in done.stderr
    assert "`gateway status` shows what it reads" in done.stderr
    assert ADVICE in done.stderr


def test_programs_are_told_the_same(beside_the_gateway: Path) -> None:
    (look,) = json.loads(command("read", "--json", "-c", beside_the_gateway).stdout)
    assert ADVICE in look["error"]


def test_without_the_gateway_the_line_is_free(configuration: Path) -> None:
    done = command("read", "-c", configuration)
    assert done.returncode == 0, done.stderr
    assert "713" in done.stdout


def test_another_program_is_not_taken_for_the_gateway(configuration: Path) -> None:
    device = configuration.read_text("utf-8").split("device: ")[1].split(",")[0]
    with serial.Serial(device, exclusive=True):
        done = command("read", "-c", configuration)
    assert done.returncode == 1
    assert "another program uses the port" in done.stderr
    assert ADVICE not in done.stderr
