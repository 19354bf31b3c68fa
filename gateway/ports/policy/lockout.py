"""What a plan would cut off that is in use: pure. Each is refused unless a person says it explicitly.

The box stands in a cabinet, an hour's drive away: whoever closes the door through which he came in has to go there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_network

from gateway.core.phrase import Phrase
from gateway.ports.policy.plan import ClosingPlan, ListenerDoor

Address = IPv4Address | IPv6Address
_LOCAL_TERMINAL = re.compile(r"/dev/(tty[0-9]+|console)", re.ASCII)


class Lockout(StrEnum):
    """What would be cut off; the values are what `--accept` is given."""

    SESSION = "session"
    """Somebody who is logged in now."""
    SSH = "ssh"
    """The door of whoever logs in next."""
    KEYBOARD = "keyboard"
    NETWORK = "network"
    """The way to the authority."""
    DISK = "disk"
    INSTRUMENT = "instrument"
    """What a link of the configuration is read over."""
    RELAY = "relay"
    """Where the authority opens the cameras' streams."""
    MACHINE = "machine"
    """The firewall of this machine, where the box is another one, or a simulated one."""


@dataclass(frozen=True, slots=True)
class SshSession:
    """A connection to sshd that is open now. `interface`: over which it came; `None`: nobody can tell."""

    source: Address
    number: int
    interface: str | None = None


class UsbCarries(StrEnum):
    """What a device in a USB socket is used for now."""

    KEYBOARD = "keyboard"
    NETWORK = "network"
    DISK = "disk"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class UsbInUse:
    """`name`: of what it carries: an interface, a mounted disk, the link of the configuration."""

    place: str
    device: str | None
    carries: UsbCarries
    name: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is in use now. `ssh_doors`: numbers at which sshd listens to others than this box. `ways`: interfaces over
    which the box reaches more than its neighbours, or an instrument. `terminal`: at which the command was typed;
    `None`: at none. `relay`: the number at which the cameras' relay listens to others than the box; `None`: at none."""

    sessions: tuple[SshSession, ...] = ()
    ssh_doors: tuple[int, ...] = ()
    usb: tuple[UsbInUse, ...] = ()
    ways: tuple[str, ...] = ()
    terminal: str | None = None
    relay: int | None = None


@dataclass(frozen=True, slots=True)
class FoundLockout:
    """In words, with what would be right."""

    kind: Lockout
    detail: str


def lockouts(plan: ClosingPlan, now: Surroundings) -> list[FoundLockout]:
    """All of them, the worst first."""
    return [*_sessions(plan, now), *_ssh(plan, now), *_relay(plan, now), *_interfaces(plan, now), *_usb(plan, now)]


def _sessions(plan: ClosingPlan, now: Surroundings) -> Iterator[FoundLockout]:
    cut = {one.name for one in _cut_off(plan, now) if one.carries is UsbCarries.NETWORK}
    for session in dict.fromkeys(now.sessions):
        whose = Phrase(
            "the session from {source} at tcp:{number} would be cut off", source=session.source, number=session.number
        )
        if not _lets_in(plan, session):
            network = f"{session.source}/{session.source.max_prefixlen}"
            right = Phrase(
                'declare {{id: "listen:tcp:{number}", state: used, from: [{network}]}}, or a network with it',
                number=session.number,
                network=network,
            )
            yield FoundLockout(Lockout.SESSION, f"{whose}: {right}")
        elif session.interface is not None and session.interface in (*plan.closed_interfaces, *cut):
            yield FoundLockout(
                Lockout.SESSION,
                Phrase(
                    "{whose}: it came in over {interface}, which is to be closed",
                    whose=whose,
                    interface=session.interface,
                ),
            )
    if now.terminal is not None and _closes_terminal(plan, now.terminal):
        yield FoundLockout(
            Lockout.SESSION,
            Phrase(
                "you are logged in at {terminal}, where nobody could log in again: log in by ssh", terminal=now.terminal
            ),
        )


