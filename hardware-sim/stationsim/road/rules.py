"""What the administration finds wrong with an order: pure, but for the signatures, which are asked for."""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stationsim.model.road import RoadModel

ACCEPTED, INVALID = 0, 400
_WANTED = ("plate", "operator", "station", "department", "route", "issued_ms", "departure_ms")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` 0: it may be taken."""

    code: int
    message: str


def judge(order: dict[str, Any], model: RoadModel, now_ms: int) -> Verdict:
    """All but its signatures."""
    return next(_faults(order, model, now_ms), Verdict(ACCEPTED, "accepted"))


def _faults(order: dict[str, Any], model: RoadModel, now_ms: int) -> Iterator[Verdict]:
    for member in _WANTED:
        if member not in order:
            yield Verdict(INVALID, f"{member} is missing")
    for member in ("issued_ms", "departure_ms"):
        if type(order.get(member)) is not int:
            yield Verdict(INVALID, f"{member} is no whole number of milliseconds")
    if model.window is not None and abs(now_ms - int(order["issued_ms"])) > model.window:
        yield Verdict(INVALID, "time error: issued_ms is too far from the server's clock")
    known = {30001: ("operator", model.operators), 30004: ("department", model.departments)}
    known |= {30005: ("station", model.stations), 30006: ("route", model.routes)}
    for code, (member, registered) in known.items():
        if registered and order[member] not in registered:
            yield Verdict(code, f"{member} {order[member]!r} is not registered")
    images = order.get("images", [])
    if not isinstance(images, list):
        yield Verdict(INVALID, "images is no list")
        return
    for image in images:
        if (fault := _image_fault(image, model.image)) is not None:
            yield Verdict(INVALID, f"image {fault}")


def _image_fault(image: Any, most: int) -> str | None:
    try:
        content = base64.b64decode(image["content"], validate=True)
        if hashlib.sha256(content).hexdigest() != image["sha256"].lower():
            return f"{image['name']}: sha256 is not its content's"
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        return f"cannot be read: {error!r}"
    return f"{image['name']}: {len(content)} bytes, at most {most}" if len(content) > most else None
