"""What the declaration closes, and what it leaves open: pure.

With `undeclared: violation` whatever is not declared is closed, too: doors to which nobody was let in, USB sockets that
nobody named. With `undeclared: warning` only what was declared locked or unused is. What can only be watched (a card
reader, a screen's cable, a neighbour's door) is closed by nothing here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gateway.config.ports.port import PortSettings
from gateway.config.ports.watching import PortsPolicy, Undeclared
from gateway.core.journal_entry import canonical
from gateway.core.ports import PortKind, PortState

_USB_DEVICE = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}", re.ASCII)
LOCAL_LOGINS = (*(f"getty@tty{number}.service" for number in range(1, 7)), "autovt@.service")
"""What asks for a name and a password at a screen and a keyboard: Debian's first six, and the one that makes others."""


@dataclass(frozen=True, slots=True, order=True)
class ListenerDoor:
    """A door of the box. `sources`: the networks that are let in; none: everybody. Of a closed one there are none."""

    protocol: str
    number: int
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.protocol}:{self.number}"


@dataclass(frozen=True, slots=True, order=True)
class OpenSocket:
    """A USB socket in use. `device`: VENDOR:PRODUCT, which alone is let in there; `None`: anything."""

    place: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """What is to be closed. `interfaces`: wired and wireless ones that carry nothing; `radios`: what sends nothing, by
    the interface or the adapter; `units`: what is neither started nor asked for."""

    closes_undeclared: bool
    open_doors: tuple[ListenerDoor, ...]
    closed_doors: tuple[ListenerDoor, ...]
    open_sockets: tuple[OpenSocket, ...]
    closed_sockets: tuple[str, ...]
    interfaces: tuple[str, ...]
    radios: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """By which the journal and the report name it."""
        return hashlib.sha256(canonical(asdict(self)).encode()).hexdigest()

    @property
    def closed_interfaces(self) -> tuple[str, ...]:
        """Wired ones, and the wireless of radios that may not send; Bluetooth's have none."""
        return (*self.interfaces, *(radio for radio in self.radios if not radio.startswith("hci")))

    def lets_in(self, place: str, device: str | None, *, is_hub: bool) -> bool:
        """Whether a device may be used at a socket of the USB tree. `device`: its VENDOR:PRODUCT. A hub is let in where
        it leads to a socket in use."""
        for socket in self.open_sockets:
            if socket.place == place:
                return socket.device in (None, device)
            if is_hub and is_below(socket.place, place):
                return True
        if self.closes_undeclared:
            return False
        return not any(closed == place or is_below(place, closed) for closed in self.closed_sockets)


def is_below(place: str, hub: str) -> bool:
    """Whether a USB socket is one of a hub that is plugged in at `hub`, or of one behind that."""
    return place.startswith(f"{hub}.")


def plan_of(ports: Sequence[PortSettings], policy: PortsPolicy) -> ClosingPlan:
    """What this declaration closes: the same for the same declaration in another order."""
    used = [port for port in ports if port.state is PortState.USED]
    closed = [port for port in ports if port.state is not PortState.USED]
    return ClosingPlan(
        closes_undeclared=policy.undeclared is Undeclared.VIOLATION,
        open_doors=tuple(sorted(_door(port) for port in _of(used, PortKind.LISTEN))),
        closed_doors=tuple(sorted(_door(port, is_closed=True) for port in _of(closed, PortKind.LISTEN))),
        open_sockets=tuple(sorted((_socket(port) for port in _of(used, PortKind.USB)), key=str)),
        closed_sockets=_places(closed, PortKind.USB),
        interfaces=_places(closed, PortKind.NET),
        radios=_places(closed, PortKind.RADIO),
        units=_units(used, closed),
    )


def plan_content(plan: ClosingPlan) -> dict[str, Any]:
    """As JSON has it."""
    return asdict(plan)


def plan_from(content: Mapping[str, Any]) -> ClosingPlan:
    """What `plan_content` wrote, read again.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is not that.
    """
    return ClosingPlan(
        closes_undeclared=content["closes_undeclared"] is True,
        open_doors=tuple(map(_door_from, content["open_doors"])),
        closed_doors=tuple(map(_door_from, content["closed_doors"])),
        open_sockets=tuple(OpenSocket(str(one["place"]), _or_none(one["device"])) for one in content["open_sockets"]),
        closed_sockets=tuple(map(str, content["closed_sockets"])),
        interfaces=tuple(map(str, content["interfaces"])),
        radios=tuple(map(str, content["radios"])),
        units=tuple(map(str, content["units"])),
    )


def _door_from(content: Mapping[str, Any]) -> ListenerDoor:
    return ListenerDoor(str(content["protocol"]), int(content["number"]), tuple(map(str, content["sources"])))


def _or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _of(ports: Iterable[PortSettings], kind: PortKind) -> list[PortSettings]:
    """Ports of the box itself; what belongs to a neighbour is not ours to close."""
    return [port for port in ports if port.id.kind is kind and port.of is None]


def _places(ports: Iterable[PortSettings], kind: PortKind) -> tuple[str, ...]:
    return tuple(sorted(port.id.place for port in _of(ports, kind)))


def _door(port: PortSettings, *, is_closed: bool = False) -> ListenerDoor:
    protocol, _, number = port.id.place.partition(":")
    return ListenerDoor(protocol, int(number), () if is_closed else tuple(sorted(map(str, port.sources))))


def _socket(port: PortSettings) -> OpenSocket:
    """`match` may be any word that tells a device; only VENDOR:PRODUCT is known before a device is let in."""
    device = None if port.match is None else port.match.lower()
    return OpenSocket(port.id.place, device if device is not None and _USB_DEVICE.fullmatch(device) else None)


def _units(used: Sequence[PortSettings], closed: Sequence[PortSettings]) -> tuple[str, ...]:
    serial = [f"serial-getty@{place}.service" for place in _places(closed, PortKind.SERIAL)]
    screens = _places(closed, PortKind.DISPLAY) + _places(closed, PortKind.KEYBOARD)
    local = LOCAL_LOGINS if screens and not _of(used, PortKind.DISPLAY) else ()
    return (*serial, *local)
