"""The images of an order: each a whole picture that is what its name says, and as it is sent no larger than the
authority takes.

Only one that is larger than that is read a second time: an order's twenty photos are never in memory at once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.core.jpeg import jpeg_size
from gateway.core.order_faults import OrderFault, OrderInvalid, OrderNotNow
from gateway.core.phrase import Phrase
from gateway.core.png import png_size
from gateway.core.transport_order import OrderImage
from gateway.orders.order_json import Order, pointer
from gateway.orders.smaller_image import NotMadeSmaller

LARGEST_ORIGINAL = 20_000_000
"""Bytes of a file."""
MOST_PIXELS = 120_000_000
"""Of a picture: more than any telephone takes, and what a reader can hold in memory."""
_JPEG, _PNG = ".jpg", ".png"
_ENDINGS = {".jpg": _JPEG, ".jpeg": _JPEG, ".png": _PNG}
"""Of a file's name, in small letters → what it says that the file is."""
_SMALLEST_SHARE = 100_000
"""Bytes. Below it an order's images are not made smaller for all to fit: nobody sees anything on them."""


class ImageAbsent(Exception):
    """No file of this name came with the order. The first argument says what to do."""


ImageSource = Callable[[str], bytes]
"""The file of this name that came with the order. Raises ImageAbsent."""

MakeSmaller = Callable[[bytes, int], bytes]
"""See `SmallerImages`."""


@dataclass(frozen=True, slots=True)
class OriginalImage:
    """As it was submitted. `place`: in the order's list. `content`: `None` where it is too large to be sent so."""

    place: int
    name: str
    sha256: str
    size: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """`name` and `content`: as it is sent."""

    name: str
    original: OriginalImage
    content: bytes

    @property
    def kept(self) -> OrderImage:
        one = self.original
        return OrderImage(self.name, one.sha256, one.size, _sha256(self.content), len(self.content))

    @property
    def sent(self) -> dict[str, Any]:
        """The member of the list `images` in the document."""
        content = base64.b64encode(self.content).decode("ascii")
        return {"name": self.name, "sha256": _sha256(self.content), "content": content}


def is_image_name(name: str) -> bool:
    """Whether a file beside an order may be an image of one."""
    return _ending(name) != "" and not name.startswith(".")


def original_images(order: Order, source: ImageSource, most_bytes: int) -> list[OriginalImage]:
    """In the order's own sequence. `most_bytes`: of an image that the authority takes.

    Raises:
        OrderInvalid: one is missing, no whole picture, or not what its name says.
    """
    found, faults = [], []
    for place, one in enumerate(order.get("images", [])):
        try:
            name, content = _content(one, source)
            _check(name, content)
            kept = content if len(content) <= most_bytes else None
            found.append(OriginalImage(place, name, _sha256(content), len(content), kept))
        except _Fault as fault:
            faults.append(OrderFault(pointer("/images", place), fault.args[0]))
    faults += _twice([(one.place, one.name) for one in found])
    if faults:
        raise OrderInvalid(faults)
    return found


def load_images(
    order: Order,
    originals: Sequence[OriginalImage],
    source: ImageSource,
    most_bytes: int,
    room: int,
    make_smaller: MakeSmaller,
) -> list[LoadedImage]:
    """As they are sent. `room`: bytes of all of them that the order can have, as far as some are made smaller anyway.

    Raises:
        OrderInvalid: one is too large, and cannot be made smaller.
        OrderNotNow: not now.
    """
    large = [one for one in originals if one.content is None]
    share = (room - sum(one.size for one in originals if one.content is not None)) // max(1, len(large))
    fitting = min(most_bytes, share) if share >= _SMALLEST_SHARE else most_bytes
    loaded, faults = [], []
    for one in originals:
        if one.content is not None:
            loaded.append(LoadedImage(one.name, one, one.content))
            continue
        try:
            name, content = _content(order["images"][one.place], source)
            if _sha256(content) != one.sha256:
                raise OrderNotNow(Phrase("{name} was written to while it was read", name=name))
            loaded.append(LoadedImage(_as_jpeg(name), one, make_smaller(content, fitting)))
        except (_Fault, NotMadeSmaller) as fault:
            size = Phrase(
                "has {size:,} bytes, more than the {most:,} that the authority takes", size=one.size, most=most_bytes
            )
            faults.append(
                OrderFault(pointer("/images", one.place), Phrase("{size}, and {why}", size=size, why=fault.args[0]))
            )
    faults += _twice([(one.original.place, one.name) for one in loaded])
    if faults:
        raise OrderInvalid(faults)
    return loaded


class _Fault(Exception):
    """The first argument says what is wrong."""


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


def _check(name: str, content: bytes) -> None:
    told = _ENDINGS.get(_ending(name))
    if told is None:
        raise _Fault(Phrase("{name} has none of the endings {endings}", name=name, endings=", ".join(_ENDINGS)))
    if len(content) > LARGEST_ORIGINAL:
        raise _Fault(Phrase("is larger than {most:,} bytes", most=LARGEST_ORIGINAL))
    as_jpeg, as_png = jpeg_size(content), png_size(content)
    size = as_jpeg or as_png
    if size is None:
        raise _Fault(Phrase("is no whole picture: a JPEG or PNG file is"))
    found = _PNG if as_jpeg is None else _JPEG
    if found != told:
        raise _Fault(
            Phrase("{name} is named {told} and is a picture of the kind {found}", name=name, told=told, found=found)
        )
    if size.width * size.height > MOST_PIXELS:
        raise _Fault(
            Phrase(
                "has {width:,} × {height:,} pixels, more than {most:,} in all",
                width=size.width,
                height=size.height,
                most=MOST_PIXELS,
            )
        )


def _twice(names: Sequence[tuple[int, str]]) -> list[OrderFault]:
    told = [name for _, name in names]
    return [
        OrderFault(pointer("/images", place), Phrase("has the name {name}, as another one", name=name))
        for at, (place, name) in enumerate(names)
        if name in told[:at]
    ]


def _as_jpeg(name: str) -> str:
    """Of what was made smaller: a name never says what a file is not."""
    return name if _ENDINGS[_ending(name)] == _JPEG else f"{name}{_JPEG}"


def _ending(name: str) -> str:
    return next((one for one in _ENDINGS if name.lower().endswith(one)), "")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
