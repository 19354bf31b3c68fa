"""Debian's udev lets in and shuts out what the plan says, on a USB tree that umockdev shows it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.ports.policy.plan import ClosingPlan
from gateway.ports.policy.usb_rules import usb_rules
from tests.support.debian import library_path, unpacked
from tests.support.port_declaration import closing_plan
from tests.support.servers.udev import PACKAGES

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a /run of its own"),
]
HUB, ADAPTER, STICK, KEYBOARD = "2109:3431", "1a86:7523", "0781:5567", "046d:c31c"
TREE = {
    "1-1": HUB,
    "1-1.1": KEYBOARD,
    "1-1.2": ADAPTER,
    "1-1.3": STICK,
    "1-1.4": HUB,
    "1-1.4.1": ADAPTER,
    "1-1.4.2": STICK,
    "1-2": STICK,
    "1-3": HUB,
    "1-3.1": KEYBOARD,
}
DECLARED = (
    {"id": "usb:1-1.2", "state": "used", "match": ADAPTER},
    {"id": "usb:1-1.3", "state": "used", "match": ADAPTER},
    "usb:1-1.4.1 used",
    "usb:1-1.1 unused",
    "usb:1-3 locked",
)


@pytest.mark.parametrize("undeclared", ["violation", "warning"])
def test_udev_does_what_the_plan_says(tmp_path: Path, undeclared: str) -> None:
    plan = closing_plan(*DECLARED, undeclared=undeclared)
    outcome = plugged_in(tmp_path, plan)
    assert outcome == {place: plan.lets_in(place, device, is_hub=device == HUB) for place, device in TREE.items()}
    assert set(outcome.values()) == {True, False}


def test_a_rule_that_udev_does_not_understand_is_noticed(tmp_path: Path) -> None:
    """Else the test above would hold for a file that udev leaves aside, where nothing is closed."""
    with pytest.raises(AssertionError, match="Invalid"):
        udev_says(tmp_path, 'SUBSYSTEM="usb", ATTR{authorized}=="', "1")


def plugged_in(folder: Path, plan: ClosingPlan) -> Mapping[str, bool]:
    """Which of the devices of the tree are let in, hubs first, each as it is plugged in."""
    return udev_says(folder, usb_rules(plan), "0" if plan.closes_undeclared else "1")


def udev_says(folder: Path, rules: str, let_in_at_first: str) -> Mapping[str, bool]:
    packages = unpacked(*PACKAGES)
    (folder / "61-station-gateway-ports.rules").write_text(rules)
    (folder / "tree").write_text("\n".join(_device(place, let_in_at_first) for place in ("usb1", *TREE)))
    asked = "\n".join(
        f"{packages}/bin/udevadm test --action=add /sys{_path(place)} 2>&1 | grep -a 'station-gateway' >> {folder}/said"
        for place in TREE
    )
    told = "\n".join(f"cat /sys{_path(place)}/authorized; echo" for place in TREE)
    (folder / "inside").write_text(f"{asked}\n{told}\n")
    script = f"""\
mount -t tmpfs own /run && mkdir -p /run/udev/rules.d
cp {folder}/*.rules /run/udev/rules.d/
exec umockdev-run --device {folder}/tree -- sh {folder}/inside
"""
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
        env=library_path(packages),
    )
    said = (folder / "said").read_text()
    assert "Invalid" not in said, said
    values = done.stdout.split()
    assert len(values) == len(TREE), done.stderr
    return {place: value == "1" for place, value in zip(TREE, values, strict=True)}


def _path(place: str) -> str:
    bus, _, sockets = place.partition("-")
    if not sockets:
        return "/devices/pci0/usb1"
    parts = sockets.split(".")
    folders = [f"{bus}-{'.'.join(parts[:count])}" for count in range(1, len(parts) + 1)]
    return "/".join(["/devices/pci0/usb1", *folders])


def _device(place: str, let_in: str) -> str:
    vendor, _, product = TREE.get(place, HUB).partition(":")
    kind = "09" if TREE.get(place, HUB) == HUB else "00"
    return (
        f"P: {_path(place)}\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nA: idVendor={vendor}\nA: idProduct={product}\n"
        f"A: bDeviceClass={kind}\nA: authorized={let_in}\nA: authorized_default=1\n"
    )
