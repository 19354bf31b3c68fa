"""Disks and cards that are no USB devices: `block:mmcblk0`."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import (
    names_in,
    names_told,
    phrases,
    read_number,
    read_text,
    socket_above,
    word,
    words,
)

_BLOCKS = "sys/block"
_READERS = "sys/class/mmc_host"
_PART_OF_A_CARD = re.compile(r"mmcblk[0-9]+(boot[0-9]+|gp[0-9]+|rpmb)", re.ASCII)
_READER = re.compile(r"mmc(?P<number>[0-9]+)", re.ASCII)
_CARD = re.compile(r"mmc[0-9]+:[0-9a-f]+", re.ASCII)
_SECTOR_BYTES = 512
"""`size` counts these, whatever the disk's own sectors are."""


def blocks(root: Path) -> list[FoundPort]:
    """Every disk, card and drive, and readers in which no card is.

    Raises:
        OSError: nobody can tell.
    """
    names = [name for name in names_in(root / _BLOCKS) if _is_disk(root / _BLOCKS / name)]
    found = {name: _disk(root / _BLOCKS / name) for name in names}
    for reader in names_told(root / _READERS):
        match = _READER.fullmatch(reader)
        place = f"mmcblk{match['number']}" if match else None
        if place and place not in found and not any(map(_CARD.fullmatch, names_told(root / _READERS / reader))):
            found[place] = FoundPort(
                PortId(PortKind.BLOCK, place), is_occupied=False, detail=Phrase("no card is in the reader")
            )
    return list(found.values())


def _is_disk(block: Path) -> bool:
    """Not what is made of others or of memory: loop, ram, zram, device mapper, RAID."""
    if _PART_OF_A_CARD.fullmatch(block.name) or read_text(block / "hidden") == "1":
        return False
    return (block / "device").exists() and socket_above(block) is None


def _disk(block: Path) -> FoundPort:
    port = PortId(PortKind.BLOCK, block.name)
    sectors = read_number(block / "size")
    if sectors == 0 and read_text(block / "removable") == "1":
        return FoundPort(port, is_occupied=False, detail=Phrase("no medium is in the drive"))
    model = read_text(block / "device/model") or read_text(block / "device/name")
    serial = read_text(block / "device/serial") or read_text(block / "serial")
    size = None if sectors is None else f"{sectors * _SECTOR_BYTES / 1e9:.1f} GB"
    name, number = word(model), word(serial)
    detail = phrases((model, None if serial is None else Phrase("serial number {serial}", serial=serial), size))
    return FoundPort(port, True, words(name or number, f"{name}:{number}" if name and number else None), detail)
