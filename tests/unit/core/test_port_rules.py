"""What was found, held against what was declared: each kind of port, each state, and the three answers."""

from __future__ import annotations

import pytest

from gateway.core.port_rules import LONGEST_DETAIL, Sight, is_told, sight_of, violations, what_was_found
from gateway.core.ports import DeclaredPort, FoundPort, PortId, PortKind, PortLook, PortState, ViolationKind

USED, LOCKED, UNUSED = PortState.USED, PortState.LOCKED, PortState.UNUSED
KIND = ViolationKind
PLACES = {
    PortKind.USB: "1-1.2",
    PortKind.SERIAL: "ttyS0",
    PortKind.NET: "eth1",
    PortKind.RADIO: "wlan0",
    PortKind.DISPLAY: "HDMI-A-1",
    PortKind.KEYBOARD: "isa0060/serio0",
    PortKind.BLOCK: "mmcblk0",
    PortKind.LISTEN: "tcp:22",
    PortKind.DOOR: "192.168.1.10:502",
    PortKind.SNMP: "192.168.1.2:3",
    PortKind.PANEL: "datalogger-usb",
}
CLOSED = {
    PortKind.USB: KIND.DEVICE_IN_UNUSED,
    PortKind.SERIAL: KIND.DEVICE_IN_UNUSED,
    PortKind.DISPLAY: KIND.DEVICE_IN_UNUSED,
    PortKind.KEYBOARD: KIND.DEVICE_IN_UNUSED,
    PortKind.BLOCK: KIND.DEVICE_IN_UNUSED,
    PortKind.NET: KIND.LINK_ON_LOCKED,
    PortKind.RADIO: KIND.LINK_ON_LOCKED,
    PortKind.SNMP: KIND.LINK_ON_LOCKED,
    PortKind.LISTEN: KIND.DOOR_OPEN,
    PortKind.DOOR: KIND.DOOR_OPEN,
    PortKind.PANEL: None,
}
NEVER_EMPTY = (PortKind.USB, PortKind.NET, PortKind.LISTEN, PortKind.DOOR, PortKind.SNMP, PortKind.BLOCK)
EVERY_KIND = pytest.mark.parametrize("kind", list(PortKind))


def place(kind: PortKind) -> PortId:
    return PortId(kind, PLACES[kind])


def kinds(declared: DeclaredPort | None, *found: FoundPort, unseen: dict[PortKind, str] | None = None) -> list[str]:
    ports = {} if declared is None else {declared.id: declared}
    return [one.kind.value for one in violations(ports, sight_of([PortLook(found, unseen or {})]))]


@EVERY_KIND
@pytest.mark.parametrize("state", [LOCKED, UNUSED])
def test_what_is_closed_and_holds_something(kind: PortKind, state: PortState) -> None:
    expected = CLOSED[kind]
    found = FoundPort(place(kind), True, "something")
    assert kinds(DeclaredPort(place(kind), state), found) == ([] if expected is None else [expected.value])


@EVERY_KIND
@pytest.mark.parametrize("state", [LOCKED, UNUSED])
@pytest.mark.parametrize("is_occupied", [False, None])
def test_what_is_closed_and_empty_or_nobody_can_tell(
    kind: PortKind, state: PortState, is_occupied: bool | None
) -> None:
    assert kinds(DeclaredPort(place(kind), state), FoundPort(place(kind), is_occupied)) == []
    assert kinds(DeclaredPort(place(kind), state)) == [], "a place that is gone holds nothing"


@EVERY_KIND
def test_what_is_used_and_empty(kind: PortKind) -> None:
    expected = ["missing-device"] if kind in NEVER_EMPTY else []
    assert kinds(DeclaredPort(place(kind), USED), FoundPort(place(kind), False)) == expected
    assert kinds(DeclaredPort(place(kind), USED), FoundPort(place(kind), None)) == []
    assert kinds(DeclaredPort(place(kind), USED), unseen={kind: "not permitted"}) == []


@EVERY_KIND
def test_a_used_place_that_is_not_there_any_more_is_missing_and_an_answer_that_has_not_come_is_not(
    kind: PortKind,
) -> None:
    is_missing = kind in NEVER_EMPTY and kind not in (PortKind.DOOR, PortKind.SNMP)
    assert kinds(DeclaredPort(place(kind), USED)) == (["missing-device"] if is_missing else [])


@EVERY_KIND
def test_what_nobody_declared(kind: PortKind) -> None:
    expected = [] if kind is PortKind.PANEL else ["undeclared-device"]
    expected = ["undeclared-listener"] if kind is PortKind.LISTEN else expected
    assert kinds(None, FoundPort(place(kind), True)) == expected
    assert kinds(None, FoundPort(place(kind), False)) == []
    assert kinds(None, FoundPort(place(kind), None)) == []


def test_a_listener_that_only_this_box_can_reach_needs_no_declaration_and_is_judged_by_one() -> None:
    port = place(PortKind.LISTEN)
    local = FoundPort(port, True, "sshd", is_local=True)
    assert kinds(None, local) == []
    assert kinds(DeclaredPort(port, LOCKED), local) == ["door-open"]


