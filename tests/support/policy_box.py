"""A simulated box with a policy: its switches are files, its firewall a text in memory, its power can be cut."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.ports.policy.plan import ClosingPlan
from gateway.ports.policy.read_back import Deviation, seen_by_anybody, seen_by_root
from gateway.ports.policy.state_folder import StateFolder
from gateway.ports.policy.steps import PolicySteps
from stationsim.box import SimulatedBox
from tests.support.clock import FakeClock


class PowerCut(BaseException):
    """Nothing of ours runs any further."""


class FakeFirewall:
    """Implements `gateway.ports.policy.firewall.Firewall`. `refuses`: what it says to the next text."""

    def __init__(self) -> None:
        self.table: str | None = None
        self.refuses: Exception | None = None

    def check(self, text: str) -> None:
        pass

    def load(self, text: str) -> None:
        sys.audit("policy.firewall", "load")
        if self.refuses is not None:
            refusal, self.refuses = self.refuses, None
            raise refusal
        self.table = text

    def remove(self) -> None:
        sys.audit("policy.firewall", "remove")
        self.table = None

    def listing(self) -> str | None:
        return self.table


class FakeUnits:
    """Implements `gateway.ports.policy.units.UnitControl`."""

    def __init__(self) -> None:
        self.active = {"serial-getty@ttyS0.service", "getty@tty1.service"}

    def running(self, units: object) -> list[str]:
        assert isinstance(units, list)
        return [unit for unit in units if unit in self.active]

    def reload(self) -> None:
        sys.audit("policy.units", "reload")

    def stop(self, units: object) -> None:
        assert isinstance(units, list)
        self.active -= set(units)

    def start(self, units: object) -> None:
        assert isinstance(units, list)
        self.active |= set(units)


_SWITCHES = (
    "bus/usb/devices/*/authorized",
    "bus/usb/devices/*/authorized_default",
    "class/net/*/flags",
    "class/rfkill/*/soft",
)


class PolicyBox:
    """An adapter in socket 1-1.2, a stick in 1-1.3; the box has been up for an hour."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FakeClock(mono_s=3600.0)
        self.firewall, self.units = FakeFirewall(), FakeUnits()
        self.watched: list[int] = []
        self.boots = 1
        box = SimulatedBox(root)
        box.plug("1-1.2", "rs485")
        box.plug("1-1.3", "stick")
        switches = [one for pattern in _SWITCHES for one in (root / "sys").glob(pattern)]
        self._as_made = {switch: switch.read_text() for switch in switches}

    def begin_anew(self) -> None:
        """As if it had just been made: nothing was ever applied."""
        shutil.rmtree(self.root / "var", ignore_errors=True)
        self._switch_on()
        self.clock.mono_s = 3600.0

    def _switch_on(self) -> None:
        shutil.rmtree(self.root / "run", ignore_errors=True)
        for switch, value in self._as_made.items():
            switch.write_text(value)
        self.firewall.table, self.firewall.refuses = None, None
        self.units = FakeUnits()

    @property
    def folder(self) -> StateFolder:
        return StateFolder(self.root)

    @property
    def steps(self) -> PolicySteps:
        """As a process of its own would make it."""
        return PolicySteps(
            self.folder, self.firewall, self.units, self.clock, f"boot-{self.boots}", self.watched.append
        )

    def put_in_force(self, plan: ClosingPlan) -> None:
        self.steps.apply(plan, "an")
        self.steps.confirm("an")

    def start_anew(self) -> None:
        """The power was gone: what is kept is on the card, everything else is as the kernel and the hardware begin."""
        self._switch_on()
        self.boots += 1
        self.clock.mono_s = 5.0
        self.clock.wall_ms += 60_000
        self.steps.keep()

    def deviations(self, plan: ClosingPlan) -> list[Deviation]:
        in_force = self.steps._enforcer.in_force()  # noqa: SLF001
        return [*seen_by_anybody(self.folder, plan), *seen_by_root(self.firewall, in_force, plan)]

    def is_open(self) -> bool:
        """Whether nothing of ours closes anything."""
        usb = self.root / "sys/bus/usb/devices"
        return (
            self.firewall.table is None
            and {(one / "authorized").read_text().strip() for one in usb.glob("[0-9]*-[0-9]*") if ":" not in one.name}
            == {"1"}
            and {(host / "authorized_default").read_text().strip() for host in usb.glob("usb*")} == {"1"}
            and (self.root / "sys/class/net/eth1/flags").read_text().strip() == "0x1003"
            and (self.root / "sys/class/rfkill/rfkill0/soft").read_text().strip() == "0"
            and not list((self.root / "run").glob("udev/rules.d/*"))
            and not list((self.root / "run").glob("systemd/system/*"))
            and self.units.active == {"serial-getty@ttyS0.service", "getty@tty1.service"}
        )


class _Cut:
    """What happens to files below a folder is counted, and cut off before the n-th."""

    def __init__(self) -> None:
        self.root: Path | None = None
        self.left = 0
        self.count = 0
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.root is None or event not in _CHANGES:
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & 3):
            return
        if event.startswith("policy.") or str(self.root) in str(arguments[0]):
            self.count += 1
            if self.count == self.left:
                self.root = None
                raise PowerCut


_CHANGES = ("open", "os.rename", "os.remove", "os.symlink", "os.mkdir", "policy.firewall", "policy.units")
_CUT: list[_Cut] = []


@contextmanager
def cut_before(step: int, root: Path) -> Iterator[_Cut]:
    """The power goes before the `step`-th change below `root`, if there are so many. `count` is how many there were."""
    if not _CUT:
        _CUT.append(_Cut())  # a hook stays for ever
    cut = _CUT[0]
    cut.root, cut.left, cut.count = root, step, 0
    try:
        yield cut
    except PowerCut:
        pass
    finally:
        cut.root = None
