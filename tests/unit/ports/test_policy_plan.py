"""What a declaration closes: the plan, the firewall's text and udev's rules."""

from __future__ import annotations

import pytest

from gateway.ports.policy.firewall_text import firewall_text
from gateway.ports.policy.plan import LOCAL_LOGINS, ListenerDoor, OpenSocket, plan_content, plan_from
from gateway.ports.policy.usb_rules import usb_rules
from tests.support.port_declaration import closing_plan

SSH = {"id": "listen:tcp:22", "state": "used", "from": ["10.0.0.0/8", "fd00::/8"]}
ADAPTER = {"id": "usb:1-1.2", "state": "used", "match": "1A86:7523"}


def test_what_is_used_stays_open_and_everything_else_is_closed() -> None:
    plan = closing_plan(
        SSH,
        ADAPTER,
        "listen:udp:123 used",
        "listen:tcp:80 locked",
        "listen:tcp:23 unused",
        "usb:1-1.3 unused",
        "net:eth1 locked",
        "radio:wlan0 locked",
        "serial:ttyS0 unused",
    )
    assert plan.open_doors == (ListenerDoor("tcp", 22, ("10.0.0.0/8", "fd00::/8")), ListenerDoor("udp", 123))
    assert plan.closed_doors == (ListenerDoor("tcp", 23), ListenerDoor("tcp", 80))
    assert (plan.open_sockets, plan.closed_sockets) == ((OpenSocket("1-1.2", "1a86:7523"),), ("1-1.3",))
    assert (plan.interfaces, plan.radios, plan.units) == (("eth1",), ("wlan0",), ("serial-getty@ttyS0.service",))


def test_the_same_declaration_in_another_order_is_the_same_plan() -> None:
    ports = (SSH, ADAPTER, "listen:tcp:80 locked", "usb:1-1.4 used", "net:eth1 locked", "net:eth0 unused")
    assert closing_plan(*ports).sha256 == closing_plan(*reversed(ports)).sha256
    assert closing_plan(*ports).sha256 != closing_plan(*ports[1:]).sha256


def test_what_belongs_to_a_neighbour_is_not_closed_here() -> None:
    neighbour = {"id": "tcp:192.168.1.10:80", "state": "locked", "of": "datalogger"}
    assert closing_plan(neighbour, "panel:door unused", "snmp:192.168.1.2:3 locked") == closing_plan()


@pytest.mark.parametrize(
    ("ports", "are_masked"),
    [
        (("display:HDMI-A-1 locked",), True),
        (("keyboard:isa0060/serio0 unused",), True),
        (("display:HDMI-A-1 used", "display:HDMI-A-2 unused"), False),
        (("display:HDMI-A-1 used",), False),
        (("usb:1-1 unused",), False),
    ],
)
def test_nobody_logs_in_at_a_screen_that_is_locked(ports: tuple[str, ...], are_masked: bool) -> None:
    assert closing_plan(*ports).units == (LOCAL_LOGINS if are_masked else ())


def test_a_plan_is_read_again_as_it_was_written() -> None:
    plan = closing_plan(SSH, ADAPTER, "usb:1-1.4 used", "listen:tcp:80 locked", "net:eth1 locked", undeclared="warning")
    assert plan_from(plan_content(plan)) == plan


@pytest.mark.parametrize("undeclared", ["violation", "warning"])
@pytest.mark.parametrize(
    ("place", "device", "is_hub", "is_let_in"),
    [
        ("1-1.2", "1a86:7523", False, True),
        ("1-1.2", "046d:c31c", False, False),
        ("1-1", "2109:3431", True, True),
        ("1-1", "2109:3431", False, None),
        ("1-1.3", "046d:c31c", False, False),
        ("1-1.3.1", "046d:c31c", False, False),
        ("1-1.30", "046d:c31c", False, None),
        ("1-1.2.1", "046d:c31c", False, None),
        ("2-1", "0781:5581", False, None),
    ],
)
def test_which_devices_are_let_in(
    undeclared: str, place: str, device: str, is_hub: bool, is_let_in: bool | None
) -> None:
    """`None`: nobody declared that socket."""
    plan = closing_plan(ADAPTER, "usb:1-1.3 unused", undeclared=undeclared)
    expected = undeclared == "warning" if is_let_in is None else is_let_in
    assert plan.lets_in(place, device, is_hub=is_hub) is expected


def test_another_word_than_a_usb_device_lets_anything_into_the_socket() -> None:
    plan = closing_plan({"id": "usb:1-1.2", "state": "used", "match": "ch341-uart"})
    assert plan.lets_in("1-1.2", "046d:c31c", is_hub=False)


def test_udev_lets_in_hubs_on_the_way_before_what_is_behind_them() -> None:
    lines = usb_rules(closing_plan({"id": "usb:1-1.2.4", "state": "used", "match": "1a86:7523"})).splitlines()
    hubs = [line for line in lines if 'bDeviceClass}=="09"' in line]
    assert [line.split('"')[1] for line in hubs] == ["1-1", "1-1.2"]
    device = 'KERNEL=="1-1.2.4", ATTR{idVendor}=="1a86", ATTR{idProduct}=="7523", ATTR{authorized}="1"'
    assert lines.index(device) > lines.index(hubs[-1])
    assert any("authorized_default" in line for line in lines)


def test_only_what_is_closed_is_closed_where_the_undeclared_is_a_warning() -> None:
    plan = closing_plan(SSH, ADAPTER, "usb:1-1.3 unused", "listen:tcp:80 locked", undeclared="warning")
    rules, text = usb_rules(plan), firewall_text(plan)
    assert "authorized_default" not in rules
    assert 'KERNEL=="1-1.3|1-1.3.*", ATTR{authorized}="0"' in rules
    assert 'KERNEL=="1-1.2", ATTR{idVendor}!="1a86", ATTR{authorized}="0"' in rules
    assert "policy drop" not in text
    assert "tcp dport { 80 } drop" in text
    assert "tcp dport 22 drop" in text


def test_a_door_that_is_open_to_some_is_closed_to_all_others_before_answers_are_asked_for() -> None:
    rules = [line.strip() for line in firewall_text(closing_plan(SSH)).splitlines()]
    ssh = [number for number, rule in enumerate(rules) if "tcp dport 22 " in rule]
    assert [rules[number] for number in ssh] == [
        "ip saddr { 10.0.0.0/8 } tcp dport 22 accept",
        "ip6 saddr { fd00::/8 } tcp dport 22 accept",
        "tcp dport 22 drop",
    ]
    assert ssh[-1] < next(number for number, rule in enumerate(rules) if rule.startswith("ct direction"))


def test_answers_to_what_the_box_asked_come_before_doors_whose_numbers_it_may_use_itself() -> None:
    text = firewall_text(closing_plan("listen:tcp:50000 locked", "listen:udp:123 locked"))
    assert text.index("ct direction reply") < text.index("50000")
    assert text.index("ct direction reply") < text.index("123")
