"""Outputs of the graphics card: `display:HDMI-A-1`."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import names_in, phrases, plain_text, read_bytes, read_text, words

_CARDS = "sys/class/drm"
_OUTPUT = re.compile(r"card[0-9]+-(?P<name>[A-Za-z0-9-]+)", re.ASCII)
_WRITEBACK = "Writeback"
"""No output: the card writes the picture back into memory."""
_CONNECTED = {"connected": True, "disconnected": False}
_EDID_BYTES = 128
_EDID_BEGIN = bytes.fromhex("00ffffffffffff00")
_DESCRIPTORS = range(54, 126, 18)
_NAME = b"\x00\x00\x00\xfc\x00"


def displays(root: Path) -> list[FoundPort]:
    """Every output, with a screen or without one.

    Raises:
        OSError: nobody can tell.
    """
    found: dict[str, FoundPort] = {}
    for folder in names_in(root / _CARDS):
        match = _OUTPUT.fullmatch(folder)
        if match is not None and not match["name"].startswith(_WRITEBACK):
            place = match["name"] if match["name"] not in found else folder
            found[place] = _output(root / _CARDS / folder, place)
    return list(found.values())


def _output(output: Path, place: str) -> FoundPort:
    port = PortId(PortKind.DISPLAY, place)
    connected = _CONNECTED.get(read_text(output / "status") or "")
    if not connected:
        return FoundPort(port, connected)
    edid = read_bytes(output / "edid", _EDID_BYTES) or b""
    if len(edid) < _EDID_BYTES or not edid.startswith(_EDID_BEGIN):
        return FoundPort(port, is_occupied=True, detail=Phrase("a screen"))
    return FoundPort(port, True, words(_model(edid)), phrases((Phrase("a screen"), _monitor_name(edid)), " "))


def _model(edid: bytes) -> str:
    """Maker and product, as VESA's E-EDID has them in bytes 8 to 11. Worked: `10 ac a3 40` is `DEL40A3`."""
    maker = int.from_bytes(edid[8:10], "big")
    letters = "".join(chr(ord("@") + (maker >> shift & 0x1F)) for shift in (10, 5, 0))
    product = int.from_bytes(edid[10:12], "little")
    return f"{letters if letters.isalpha() else 'unknown'}{product:04X}"


def _monitor_name(edid: bytes) -> str | None:
    for at in _DESCRIPTORS:
        if edid[at : at + 5] == _NAME:
            return plain_text(edid[at + 5 : at + 18].decode("latin-1").partition("\n")[0])
    return None
