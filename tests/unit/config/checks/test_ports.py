"""Declarations of ports that contradict each other, or what else is configured, are told before any is watched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, faults, warnings

PORTS = """\
ports:
  - {id: "usb:1-1.2", state: used, for: RS-485 adapter, match: "1a86:7523"}
  - {id: "usb:1-1.3", state: unused, seal: TEM-000123}
  - {id: "net:eth1", state: locked, seal: TEM-000124}
  - {id: "listen:tcp:22", state: used, for: ssh, from: ["10.0.0.0/8"], match: ssh.service}
  - {id: "serial:ttyS5", state: used}
  - {id: "tcp:192.168.1.10:80", state: locked, of: datalogger}
  - {id: "panel:datalogger-usb", state: unused, seal: TEM-000130, of: datalogger}
ports_policy: {probe_every: 10min}
"""
CAMERAS = """\
cameras:
  storage: {path: /srv/video, max_size: 4TB}
  relay: {listen: "0.0.0.0:8554", user: authority, password: {env: RELAY}}
  list:
    - {name: outlet, url: "rtsp://192.168.1.31/stream1", user: gw, password: {env: SO_TNMT}}
"""


def with_ports(*edits: tuple[str, str], before: str = STATION) -> str:
    text = before + PORTS
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_ports_as_they_should_be_are_told_nothing_of(tmp_path: Path) -> None:
    assert faults(with_ports(), tmp_path) == []
    assert [one for one in warnings(with_ports(), tmp_path) if "ports" in one] == []


@pytest.mark.parametrize(
    ("edit", "wrong"),
    [
        (("usb:1-1.3", "usb:1-1.2"), "id: the port usb:1-1.2 stands twice"),
        (("tcp:192.168.1.10:80", "listen:tcp:22"), "id: the port listen:tcp:22 stands twice"),
        (("TEM-000124", "TEM-000123"), "seal: the seal TEM-000123 is that of usb:1-1.3"),
        (('match: "1a86:7523"', 'from: ["10.0.0.0/8"]'), "from: says who may connect to a listener, and this is none"),
        (
            ("state: used, for: ssh", "state: locked, for: ssh"),
            "from: is never used: nobody may connect to what is locked",
        ),
        (("state: unused, seal: TEM-000123", 'state: unused, match: "1:2"'), "match: is never used"),
        (('"serial:ttyS5", state: used', '"serial:ttyS5", state: used, match: x'), "match: nobody can tell what is at"),
        (
            ('"serial:ttyS5", state: used', '"serial:ttyS5", state: used, of: x'),
            "of: a port of the kind serial is the box",
        ),
        (("ports:\n", "harbours:\n"), "ports_policy: is never used: no port is declared"),
    ],
)
def test_it_is_refused(edit: tuple[str, str], wrong: str, tmp_path: Path) -> None:
    found = [one for one in faults(with_ports(edit), tmp_path) if "harbours" not in one]
    assert [wrong in one for one in found][:1] == [True], found


def test_where_the_box_is_looked_at_needs_no_port(tmp_path: Path) -> None:
    assert faults(STATION + "ports_policy: {root: /box}\n", tmp_path) == []
    assert len(faults(STATION + "ports_policy: {root: /box, sweep_every: 30s}\n", tmp_path)) == 1


def test_one_door_in_two_spellings_stands_twice(tmp_path: Path) -> None:
    edit = (
        '"tcp:192.168.1.10:80", state: locked',
        '"tcp:Logger:80", state: locked}\n  - {id: "tcp:logger:80", state: used',
    )
    assert "the port tcp:logger:80 stands twice" in faults(with_ports(edit), tmp_path)[0]


class TestWhatTheGatewayNeeds:
    def test_a_link_over_a_closed_serial_port(self, tmp_path: Path) -> None:
        link = ("links:\n", "links:\n  line5: {type: modbus-rtu, device: /dev/ttyS5, baudrate: 9600}\n")
        found = faults(with_ports(link, ('ttyS5", state: used', 'ttyS5", state: unused')), tmp_path)
        assert any("state: is unused, and link line5 needs it" in one for one in found), found

    @pytest.mark.parametrize("written", ["", ", port: 502"])
    def test_a_link_to_a_closed_door(self, written: str, tmp_path: Path) -> None:
        link = ("links:\n", f"links:\n  logger: {{type: modbus-tcp, host: 192.168.1.10{written}}}\n")
        found = faults(with_ports(link, ("192.168.1.10:80", "192.168.1.10:502")), tmp_path)
        assert any("state: is locked, and link logger needs it" in one for one in found), found

    def test_a_camera_and_the_relay_behind_closed_doors(self, tmp_path: Path) -> None:
        closed = '  - {id: "listen:tcp:8554", state: locked}\n  - {id: "tcp:192.168.1.31:554", state: unused}\n'
        found = faults(with_ports(("ports_policy", closed + "ports_policy"), before=STATION + CAMERAS), tmp_path)
        assert any("is locked, and the cameras' relay needs it" in one for one in found), found
        assert any("is unused, and camera outlet needs it" in one for one in found), found

    def test_what_is_not_declared_would_be_a_violation(self, tmp_path: Path) -> None:
        found = [one for one in warnings(with_ports(before=STATION + CAMERAS), tmp_path) if "ports" in one]
        assert any("does not declare listen:tcp:8554, at which the cameras' relay listens" in one for one in found)
        link = ("links:\n", "links:\n  line4: {type: modbus-rtu, device: /dev/ttyS4, baudrate: 9600}\n")
        found = warnings(with_ports(link), tmp_path)
        assert any("does not declare serial:ttyS4, which link line4 uses" in one for one in found), found


def test_a_seal_on_what_has_no_hole_is_odd(tmp_path: Path) -> None:
    edit = ("state: locked, of: datalogger", "state: locked, seal: TEM-9, of: datalogger")
    assert any("there is nothing to put a seal on" in one for one in warnings(with_ports(edit), tmp_path))


def test_no_port_at_all_is_odd(tmp_path: Path) -> None:
    text = STATION + "ports: []\n"
    assert any("declares no port: whatever is found counts as undeclared" in one for one in warnings(text, tmp_path))


def test_a_program_that_the_daemon_is_not_told_is_no_match(tmp_path: Path) -> None:
    edit = ("match: ssh.service", "match: sshd")
    assert any("match: names no unit" in one for one in warnings(with_ports(edit), tmp_path))
