"""The images of an order: each a whole picture, and no larger than the authority takes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.core.jpeg import jpeg_size
from gateway.core.order_faults import OrderFault, OrderInvalid
from gateway.core.phrase import Phrase
from gateway.core.transport_order import OrderImage
from gateway.orders.order_json import Order, pointer

LARGEST_ORIGINAL = 20_000_000
"""Bytes of a file."""
_PNG = b"\x89PNG\r\n\x1a\n"


class ImageAbsent(Exception):
    """No file of this name came with the order. The first argument says what to do."""


ImageSource = Callable[[str], bytes]
"""The file of this name that came with the order. Raises ImageAbsent."""


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """`content`: as it is sent."""

    name: str
    original: bytes
    content: bytes

    @property
    def kept(self) -> OrderImage:
        return OrderImage(
            self.name, _sha256(self.original), len(self.original), _sha256(self.content), len(self.content)
        )

    @property
    def sent(self) -> dict[str, Any]:
        """The member of the list `images` in the document."""
        content = base64.b64encode(self.content).decode("ascii")
        return {"name": self.name, "sha256": _sha256(self.content), "content": content}


def load_images(order: Order, source: ImageSource, most_bytes: int) -> list[LoadedImage]:
    """In the order's own sequence. `most_bytes`: of an image that the authority takes.

    Raises:
        OrderInvalid: one is missing, no whole picture, or too large.
    """
    loaded, faults = [], []
    listed = order.get("images", [])
    for place, one in enumerate(listed):
        path = pointer("/images", place)
        try:
            name, content = _content(one, source)
            loaded.append(LoadedImage(name, content, _fitting(content, most_bytes)))
        except _Fault as fault:
            faults.append(OrderFault(path, fault.why))
    names = [one.name for one in loaded]
    faults += [
        OrderFault(pointer("/images", place), Phrase("has the name {name}, as another one", name=name))
        for place, name in enumerate(names)
        if name in names[:place]
    ]
    if faults:
        raise OrderInvalid(faults)
    return loaded


class _Fault(Exception):
    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


def _content(one: Any, source: ImageSource) -> tuple[str, bytes]:
    if isinstance(one, str):
        try:
            return one, source(one)
        except ImageAbsent as absent:
            raise _Fault(absent.args[0]) from None
    try:
        return one["name"], base64.b64decode(one["content"], validate=True)
    except (binascii.Error, ValueError):
        raise _Fault(Phrase("{name}: its content is not base64", name=one["name"])) from None


def _fitting(content: bytes, most_bytes: int) -> bytes:
    if len(content) > LARGEST_ORIGINAL:
        raise _Fault(Phrase("is larger than {most:,} bytes", most=LARGEST_ORIGINAL))
    if jpeg_size(content) is None and not is_whole_png(content):
        raise _Fault(Phrase("is no whole picture: a JPEG or PNG file is"))
    if len(content) > most_bytes:
        raise _Fault(
            Phrase(
                "has {size:,} bytes, more than the {most:,} that the authority takes",
                size=len(content),
                most=most_bytes,
            )
        )
    return content


def is_whole_png(content: bytes) -> bool:
    """Every chunk lies within the file and is what was written, and the last is its end."""
    if not content.startswith(_PNG):
        return False
    at, first = len(_PNG), True
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 8 + length
        if end + 4 > len(content) or zlib.crc32(content[at + 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
            return False
        if first and kind != b"IHDR":
            return False
        if kind == b"IEND":
            return True
        at, first = end + 4, False
    return False


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
