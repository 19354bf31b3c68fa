"""Putting a plan in force: in the place of the one before, or of none.

Doing it twice is doing it once. What a switch was before we turned it is written down before it is turned, so that
opening a port again leaves it as it was found. All of it is gone after a power cut, the note included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.core.errors import GatewayError
from gateway.ports.policy.firewall import Firewall
from gateway.ports.policy.firewall_text import firewall_text
from gateway.ports.policy.in_force import FoundBefore, InForce, read_in_force, write_in_force
from gateway.ports.policy.interfaces import InterfaceSwitches
from gateway.ports.policy.plan import ClosingPlan
from gateway.ports.policy.state_folder import StateFolder, told
from gateway.ports.policy.unit_masks import UnitMasks
from gateway.ports.policy.units import UnitControl
from gateway.ports.policy.usb_rules import RULES, usb_rules
from gateway.ports.policy.usb_tree import UsbTree

_LET_IN_ALL = "1"


class Enforcer:
    """Acts below the folder's root, and on the firewall of this network namespace."""

    def __init__(self, folder: StateFolder, firewall: Firewall, control: UnitControl) -> None:
        self._folder = folder
        self._firewall = firewall
        self._control = control
        self._usb = UsbTree(folder.root)
        self._interfaces = InterfaceSwitches(folder.root)
        self._masks = UnitMasks(folder.root)

    def in_force(self) -> InForce | None:
        """What was put in force since the machine's start; `None`: nothing."""
        return read_in_force(self._folder)

    def check(self, plan: ClosingPlan) -> None:
        """Raises GatewayError: the kernel would not take it."""
        self._firewall.check(firewall_text(plan))

    def put_in_force(self, plan: ClosingPlan | None) -> None:
        """`None`: everything is opened again.

        Raises:
            GatewayError: a part of it could not be done. What could was done; the same call may be repeated.
        """
        known = self.in_force()
        before = self._look(plan, FoundBefore() if known is None else known.before)
        unnoted = _failure(lambda: self._note(InForce(_sha256(plan), False, None, before)))
        if unnoted is not None and plan is not None:
            raise unnoted  # nothing is turned that could not be turned back
        steps: tuple[Callable[[], None], ...] = (
            lambda: self._write_rules(plan),
            lambda: self._turn_hosts(plan, before),
            lambda: self._sort_devices(plan, before),
            lambda: self._turn_units(plan, before),
            lambda: self._turn_radios(plan, before),
            lambda: self._turn_interfaces(plan, before),
            lambda: self._filter(plan),
        )
        failed = [error for error in (unnoted, *map(_failure, steps)) if error is not None]
        if failed:
            raise failed[0]
        self._note(InForce(_sha256(plan), True, self._firewall.listing(), before if plan else FoundBefore()))

    def _look(self, plan: ClosingPlan | None, known: FoundBefore) -> FoundBefore:
        """What is there of what this plan will turn, unless it was turned by us already."""
        if plan is None:
            return known
        hosts = {host: value for host, value in self._usb.hosts().items() if value is not None}
        up = [name for name in plan.closed_interfaces if self._interfaces.is_up(name)]
        loud = [radio for radio in plan.radios if self._interfaces.is_blocked(radio) is False]
        free = [unit for unit in plan.units if not self._masks.is_masked(unit)]
        return FoundBefore(
            hosts={**hosts, **known.hosts},
            switched_off=_both(known.switched_off, up),
            blocked=_both(known.blocked, loud),
            masked=_both(known.masked, free),
            stopped=_both(known.stopped, self._control.running(free)),
        )

    def _note(self, in_force: InForce) -> None:
        write_in_force(self._folder, in_force)

    def _write_rules(self, plan: ClosingPlan | None) -> None:
        """For what is plugged in from here on; udev looks for new rules by itself."""
        file = self._folder.root / RULES
        with told(file):
            if plan is None:
                file.unlink(missing_ok=True)
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            beside = file.with_name(f".{file.name}.new")
            beside.write_text(usb_rules(plan), "utf-8")
            beside.chmod(0o644)
            beside.replace(file)

    def _turn_hosts(self, plan: ClosingPlan | None, before: FoundBefore) -> None:
        closes = plan is not None and plan.closes_undeclared
        for host, value in self._usb.hosts().items():
            wanted = "0" if closes else before.hosts.get(host, _LET_IN_ALL if plan is None and before.hosts else value)
            if value is not None and wanted is not None and wanted != value:
                self._usb.let_in_new(host, wanted)

    def _sort_devices(self, plan: ClosingPlan | None, before: FoundBefore) -> None:
        """Where nothing of ours was in force, whoever else shuts devices out is not interfered with."""
        if plan is not None or before != FoundBefore():
            self._usb.sort(plan)

    def _turn_units(self, plan: ClosingPlan | None, before: FoundBefore) -> None:
        closed = () if plan is None else plan.units
        masked = [unit for unit in closed if self._masks.mask(unit)]
        freed = [unit for unit in before.masked if unit not in closed and self._masks.unmask(unit)]
        if masked or freed:
            self._control.reload()
        if masked:
            self._control.stop(masked)
        again = [unit for unit in freed if unit in before.stopped]
        if again:
            self._control.start(again)

    def _turn_radios(self, plan: ClosingPlan | None, before: FoundBefore) -> None:
        closed = () if plan is None else plan.radios
        for radio in _both(closed, before.blocked):
            self._interfaces.block(radio, blocked=radio in closed)

    def _turn_interfaces(self, plan: ClosingPlan | None, before: FoundBefore) -> None:
        closed = () if plan is None else plan.closed_interfaces
        for name in _both(closed, before.switched_off):
            self._interfaces.switch(name, on=name not in closed)

    def _filter(self, plan: ClosingPlan | None) -> None:
        if plan is None:
            self._firewall.remove()
        else:
            self._firewall.load(firewall_text(plan))


def _failure(step: Callable[[], None]) -> GatewayError | None:
    """A switch that cannot be turned is no reason to leave the firewall open."""
    try:
        step()
    except GatewayError as error:
        return error
    return None


def _sha256(plan: ClosingPlan | None) -> str | None:
    return None if plan is None else plan.sha256


def _both(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
