"""Keyboards that are no USB devices: `keyboard:isa0060/serio0`, by Bluetooth, by a program that types."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import names_in, read_text, socket_above, word, words

_INPUTS = "sys/class/input"
_INPUT = re.compile(r"input[0-9]+", re.ASCII)
_USB, _BLUETOOTH = "0003", "0005"
"""`id/bustype` (linux/input.h)."""
_TYPED = 0xFFFFFFFE
"""The keys 1 to 31, from Escape to S: a power button or a remote control has not all of them. udev's rule."""


def keyboards(root: Path) -> list[FoundPort]:
    """Each that is there; a place for one that is empty cannot be told.

    Raises:
        OSError: nobody can tell.
    """
    found: dict[str, FoundPort] = {}
    for name in names_in(root / _INPUTS):
        device = root / _INPUTS / name
        if _INPUT.fullmatch(name) and _is_keyboard(device) and not _is_by_usb(device):
            place = _place(device, name)
            found[place] = _keyboard(device, place)
    return list(found.values())


def _is_keyboard(device: Path) -> bool:
    """By the keys it has: the last word of the bit map holds the lowest of them."""
    keys = (read_text(device / "capabilities/key") or "").split()
    try:
        return bool(keys) and int(keys[-1], 16) & _TYPED == _TYPED
    except ValueError:
        return False


def _is_by_usb(device: Path) -> bool:
    return read_text(device / "id/bustype") == _USB or socket_above(device) is not None


def _place(device: Path, name: str) -> str:
    """Its physical path, which is the same after the next start; of a radio keyboard its own address."""
    if read_text(device / "id/bustype") == _BLUETOOTH:
        path = read_text(device / "uniq")
        return f"bluetooth/{(path or name).lower()}"
    path = word(re.sub(r"/input[0-9]+$", "", read_text(device / "phys") or ""))
    return path or f"program/{word(read_text(device / 'name')) or name}"


def _keyboard(device: Path, place: str) -> FoundPort:
    maker, product = (read_text(device / "id" / one) for one in ("vendor", "product"))
    identity = words(word(None if maker is None or product is None else f"{maker}-{product}".lower()))
    said = None if identity is None else identity.replace("-", ":", 1)
    return FoundPort(PortId(PortKind.KEYBOARD, place), True, said, read_text(device / "name") or "")
