"""All that the box has, in one look."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from gateway.config.file.form_error import FormError
from gateway.config.ports.port_name import parse_port_id
from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind, PortLook
from gateway.ports.inventory.blocks import blocks
from gateway.ports.inventory.displays import displays
from gateway.ports.inventory.keyboards import keyboards
from gateway.ports.inventory.listeners import Listeners
from gateway.ports.inventory.network import interfaces, radios
from gateway.ports.inventory.serial_ports import serial_ports
from gateway.ports.inventory.usb import usb_sockets

BOX_KINDS = (
    PortKind.USB,
    PortKind.SERIAL,
    PortKind.NET,
    PortKind.RADIO,
    PortKind.DISPLAY,
    PortKind.KEYBOARD,
    PortKind.BLOCK,
    PortKind.LISTEN,
)
"""What can be seen from inside of the box."""


class Inventory:
    """Implements `PortSource` over the folder `root`, in which the box's `sys`, `proc` and `dev` lie.

    `declared`: ports of the configuration, some of which are told only because they are declared. A port is listed
    also while nothing is there, where its place can be known: USB sockets, outputs, interfaces. Of a keyboard, a disk
    or a listener that is gone nothing is found.
    """

    def __init__(self, root: Path, declared: Collection[PortId] = ()) -> None:
        self._root = root
        self._listeners = Listeners(root, declared)
        self._looks: dict[PortKind, Callable[[Path], list[FoundPort]]] = {
            PortKind.USB: usb_sockets,
            PortKind.SERIAL: serial_ports,
            PortKind.NET: interfaces,
            PortKind.RADIO: radios,
            PortKind.DISPLAY: displays,
            PortKind.KEYBOARD: keyboards,
            PortKind.BLOCK: blocks,
            PortKind.LISTEN: lambda _: self._listeners.look(),
        }

    def look(self) -> PortLook:
        """At all kinds, and anew at who holds each listener."""
        self._listeners.forget()
        return self.look_at(BOX_KINDS)

    def look_at(self, kinds: Collection[PortKind]) -> PortLook:
        """At these; what of them is of no kind of the box's is not looked at. A listener that was known is still held
        by whom it was held."""
        found: list[FoundPort] = []
        unseen: dict[PortKind, str] = {}
        for kind in BOX_KINDS:
            if kind in kinds:
                try:
                    self._expect_kernel(kind)
                    found += [port for port in self._looks[kind](self._root) if _can_be_named(port.id)]
                except OSError as error:
                    unseen[kind] = Phrase("nobody can look: {strerror}", strerror=error.strerror or error)
        return PortLook(tuple(found), unseen)

    def _expect_kernel(self, kind: PortKind) -> None:
        """An empty folder is none of the kernel's, and says nothing of what there is."""
        folder = self._root / ("proc" if kind is PortKind.LISTEN else "sys")
        if next(folder.iterdir(), None) is None:
            raise FileNotFoundError(Phrase("nothing is mounted at {folder}", folder=folder))


def _can_be_named(port: PortId) -> bool:
    """The kernel names things by letters, digits and signs; what is named otherwise nobody could declare."""
    try:
        return parse_port_id(str(port)) == port
    except FormError:
        return False
