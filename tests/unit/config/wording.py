"""A small valid configuration, and how the tests change it and read what loading says."""

from __future__ import annotations

from pathlib import Path

from gateway.config import Configuration, load
from gateway.core.errors import ConfigError, Problem

STATION = """\
station:
  name: Trạm thử
  province: HN
  facility: ABCD
  code: NUO001
  kind: wastewater
reporting: {slot: 5min}
links:
  plc: {type: modbus-tcp, host: 192.168.1.10}
  bus: {type: modbus-rtu, device: /dev/serial/by-id/usb-port0}
instruments:
  - name: probe
    link: plc
    poll: 5s
    parameters:
      - {symbol: pH, unit: "-", register: "holding:0", type: float32}
      - {symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}
  - name: flowmeter
    link: bus
    poll: 10s
    parameters:
      - {symbol: Flow, unit: m3/h, register: "input:0", type: float32}
destinations:
  - name: so-tnmt
    authority: province
    url: sftp://nuo001@ftp.example.vn/NUO001
    password: {env: SO_TNMT}
    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
"""
ENVIRON = {"SO_TNMT": "throw-away", "RELAY": "of-the-relay"}


def edited(*edits: tuple[str, str]) -> str:
    """The station with each first text, which must be there, replaced by the second."""
    text = STATION
    for before, after in edits:
        assert before in text, f"{before!r} is not in the station"
        text = text.replace(before, after, 1)
    return text


def load_text(text: str, folder: Path) -> Configuration:
    file = folder / "gateway.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file, ENVIRON)


def faults(text: str, folder: Path) -> list[str]:
    """Every problem that makes loading fail, without the folder before it; empty when it loads."""
    try:
        load_text(text, folder)
    except ConfigError as error:
        return _shown(error.problems, folder)
    return []


def warnings(text: str, folder: Path) -> list[str]:
    return _shown(load_text(text, folder).warnings, folder)


def _shown(problems: tuple[Problem, ...], folder: Path) -> list[str]:
    return [str(problem).removeprefix(f"{folder}/") for problem in problems]
