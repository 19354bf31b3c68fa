"""Ports: every place of the box, and of its neighbours, where something can be plugged in, linked or connected.

Pure: what is there now (`FoundPort`) is held against what was declared (`DeclaredPort`); what does not agree is a
`Violation`. Names and words are the contract's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class PortKind(StrEnum):
    """The first part of a port's name, and who looks there. The values are the configuration's."""

    USB = "usb"
    """A socket of the USB tree, by its place: `usb:1-1.2`."""
    SERIAL = "serial"
    """A serial port of the board itself: `serial:ttyS0`. Adapters are USB ports."""
    NET = "net"
    """A wired network interface: `net:eth1`; occupied while it has a link."""
    RADIO = "radio"
    """Wi-Fi or Bluetooth: `radio:wlan0`, `radio:hci0`; occupied while it may send."""
    DISPLAY = "display"
    """An output of the graphics card: `display:HDMI-A-1`; occupied while a screen is connected."""
    KEYBOARD = "keyboard"
    """A keyboard that is no USB device: `keyboard:isa0060/serio0`, by its physical path."""
    BLOCK = "block"
    """A disk or card that is no USB device: `block:mmcblk0`."""
    LISTEN = "listen"
    """A door of the box: `listen:tcp:22`, `listen:udp:123`; occupied while a program listens there."""
    DOOR = "tcp"
    """A neighbour's door, asked from outside: `tcp:192.168.1.10:502`; occupied while it answers."""
    SNMP = "snmp"
    """A port of a managed switch: `snmp:192.168.1.2:3`, host and ifIndex; occupied while it has a link."""
    PANEL = "panel"
    """What nobody can look at from here: `panel:datalogger-usb`. Kept as a register only."""


SEEN_FROM_OUTSIDE = (PortKind.DOOR, PortKind.SNMP)
"""Asked over the network, every `probe_every`."""


class PortState(StrEnum):
    """What a port was declared to be."""

    USED = "used"
    LOCKED = "locked"
    """Closed by configuration; anything there is a violation."""
    UNUSED = "unused"


class ViolationKind(StrEnum):
    """What does not agree with the declaration; the values are the database's, JSON's and the command line's."""

    DEVICE_IN_UNUSED = "device-in-unused"
    """Something is plugged into, or connected at, a port that is unused or locked."""
    LINK_ON_LOCKED = "link-on-locked"
    """A network interface, a radio or a switch's port that is unused or locked has a link."""
    UNDECLARED_DEVICE = "undeclared-device"
    UNDECLARED_LISTENER = "undeclared-listener"
    WRONG_DEVICE = "wrong-device"
    """A used port holds another device, or another program, than declared."""
    MISSING_DEVICE = "missing-device"
    """A used port is empty, a used door does not answer."""
    DOOR_OPEN = "door-open"
    """A door that is unused or locked is open: a program listens there, a neighbour answers."""
    POLICY_DRIFT = "policy-drift"
    """What was closed by the policy is not closed as it was applied."""


@dataclass(frozen=True, slots=True, order=True)
class PortId:
    """A port's name as people write it: `kind:place`."""

    kind: PortKind
    place: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.place}"


@dataclass(frozen=True, slots=True)
class DeclaredPort:
    """What the configuration says of one port.

    `match`: of a used port, what has to be there: `VENDOR:PRODUCT` of a USB device, the program or the unit of a
    listener. `of`: the neighbour it belongs to; `None`: the box itself. `seal`: its number by the
    configuration; the register's newest seal counts before it.
    """

    id: PortId
    state: PortState
    purpose: str | None = None
    match: str | None = None
    seal: str | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class FoundPort:
    """One port as it was seen.

    `is_occupied`: `None` where there is such a port and nobody can tell whether anything is there. `identity`: the
    words by which what is there may be declared (`match` is one of them), separated by blanks; `None`: nothing is
    there, or nobody can tell. `detail`: in words, for a person: maker, product, serial number, program, user, speed.
    `is_local`: a listener that only programs of this very box can reach, at 127.0.0.0/8 or ::1: it need not be
    declared.
    """

    id: PortId
    is_occupied: bool | None
    identity: str | None = None
    detail: str = ""
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class PortLook:
    """What one look found. `unseen`: kinds at which nobody could look, and why: their ports are neither there nor
    gone."""

    found: tuple[FoundPort, ...]
    unseen: Mapping[PortKind, str] = field(default_factory=dict)


class PortSource(Protocol):
    """Who looks at ports of some kinds."""

    def look(self) -> PortLook:
        """What is there now. Quick, and never raises: what cannot be looked at is unseen."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One port that is not as declared. `detail` is in words and may change while the violation lasts."""

    id: PortId
    kind: ViolationKind
    detail: str


class SealAct(StrEnum):
    """What was done to a seal."""

    PUT = "put"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class SealEntry:
    """One row of the seal register. `photo`: the SHA-256 of a picture; `None`: there is none."""

    at_ms: int
    act: SealAct
    port: str
    number: str
    who: str
    reason: str
    photo: str | None = None
