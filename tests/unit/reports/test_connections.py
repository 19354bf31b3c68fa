"""What a firewall has to let through: every end that the configuration names, by its scheme's ports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.config import Configuration, load
from gateway.reports.connections import (
    ANY_HIGH_PORT,
    OWN_PORTS,
    Direction,
    FirewallConnection,
    Purpose,
    Reach,
    connections,
)

SECRET = "{env: NOT_SET}"
STATION = f"""\
station: {{name: Trạm, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: STORAGE}}
reporting: {{slot: 5min}}
clock: {{servers: [vn.pool.ntp.org, "192.0.2.7:1230"]}}
links: {{plc: {{type: modbus-tcp, host: 192.168.1.10}}}}
instruments:
  - name: probe
    link: plc
    unit: 1
    poll: 10s
    parameters: [{{symbol: pH, unit: "-", register: "holding:0", type: float32}}]
destinations:
  - {{name: one, authority: province, url: "ftps://u@ftp.example.vn/a", password: {SECRET}}}
  - {{name: two, authority: province, url: "ftp://u@203.0.113.9/b", password: {SECRET}, passive: false}}
  - {{name: three, authority: province, url: "wss://u@broker.example.vn/ws", format: json, password: {SECRET}}}
  - {{name: four, authority: ministry, only_if_special: true, url: "ftp://u@never.example.vn/c", password: {SECRET}}}
alerts:
  - {{webhook: "https://alerts.example.vn:8443/x", secret: {SECRET}}}
  - {{webhook: {SECRET}, secret: {SECRET}, name: chat}}
  - {{mail: {{server: "smtp.example.vn:465", from: a@example.vn, to: [b@example.vn]}}}}
  - {{command: [/bin/true]}}
cameras:
  storage: {{path: STORAGE/video}}
  relay: {{listen: "0.0.0.0:8554", user: a, password: {SECRET}}}
  list:
    - {{name: outlet, url: "rtsp://192.168.1.31/s", transport: udp}}
web: {{listen: "0.0.0.0:8443"}}
metrics: {{listen: "127.0.0.1:9108"}}
ports:
  - {{id: "listen:tcp:22", state: used, for: ssh, from: ["10.0.0.0/8"]}}
  - {{id: "listen:tcp:8443", state: used, from: ["10.1.0.0/16"]}}
  - {{id: "listen:tcp:23", state: locked}}
  - {{id: "tcp:192.168.1.10:502", state: used, of: plc}}
  - {{id: "tcp:192.168.1.10:80", state: locked, of: plc}}
  - {{id: "snmp:192.168.1.2:3", state: unused, of: switch}}
ports_policy: {{snmp: [{{host: 192.168.1.2, community: {SECRET}}}]}}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("station")
    path = folder / "gateway.yaml"
    path.write_text(STATION.replace("STORAGE", str(folder)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def configuration(file: Path) -> Configuration:
    return load(file)


def short(one: FirewallConnection) -> tuple[str, str | None, str, tuple[int, int] | None, str]:
    return (one.purpose.value, one.host, one.transport, one.ports, one.protocol)


def test_whatever_goes_out(configuration: Configuration) -> None:
    out = [short(one) for one in connections(configuration) if one.direction is Direction.OUT]
    assert out == [
        ("destination", "ftp.example.vn", "tcp", (21, 21), "ftps"),
        ("destination_data", "ftp.example.vn", "tcp", ANY_HIGH_PORT, "ftps"),
        ("destination", "203.0.113.9", "tcp", (21, 21), "ftp"),
        ("destination", "broker.example.vn", "tcp", (443, 443), "wss"),
        ("time", "vn.pool.ntp.org", "udp", (123, 123), "ntp"),
        ("time", "192.0.2.7", "udp", (1230, 1230), "ntp"),
        ("alert", "alerts.example.vn", "tcp", (8443, 8443), "https"),
        ("alert", None, "tcp", None, "https"),
        ("alert", "smtp.example.vn", "tcp", (465, 465), "smtp"),
        ("link", "192.168.1.10", "tcp", (502, 502), "modbus-tcp"),
        ("camera", "192.168.1.31", "tcp", (554, 554), "rtsp"),
        ("camera_clock", "192.168.1.31", "tcp", (80, 80), "http"),
        ("neighbour", "192.168.1.10", "tcp", (80, 80), "tcp"),  # 502 is the link's own
        ("switch", "192.168.1.2", "udp", (161, 161), "snmp"),
        ("names", None, "udp", (53, 53), "dns"),
    ]


def test_whoever_may_come_in_and_from_where(configuration: Configuration) -> None:
    coming = [(short(one), one.sources) for one in connections(configuration) if one.direction is Direction.IN]
    assert coming == [
        (("destination_data", "0.0.0.0", "tcp", OWN_PORTS, "ftp"), ("203.0.113.9",)),
        (("camera_video", "0.0.0.0", "udp", (5000, 65000), "rtp"), ("192.168.1.31",)),
        (("relay", "0.0.0.0", "tcp", (8554, 8554), "rtsp"), ()),
        (("page", "0.0.0.0", "tcp", (8443, 8443), "https"), ("10.1.0.0/16",)),
        (("metrics", "127.0.0.1", "tcp", (9108, 9108), "http"), ()),
        (("declared", "0.0.0.0", "tcp", (22, 22), "tcp"), ("10.0.0.0/8",)),
    ]


@pytest.mark.parametrize(
    ("host", "reach"),
    [
        ("127.0.0.1", Reach.MACHINE),
        ("::1", Reach.MACHINE),
        ("localhost", Reach.MACHINE),
        ("192.168.1.10", Reach.PRIVATE),
        ("fe80::1", Reach.PRIVATE),
        ("1.1.1.1", Reach.PUBLIC),
        ("ftp.example.vn", Reach.UNKNOWN),
        (None, Reach.UNKNOWN),
    ],
)
def test_how_far_away_an_address_is(host: str | None, reach: Reach) -> None:
    one = FirewallConnection(Direction.OUT, Purpose.LINK, "plc", host, "tcp", (502, 502), "tcp")
    assert one.reach is reach


def test_addresses_alone_need_no_name_server(tmp_path: Path) -> None:
    text = STATION.split("destinations:", maxsplit=1)[0].replace("vn.pool.ntp.org", "192.0.2.6")
    file = tmp_path / "gateway.yaml"
    file.write_text(text.replace("STORAGE", str(tmp_path)), encoding="utf-8")
    assert Purpose.NAMES not in {one.purpose for one in connections(load(file))}


@pytest.mark.parametrize(("language", "word"), [("vi", "Kết nối ra ngoài:"), ("en", "Goes out:")])
def test_the_command_says_it_in_both_languages(file: Path, language: str, word: str) -> None:
    told = CliRunner().invoke(app, ["connections", "-c", str(file), "--language", language])
    assert told.exit_code == 0, told.output
    assert word in told.output
    assert "1024–65535" in told.output
    assert "10.1.0.0/16" in told.output


def test_programs_get_the_same(file: Path, configuration: Configuration) -> None:
    told = CliRunner().invoke(app, ["connections", "-c", str(file), "--json"])
    rows = json.loads(told.output)
    assert len(rows) == len(connections(configuration))
    assert rows[1] == {
        "direction": "out",
        "purpose": "destination_data",
        "of": "one",
        "host": "ftp.example.vn",
        "reach": "unknown",
        "transport": "tcp",
        "port_first": 1024,
        "port_last": 65535,
        "protocol": "ftps",
        "from": [],
    }
