"""`device:` at a link or an instrument: what a device cannot do, as far as the gateway cannot find it out by itself.
On a serial line that key is the path of the port: there it is said at each instrument.

What stands at the instrument wins over what stands at its link; what stands at neither is the protocol's own limit, and
what the gateway learns of the device is never more than what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from gateway.config.section import Flag, Section, Whole
from gateway.config.units import Duration, within

MOST_REGISTERS = 125
"""Modbus application protocol 1.1b3, 6.3: the most that one request may ask for."""


class DeviceLimits(Section):
    """Every key is `None` where it is not written."""

    max_registers: Annotated[Whole, Field(ge=1, le=MOST_REGISTERS)] | None = None
    """The most registers that it answers at once."""
    bridge_gaps: Flag | None = None
    """Whether registers that nobody wants may be read along with those around them."""
    after_connect: Annotated[Duration, AfterValidator(within("0ms", "60s"))] | None = None
    """How long it is deaf after a connection to it was opened."""
    retries: Annotated[Whole, Field(ge=0, le=5)] | None = None
    """How often a question that was not answered is asked again within the same period."""
    transaction_id: Literal["check", "ignore"] | None = None
    """ignore: it does not repeat the number of the question in its answer."""
    write: Literal["single", "multiple"] | None = None
    """multiple: it takes functions 15 and 16 for a write, and not 5 and 6."""


@dataclass(frozen=True, slots=True)
class DeviceTraits:
    """What holds for a device once its link and itself have been asked. `after_connect_s`: `None` is found out."""

    max_registers: int = MOST_REGISTERS
    bridges_gaps: bool = True
    after_connect_s: float | None = None
    retries: int = 1
    ignores_number: bool = False
    writes_multiple: bool = False


def limits_of(link: object) -> DeviceLimits | None:
    """What a link says of all devices on it."""
    said = getattr(link, "device", None)
    return said if isinstance(said, DeviceLimits) else None


def traits_of(*levels: DeviceLimits | None) -> DeviceTraits:
    """The most general level first; what a later one says wins."""
    traits = DeviceTraits()
    for level in levels:
        if level is not None:
            traits = replace(traits, **_said(level))
    return traits


def _said(level: DeviceLimits) -> dict[str, Any]:
    found = {
        "max_registers": level.max_registers,
        "bridges_gaps": level.bridge_gaps,
        "after_connect_s": None if level.after_connect is None else level.after_connect.total_seconds(),
        "retries": level.retries,
        "ignores_number": None if level.transaction_id is None else level.transaction_id == "ignore",
        "writes_multiple": None if level.write is None else level.write == "multiple",
    }
    return {name: value for name, value in found.items() if value is not None}
