"""Is what was closed still closed? What anybody can see in sysfs, and what only root can ask of the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.core.ports import PortId, PortKind
from gateway.ports.policy.in_force import InForce
from gateway.ports.policy.interfaces import InterfaceSwitches
from gateway.ports.policy.plan import ClosingPlan
from gateway.ports.policy.state_folder import StateFolder
from gateway.ports.policy.unit_masks import UnitMasks
from gateway.ports.policy.usb_rules import RULES, usb_rules
from gateway.ports.policy.usb_tree import UsbTree, is_wanted

if TYPE_CHECKING:
    from gateway.ports.policy.firewall import Firewall

POLICY = PortId(PortKind.PANEL, "policy")
"""Stands for the policy as a whole, where no single port is concerned."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is not as it was put in force, in words."""

    id: PortId
    detail: str


DAMAGED = Deviation(POLICY, Phrase("what was confirmed cannot be read any more: apply and confirm it again"))


def seen_by_anybody(folder: StateFolder, plan: ClosingPlan) -> Iterator[Deviation]:
    """What sysfs and the folders of udev and systemd show. What cannot be read is not told."""
    yield from _usb(folder, plan)
    switches = InterfaceSwitches(folder.root)
    for name in plan.closed_interfaces:
        if switches.is_up(name):
            kind = PortKind.NET if name in plan.interfaces else PortKind.RADIO
            yield Deviation(PortId(kind, name), Phrase("the interface is switched on again"))
    for radio in plan.radios:
        if switches.is_blocked(radio) is False:
            yield Deviation(PortId(PortKind.RADIO, radio), Phrase("the radio may send again (rfkill)"))
    yield from _masks(folder.root, plan)


def seen_by_root(firewall: Firewall, in_force: InForce | None, plan: ClosingPlan) -> Iterator[Deviation]:
    """What nftables has."""
    try:
        now = firewall.listing()
    except GatewayError as error:
        yield Deviation(POLICY, Phrase("the firewall cannot be asked: {error}", error=error))
        return
    if in_force is None or not in_force.is_whole or in_force.sha256 != plan.sha256:
        yield Deviation(POLICY, Phrase("it is not in force: what closes ports was not put there, or not all of it"))
    elif now is None:
        yield Deviation(POLICY, Phrase("the firewall's table station_gateway is gone: nothing is filtered"))
    elif now != in_force.listing:
        yield Deviation(
            POLICY,
            Phrase("the firewall's table station_gateway was changed: {first}", first=_first(in_force.listing, now)),
        )


def _usb(folder: StateFolder, plan: ClosingPlan) -> Iterator[Deviation]:
    tree = UsbTree(folder.root)
    for host, value in tree.hosts().items():
        if plan.closes_undeclared and value not in (None, "0"):
            yield Deviation(
                POLICY,
                Phrase("{host} lets in whatever is plugged in (authorized_default is {value})", host=host, value=value),
            )
    for one in tree.devices():
        if one.is_let_in and not is_wanted(plan, one):
            yield Deviation(
                PortId(PortKind.USB, one.place), Phrase("the device {device} was let in", device=one.device or "there")
            )
    if (folder.root / "run").is_dir() and _rules(folder) != usb_rules(plan):
        yield Deviation(POLICY, Phrase("udev's rules for USB sockets are not the policy's"))


def _rules(folder: StateFolder) -> str | None:
    """What udev is told now; `None`: nothing of ours."""
    try:
        return (folder.root / RULES).read_text("utf-8")
    except (OSError, ValueError):
        return None


def _masks(root: Path, plan: ClosingPlan) -> Iterator[Deviation]:
    masks = UnitMasks(root)
    for unit in plan.units:
        if not masks.is_masked(unit):
            yield Deviation(
                _port_of(unit), Phrase("{unit} is not masked any more: somebody can log in there", unit=unit)
            )


def _port_of(unit: str) -> PortId:
    instance = unit.partition("@")[2].removesuffix(".service")
    return PortId(PortKind.SERIAL, instance) if unit.startswith("serial-getty@") else POLICY


def _first(before: str | None, now: str) -> str:
    """One line that came or went, as a person looks for it."""
    from difflib import unified_diff

    changed = unified_diff((before or "").splitlines(), now.splitlines(), lineterm="", n=0)
    lines = [line for line in changed if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return " ".join(lines[0].split()) if lines else Phrase("its order")