def _ssh(plan: ClosingPlan, now: Surroundings) -> Iterator[FoundLockout]:
    """One door that stays open is enough."""
    closed = [number for number in now.ssh_doors if not _is_open(plan, number)]
    if closed and len(closed) == len(now.ssh_doors):
        names = ", ".join(f"listen:tcp:{number}" for number in closed)
        yield FoundLockout(
            Lockout.SSH,
            Phrase(
                "sshd listens at {names}, which would be closed, and nobody could log in from outside any more: "
                "declare it used, with the networks that may come (from)",
                names=names,
            ),
        )


def _relay(plan: ClosingPlan, now: Surroundings) -> Iterator[FoundLockout]:
    if now.relay is not None and not _is_open(plan, now.relay):
        door = f"listen:tcp:{now.relay}"
        yield FoundLockout(
            Lockout.RELAY,
            Phrase(
                "the cameras' relay listens at {door}, which would be closed, and the authority could open no "
                "stream: declare it used, with the networks that may come (from)",
                door=door,
            ),
        )


def _interfaces(plan: ClosingPlan, now: Surroundings) -> Iterator[FoundLockout]:
    for name in plan.closed_interfaces:
        if name in now.ways:
            yield FoundLockout(
                Lockout.NETWORK, Phrase("{name} is to be closed, and what the box reaches goes over it now", name=name)
            )


def _usb(plan: ClosingPlan, now: Surroundings) -> Iterator[FoundLockout]:
    for one in _cut_off(plan, now):
        what = Phrase(
            "the device {device} would be shut out: declare the socket used, or plug it elsewhere",
            device=one.device or "there",
        )
        where = f"usb:{one.place}"
        if one.carries is UsbCarries.KEYBOARD:
            yield FoundLockout(
                Lockout.KEYBOARD, Phrase("a keyboard is in use at {where}: {what}", where=where, what=what)
            )
        elif one.carries is UsbCarries.DISK:
            yield FoundLockout(
                Lockout.DISK,
                Phrase("{name} is mounted from a disk at {where}: {what}", name=one.name, where=where, what=what),
            )
        elif one.carries is UsbCarries.SERIAL:
            yield FoundLockout(
                Lockout.INSTRUMENT,
                Phrase("the link {name} is read over {where}: {what}", name=one.name, where=where, what=what),
            )
        elif one.name in now.ways:
            yield FoundLockout(
                Lockout.NETWORK,
                Phrase(
                    "{name} is at {where}, and what the box reaches goes over it: {what}",
                    name=one.name,
                    where=where,
                    what=what,
                ),
            )


def _cut_off(plan: ClosingPlan, now: Surroundings) -> list[UsbInUse]:
    return [one for one in now.usb if not plan.lets_in(one.place, one.device, is_hub=False)]


def _lets_in(plan: ClosingPlan, session: SshSession) -> bool:
    if session.source.is_loopback:
        return True
    door = _open_door(plan, session.number)
    if door is None or not door.sources:
        return _is_open(plan, session.number)
    return any(session.source in ip_network(source) for source in door.sources)


def _is_open(plan: ClosingPlan, number: int) -> bool:
    if _open_door(plan, number) is not None:
        return True
    return not plan.closes_undeclared and ListenerDoor("tcp", number) not in plan.closed_doors


def _open_door(plan: ClosingPlan, number: int) -> ListenerDoor | None:
    return next((door for door in plan.open_doors if (door.protocol, door.number) == ("tcp", number)), None)


def _closes_terminal(plan: ClosingPlan, terminal: str) -> bool:
    name = terminal.removeprefix("/dev/")
    if f"serial-getty@{name}.service" in plan.units:
        return True
    return bool(_LOCAL_TERMINAL.fullmatch(terminal)) and "autovt@.service" in plan.units
