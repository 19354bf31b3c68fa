"""What the kernel tells by itself, as it happens: devices that come and go, links that begin and end; and, asked, who
listens.

What is there is never taken from it, only where a look is worth while: a message may be late or lost. But a USB device
that came is named, for it may be gone again before anybody looks. Netlink sockets of the standard library; no right is
needed.
"""

from __future__ import annotations

import logging
import re
import select
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.config.file.form_error import FormError
from gateway.config.ports.port_name import parse_port_id
from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.listener_news import ListenerNews

_log = logging.getLogger(__name__)

_DEVICES, _LINKS = 15, 0
"""Families of netlink: NETLINK_KOBJECT_UEVENT, NETLINK_ROUTE (linux/netlink.h)."""
_KERNEL_GROUP, _LINK_GROUP = 1, 1
"""The kernel's own messages of devices, not udev's of them; RTMGRP_LINK."""
_LONGEST_MESSAGE = 65536
_MOST_MESSAGES = 1000
"""At one call: whoever makes more of them waits for the next."""
_SUBSYSTEM = re.compile(rb"\0SUBSYSTEM=([a-z0-9_-]+)\0")
_OF_SUBSYSTEM = {
    b"usb": (PortKind.USB,),
    b"tty": (PortKind.USB, PortKind.SERIAL),
    b"net": (PortKind.NET, PortKind.RADIO),
    b"rfkill": (PortKind.RADIO,),
    b"bluetooth": (PortKind.RADIO,),
    b"ieee80211": (PortKind.RADIO,),
    b"drm": (PortKind.DISPLAY,),
    b"input": (PortKind.KEYBOARD,),
    b"serio": (PortKind.KEYBOARD,),
    b"block": (PortKind.BLOCK,),
    b"mmc": (PortKind.BLOCK,),
}
_TOLD_OF_DEVICES = frozenset(kind for kinds in _OF_SUBSYSTEM.values() for kind in kinds)
_TOLD_OF_LINKS = frozenset((PortKind.NET,))
_LISTENERS = frozenset((PortKind.LISTEN,))
TOLD = _TOLD_OF_DEVICES | _TOLD_OF_LINKS | _LISTENERS
"""Every kind of which the kernel tells."""


@dataclass(frozen=True, slots=True)
class ToldPorts:
    """`kinds`: those that are worth a look now, instead of at the next sweep: of which something was told since the
    last call, or of which nobody tells. `plugged`: USB devices that came since then; they may be gone."""

    kinds: frozenset[PortKind] = frozenset()
    plugged: tuple[FoundPort, ...] = ()


class PortNews(Protocol):
    """Who tells."""

    def told(self) -> ToldPorts:
        """Never waits, never raises."""

    def close(self) -> None: ...


class NoNews:
    """Of a tree that no kernel keeps: whatever is to be seen soon has to be looked at."""

    def told(self) -> ToldPorts:
        return ToldPorts(TOLD)

    def close(self) -> None:
        """Nothing is open."""


class KernelNews:
    """The running kernel's. Made in the thread that asks."""

    def __init__(self, declared: Collection[PortId] = ()) -> None:
        self._listeners = ListenerNews(declared)
        self._devices = _open(_DEVICES, _KERNEL_GROUP, "devices")
        self._links = _open(_LINKS, _LINK_GROUP, "links")
        self._arrivals = select.poll()
        for one in (self._devices, self._links):
            if one is not None:
                self._arrivals.register(one, select.POLLIN)

    def told(self) -> ToldPorts:
        """Of what cannot be listened to nothing is told: it is looked at whenever somebody asks."""
        listeners = _LISTENERS if self._listeners.has_changed() else frozenset()
        if self._arrivals.poll(0) or self._devices is None or self._links is None:
            devices = self._of_devices()
            return ToldPorts(listeners | devices.kinds | self._of_links(), devices.plugged)
        return ToldPorts(listeners)

    def close(self) -> None:
        self._listeners.close()
        for one in (self._devices, self._links):
            if one is not None:
                one.close()
        self._devices = self._links = None

    def _of_devices(self) -> ToldPorts:
        messages = None if self._devices is None else _received(self._devices)
        return ToldPorts(_TOLD_OF_DEVICES) if messages is None else told_by(messages)

    def _of_links(self) -> frozenset[PortKind]:
        if self._links is None:
            return _TOLD_OF_LINKS
        return frozenset() if _received(self._links) == [] else _TOLD_OF_LINKS


def told_by(messages: Sequence[bytes]) -> ToldPorts:
    """What messages of devices are about."""
    subsystems = (match[1] for match in map(_SUBSYSTEM.search, messages) if match)
    kinds = frozenset(kind for subsystem in subsystems for kind in _OF_SUBSYSTEM.get(subsystem, ()))
    came = (_came(message) for message in messages if PortKind.USB in kinds)
    return ToldPorts(kinds, tuple(dict.fromkeys(one for one in came if one is not None)))


def _came(message: bytes) -> FoundPort | None:
    """A USB device that was plugged in; `None`: it is about something else."""
    fields = dict(part.partition(b"=")[::2] for part in message.split(b"\0"))
    if (fields.get(b"ACTION"), fields.get(b"DEVTYPE")) != (b"add", b"usb_device"):
        return None
    try:
        port = parse_port_id(f"usb:{fields.get(b'DEVPATH', b'').rpartition(b'/')[2].decode('ascii')}")
        maker, product, _ = (int(part, 16) for part in fields.get(b"PRODUCT", b"").split(b"/"))
    except (FormError, ValueError):  # a root hub is part of the board
        return None
    return FoundPort(
        port,
        True,
        Phrase("{maker:04x}:{product:04x}", maker=maker, product=product),
        Phrase("it was there for less than a second"),
    )


def _open(family: int, group: int, what: str) -> socket.socket | None:
    try:
        one = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
    except OSError as error:
        _tell_deaf(what, error)
        return None
    try:
        one.setblocking(False)
        one.bind((0, group))
    except OSError as error:
        one.close()
        _tell_deaf(what, error)
        return None
    return one


def _tell_deaf(what: str, error: OSError) -> None:
    _log.warning(
        'the kernel cannot be listened to, ports are looked at each second what=%s error=%r needs="RestrictAddress'
        'Families with AF_NETLINK"',
        what,
        str(error),
    )


def _received(one: socket.socket) -> list[bytes] | None:
    """What lies there. `None`: some was lost, or nobody can tell."""
    found: list[bytes] = []
    for _ in range(_MOST_MESSAGES):
        try:
            message, _, _, sender = one.recvmsg(_LONGEST_MESSAGE)
        except BlockingIOError:
            break
        except OSError as error:  # ENOBUFS: they came faster than anybody read them
            _log.debug("messages of the kernel are lost error=%r", str(error))
            return None
        if _is_kernel(sender):
            found.append(message)
    return found


def _is_kernel(sender: object) -> bool:
    """The kernel sends as 0; a program cannot."""
    return not isinstance(sender, tuple) or sender[0] == 0
