"""What is in use is not cut off by accident."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.ports.policy.lockout import (
    Lockout,
    SshSession,
    Surroundings,
    UsbCarries,
    UsbInUse,
    lockouts,
)
from gateway.ports.policy.surroundings import surroundings
from stationsim.box import SimulatedBox
from tests.support.port_declaration import closing_plan

SSH = {"id": "listen:tcp:22", "state": "used", "from": ["10.0.0.0/8", "fd00::/8"]}


def session(source: str, interface: str | None = None, number: int = 22) -> Surroundings:
    return Surroundings(sessions=(SshSession(ip_address(source), number, interface),), ssh_doors=(number,))


def kinds(*ports: object, now: Surroundings, undeclared: str = "violation") -> list[str]:
    plan = closing_plan(*ports, undeclared=undeclared)  # type: ignore[arg-type]
    return [one.kind.value for one in lockouts(plan, now)]


@pytest.mark.parametrize(
    ("source", "is_cut_off"),
    [("10.1.2.3", False), ("192.168.1.9", True), ("fd00::7", False), ("2001:db8::1", True), ("127.0.0.1", False)],
)
def test_whoever_is_logged_in_from_where_nobody_may_come_is_told(source: str, is_cut_off: bool) -> None:
    assert kinds(SSH, now=session(source)) == (["session"] if is_cut_off else [])


def test_a_door_that_is_open_to_everybody_cuts_nobody_off() -> None:
    assert kinds("listen:tcp:22 used", now=session("192.168.1.9")) == []


def test_a_session_that_came_over_an_interface_that_is_closed_is_told() -> None:
    assert kinds(SSH, "net:eth1 locked", now=session("10.1.2.3", "eth1")) == ["session"]
    assert kinds(SSH, "radio:wlan0 locked", now=session("10.1.2.3", "wlan0")) == ["session"]
    assert kinds(SSH, "net:eth1 locked", now=session("10.1.2.3", "eth0")) == []


def test_a_session_that_came_over_a_usb_adapter_that_is_shut_out_is_told() -> None:
    adapter = UsbInUse("1-1.4", "0bda:8152", UsbCarries.NETWORK, "eth2")
    now = Surroundings((SshSession(ip_address("10.1.2.3"), 22, "eth2"),), (22,), (adapter,), ("eth2",))
    assert kinds(SSH, now=now) == ["session", "network"]
    assert kinds(SSH, "usb:1-1.4 used", now=now) == []


@pytest.mark.parametrize(
    ("ports", "undeclared", "expected"),
    [
        ((), "violation", ["ssh"]),
        ((), "warning", []),
        (("listen:tcp:22 locked",), "warning", []),
        (("listen:tcp:22 locked", "listen:tcp:2222 unused"), "warning", ["ssh"]),
        (("listen:tcp:2222 used",), "violation", []),
        ((SSH,), "violation", []),
    ],
)
def test_the_last_door_of_sshd_is_not_closed_by_accident(
    ports: tuple[object, ...], undeclared: str, expected: list[str]
) -> None:
    assert kinds(*ports, now=Surroundings(ssh_doors=(22, 2222)), undeclared=undeclared) == expected


def test_where_no_sshd_listens_there_is_no_door_to_keep() -> None:
    assert kinds("listen:tcp:22 locked", now=Surroundings()) == []


@pytest.mark.parametrize(
    ("port", "terminal", "expected"),
    [
        ("display:HDMI-A-1 locked", "/dev/tty1", ["session"]),
        ("display:HDMI-A-1 locked", "/dev/pts/0", []),
        ("serial:ttyS0 unused", "/dev/ttyS0", ["session"]),
        ("serial:ttyS0 unused", "/dev/tty1", []),
    ],
)
def test_who_sits_at_the_box_is_told_that_nobody_logs_in_there_any_more(
    port: str, terminal: str, expected: list[str]
) -> None:
    assert kinds(port, now=Surroundings(terminal=terminal)) == expected


def test_what_hangs_on_usb_and_is_in_use_is_told_unless_its_socket_is_declared() -> None:
    used = (
        UsbInUse("1-1.1", "046d:c31c", UsbCarries.KEYBOARD, "1-1.1"),
        UsbInUse("1-1.2", "1a86:7523", UsbCarries.SERIAL, "bus"),
        UsbInUse("1-1.3", "0781:5567", UsbCarries.DISK, "/srv/video"),
        UsbInUse("1-1.4", "0bda:8152", UsbCarries.NETWORK, "eth2"),
    )
    now = Surroundings(usb=used, ways=("eth2",))
    assert kinds(now=now) == ["keyboard", "instrument", "disk", "network"]
    declared = [f"usb:{one.place} used" for one in used]
    assert kinds(*declared, now=now) == []
    assert kinds(*declared[1:], {"id": "usb:1-1.1", "state": "used", "match": "1a86:7523"}, now=now) == ["keyboard"]


def test_the_way_to_the_authority_is_not_closed_by_accident() -> None:
    assert kinds("net:eth0 locked", now=Surroundings(ways=("eth0",))) == ["network"]
    assert kinds("net:eth1 locked", now=Surroundings(ways=("eth0",))) == []


def test_the_way_of_the_authority_to_the_cameras_is_not_closed_without_a_word() -> None:
    now = Surroundings(relay=8554)
    assert kinds("listen:tcp:22 used", now=now) == ["relay"]
    assert kinds("listen:tcp:22 used", "listen:tcp:8554 used", now=now) == []
    assert kinds("listen:tcp:8554 locked", now=now, undeclared="warning") == ["relay"]
    assert kinds("listen:tcp:22 used", now=now, undeclared="warning") == []


def test_everything_that_is_refused_says_what_would_be_right() -> None:
    found = lockouts(closing_plan(SSH), session("192.168.1.9"))
    assert [one.kind for one in found] == [Lockout.SESSION]
    assert "192.168.1.9" in found[0].detail
    assert "from: [192.168.1.9/32]" in found[0].detail


def test_a_box_is_looked_at_for_what_is_in_use(tmp_path: Path) -> None:
    box = SimulatedBox(tmp_path)
    box.plug("1-1.1", "keyboard")
    box.plug("1-1.2", "rs485")
    box.plug("1-1.3", "stick")
    box.listen("tcp", 2222, "dropbear")
    box.listen("tcp", 2200, "sshd", address="127.0.0.1")
    table = tmp_path / "proc/1/net/tcp"
    row = "   9: 0100000A:0016 0900A8C0:D431 01 00000000:00000000 00:00000000 00000000     0        0 4711 1\n"
    other = "  10: 0100000A:1F90 0900A8C0:D432 01 00000000:00000000 00:00000000 00000000     0        0 4712 1\n"
    table.write_text(table.read_text() + row + other + "torn")
    routes = ["eth0 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0", "eth1 000A0A0A 00000000 0001 0 0 0 00FFFFFF 0 0 0"]
    (tmp_path / "proc/1/net/route").write_text("Iface Destination …\n" + "\n".join(routes) + "\n")
    disk = next(one for one in (tmp_path / "sys/class/block").iterdir() if one.name.startswith("sd"))
    (tmp_path / "sys/dev/block").mkdir(parents=True)
    (tmp_path / "sys/dev/block/8:1").symlink_to(disk.resolve())
    (tmp_path / "proc/1/mountinfo").write_text("36 1 8:1 / /srv/video rw - ext4 /dev/sda1 rw\n37 1 0:5 / / rw\n")
    now = surroundings(tmp_path, {"bus": "/dev/ttyUSB0", "other": "/dev/ttyS0"}, ("10.10.10.7", "plc.local"), None)
    assert now.ssh_doors == (22, 2222)
    assert now.sessions == (SshSession(ip_address("192.168.0.9"), 22),)
    assert now.ways == ("eth0", "eth1")
    assert set(now.usb) == {
        UsbInUse("1-1.1", "046d:c31c", UsbCarries.KEYBOARD, "1-1.1"),
        UsbInUse("1-1.2", "1a86:7523", UsbCarries.SERIAL, "bus"),
        UsbInUse("1-1.3", "0781:5567", UsbCarries.DISK, "/srv/video"),
    }


def test_a_session_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    SimulatedBox(tmp_path)
    table = tmp_path / "proc/1/net/tcp"
    table.write_text(
        table.read_text() + "  9: nonsense 0900A8C0:D431 01\n 10: 0100000A 0900A8C0 01\n 11: :0016 :1 01\n"
    )
    assert surroundings(tmp_path, {}, (), None).sessions == ()