@pytest.mark.parametrize(
    ("match", "identity", "expected"),
    [
        ("1a86:7523", "1a86:7523", []),
        ("1A86:7523", "1a86:7523 5&1234", []),
        ("1a86:7523 5&1234", "1a86:7523 5&1234", []),
        ("1a86:7523 5&1234", "1a86:7523 5&9999", ["wrong-device"]),
        ("1a86:7523", "1a86:75230", ["wrong-device"]),
        ("1a86:7523", None, []),
        (None, "0781:5567", []),
        ("sshd", "dropbear dropbear.service", ["wrong-device"]),
        ("sshd", "ssh.service", []),  # the program is not told, but to root
        ("ssh.service", "sshd session-3.scope", ["wrong-device"]),
        ("sshd ssh.service", "nginx.service", ["wrong-device"]),
        ("ssh.service", "ssh.socket", []),  # opened by systemd, for the service
        ("ssh.socket", "sshd ssh.service", []),
        ("ssh.service", "nginx.socket", ["wrong-device"]),
        ("ssh.service", "init.scope", []),  # … which does not tell for which
    ],
)
def test_what_a_used_port_has_to_hold(match: str | None, identity: str | None, expected: list[str]) -> None:
    port = place(PortKind.USB)
    assert kinds(DeclaredPort(port, USED, match=match), FoundPort(port, True, identity)) == expected


def test_words_say_what_was_declared_and_what_is_there() -> None:
    port = place(PortKind.USB)
    declared = {port: DeclaredPort(port, USED, "RS-485 adapter", "1a86:7523")}
    found = FoundPort(port, True, "0781:5567", "SanDisk Cruzer\x1b[31m")
    (wrong,) = violations(declared, sight_of([PortLook((found,))]))
    assert wrong.detail == "declared 1a86:7523, and holds 0781:5567: SanDisk Cruzer\\x1b[31m"
    (missing,) = violations(declared, sight_of([PortLook((FoundPort(port, False),))]))
    assert missing.detail == "declared used for RS-485 adapter, and is empty"


def test_a_device_with_a_long_name_fills_no_database() -> None:
    found = FoundPort(place(PortKind.USB), True, "0781:5567", "\x00" * 10_000)
    (violation,) = violations({}, sight_of([PortLook((found,))]))
    assert len(violation.detail) == LONGEST_DETAIL
    assert violation.detail.endswith("…")


class TestTold:
    PORT = PortId(PortKind.USB, "1-1.2")
    DOOR = PortId(PortKind.DOOR, "192.168.1.10:502")

    def told(self, look: PortLook, port: PortId, *declared: DeclaredPort, kind: ViolationKind) -> bool:
        return is_told({one.id: one for one in declared}, sight_of([look]), port, kind)

    def test_a_place_that_is_empty_or_gone_holds_nothing_any_more(self) -> None:
        for look in (PortLook((FoundPort(self.PORT, False),)), PortLook(())):
            assert self.told(look, self.PORT, kind=KIND.UNDECLARED_DEVICE)

    def test_what_cannot_be_looked_at_ends_nothing(self) -> None:
        for look in (PortLook((), {PortKind.USB: "gone"}), PortLook((FoundPort(self.PORT, None),))):
            assert not self.told(look, self.PORT, kind=KIND.DEVICE_IN_UNUSED)

    def test_a_login_that_is_gone_from_a_serial_port_is_over_though_nobody_can_tell_that_the_port_is_free(self) -> None:
        port = PortId(PortKind.SERIAL, "ttyS0")
        declared = DeclaredPort(port, UNUSED)
        for kind in (KIND.DEVICE_IN_UNUSED, KIND.UNDECLARED_DEVICE):
            assert self.told(PortLook((FoundPort(port, None),)), port, declared, kind=kind)
        assert not self.told(PortLook((), {PortKind.SERIAL: "gone"}), port, declared, kind=KIND.DEVICE_IN_UNUSED)

    def test_the_wrong_device_is_the_wrong_one_until_somebody_can_tell(self) -> None:
        declared = DeclaredPort(self.PORT, USED, match="1a86:7523")
        for identity, expected in ((None, False), ("1a86:7523", True)):
            look = PortLook((FoundPort(self.PORT, True, identity),))
            assert self.told(look, self.PORT, declared, kind=KIND.WRONG_DEVICE) is expected
        assert self.told(PortLook((FoundPort(self.PORT, False),)), self.PORT, declared, kind=KIND.WRONG_DEVICE)

    def test_a_door_that_was_not_asked_yet_says_nothing_and_one_that_nobody_asks_is_over(self) -> None:
        declared = DeclaredPort(self.DOOR, LOCKED)
        assert not self.told(PortLook(()), self.DOOR, declared, kind=KIND.DOOR_OPEN)
        assert self.told(PortLook(()), self.DOOR, kind=KIND.DOOR_OPEN)


def test_what_was_found_is_told_without_the_words_of_its_kind() -> None:
    stick = FoundPort(PortId(PortKind.USB, "1-1.3"), True, "0951:1666", "Kingston DataTraveler")
    port = stick.id
    sight = Sight({port: stick}, {})
    said = {
        None: "Kingston DataTraveler",
        DeclaredPort(port, PortState.UNUSED): "Kingston DataTraveler",
        DeclaredPort(port, PortState.USED, match="1a86:7523"): "0951:1666: Kingston DataTraveler",
    }
    for declared, found in said.items():
        (one,) = violations({} if declared is None else {port: declared}, sight)
        assert what_was_found(one.kind, one.detail) == found
    (missing,) = violations({port: DeclaredPort(port, PortState.USED, "modem: 4G")}, Sight({}, {}))
    assert what_was_found(missing.kind, missing.detail) == ""
