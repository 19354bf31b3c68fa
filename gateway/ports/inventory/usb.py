"""Sockets of the USB tree, empty ones too, and what is plugged into them: `usb:1-1.2`.

A port's place is the kernel's name of it: bus, then the number of the socket at each hub. A root hub is part of the
board and no port; any other hub holds its socket as every device does. A socket for USB 3 is two ports, since it has
two sets of wires, which end at two buses: a device is at one of them, by its speed.
"""

from __future__ import annotations

import re
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import (
    USB_PLACE,
    names_in,
    names_told,
    phrases,
    read_number,
    read_text,
    word,
    words,
)

_DEVICES = "sys/bus/usb/devices"
_ROOT_HUB = re.compile(r"usb([0-9]+)", re.ASCII)
_SOCKET = re.compile(r"(?P<hub>.+)-port(?P<number>[0-9]+)", re.ASCII)
_NO_SOCKET = Phrase("not used")
"""The board's maker: the chip has such a port, and nothing leads to it."""
_MOST_SOCKETS = 255
_HID = "03"
_KEYBOARD, _MOUSE = "01", "02"
_CLASSES = {
    "01": Phrase("a sound device"),
    "02": Phrase("a modem"),
    "06": Phrase("a still camera"),
    "07": Phrase("a printer"),
    "08": Phrase("a storage device"),
    "09": Phrase("a hub"),
    "0b": Phrase("card reader"),
    "0e": Phrase("a video device"),
    "e0": Phrase("a radio adapter"),
}
"""USB-IF class codes; of the others, the driver says more. Two words at least: an event keeps them in English, and one
word alone may be a name."""


def usb_sockets(root: Path) -> list[FoundPort]:
    """Every socket and every device.

    Raises:
        OSError: nobody can tell.
    """
    folder = root / _DEVICES
    names = names_in(folder)
    plugged = {name for name in names if USB_PLACE.fullmatch(name)}
    hubs = sorted(plugged | {name for name in names if _ROOT_HUB.fullmatch(name)})
    places = plugged | {place for hub in hubs for place in _sockets_of(folder, hub)}
    return [_found(folder, place, names, is_plugged=place in plugged) for place in sorted(places, key=_by_number)]


def _sockets_of(folder: Path, hub: str) -> list[str]:
    """The places that a hub has; none, if it is no hub."""
    root_hub = _ROOT_HUB.fullmatch(hub)
    before = f"{root_hub[1]}-" if root_hub else f"{hub}."
    interface = folder / (f"{root_hub[1]}-0:1.0" if root_hub else f"{hub}:1.0")
    sockets = [match for match in map(_SOCKET.fullmatch, names_told(interface)) if match and match["hub"] == hub]
    if sockets:
        routed = [one for one in sockets if read_text(interface / one[0] / "connect_type") != _NO_SOCKET]
        return [f"{before}{int(one['number'])}" for one in routed]
    count = read_number(folder / hub / "maxchild") or 0
    return [f"{before}{number}" for number in range(1, min(count, _MOST_SOCKETS) + 1)]


def _found(folder: Path, place: str, names: list[str], *, is_plugged: bool) -> FoundPort:
    port, device = PortId(PortKind.USB, place), folder / place
    if not is_plugged:
        return FoundPort(port, is_occupied=False)
    maker, product = word(read_text(device / "idVendor")), word(read_text(device / "idProduct"))
    model = None if maker is None or product is None else f"{maker}:{product}".lower()
    serial = read_text(device / "serial")
    told = word(serial)
    identity = words(model, None if model is None or told is None else f"{model}:{told}")
    interfaces = [folder / name for name in names if name.startswith(f"{place}:")]
    detail = phrases(
        (
            phrases((read_text(device / "manufacturer"), read_text(device / "product")), " "),
            None if serial is None else Phrase("serial number {serial}", serial=serial),
            *dict.fromkeys(_does(interface) for interface in interfaces),
            *(tty for interface in interfaces for tty in _ttys(interface)),
            Phrase("not authorised") if read_text(device / "authorized") == "0" else None,
        )
    )
    return FoundPort(port, is_occupied=True, identity=identity, detail=detail)


def _does(interface: Path) -> str | None:
    """What an interface of a device is for."""
    kind = read_text(interface / "bInterfaceClass")
    if kind == _HID:
        protocol = read_text(interface / "bInterfaceProtocol")
        known = {_KEYBOARD: Phrase("a keyboard"), _MOUSE: Phrase("a mouse")}
        return known.get(protocol or "", Phrase("human interface"))
    return _CLASSES.get(kind or "")


def _ttys(interface: Path) -> list[str]:
    """The serial lines that it is, such as ttyUSB0."""
    beside = [name for name in names_told(interface) if name.startswith("tty") and name != "tty"]
    return beside + names_told(interface / "tty")


def _by_number(place: str) -> list[int]:
    return [int(part) for part in re.split(r"[-.]", place)]
