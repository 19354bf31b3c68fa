"""Where a value stands in a Modbus unit: `holding:100`, `input:2`, `coil:5`, `discrete:1`, a bit `holding:10.3`,
the upper or lower byte `holding:10.high`, `holding:10.low`.

Zero-based, as on the wire. Datasheet numbers are accepted as `4x:40001` (= `holding:0`), `3x:30001`, `1x:10001`,
`0x:1`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator


class Space(StrEnum):
    """The four tables of a unit; addresses in one mean nothing in another."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def holds_bits(self) -> bool:
        return self in (Space.COIL, Space.DISCRETE)


@dataclass(frozen=True, slots=True)
class Address:
    """`number` is zero-based; `bit` counts from the least significant, None when no bit is meant; `byte` is "high" or
    "low" when half of the register is."""

    space: Space
    number: int
    bit: int | None = None
    byte: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.bit is None and self.byte is None

    @property
    def shift(self) -> int:
        """How far above the register's least significant bit its own begins."""
        return (self.bit or 0) + (8 if self.byte == "high" else 0)


_TEXT = re.compile(r"(?P<space>[a-z0-9]+):(?P<number>\d+)(\.((?P<bit>\d+)|(?P<byte>high|low)))?")
_DATASHEET = {"0x": (Space.COIL, 0), "1x": (Space.DISCRETE, 1), "3x": (Space.INPUT, 3), "4x": (Space.HOLDING, 4)}


def parse_address(text: str) -> Address:
    """Raises ValueError with what would be right."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is not a register; write space:number, such as holding:100, holding:10.3 or holding:10.high"
        )
    name, digits = match["space"], match["number"]
    if name in _DATASHEET:
        space, number = _from_datasheet(name, digits)
    elif name in list(Space):
        space, number = Space(name), int(digits)
    else:
        raise ValueError(f"{name!r} is not a register space; one of holding, input, coil, discrete (or 4x, 3x, 0x, 1x)")
    bit = None if match["bit"] is None else int(match["bit"])
    if not 0 <= number <= 0xFFFF:
        raise ValueError(f"{text!r} is outside 0 to 65535")
    if bit is not None and (space.holds_bits or bit > 15):
        raise ValueError(f"{text!r}: only a holding or input register has bits, 0 to 15")
    if match["byte"] is not None and space.holds_bits:
        raise ValueError(f"{text!r}: only a holding or input register has a high and a low byte")
    return Address(space, number, bit, match["byte"])


def _from_datasheet(name: str, digits: str) -> tuple[Space, int]:
    """Datasheets count from 1 and prefix the table's digit, in 5 or 6 places: 40001 and 400001 are both the first."""
    space, prefix = _DATASHEET[name]
    places = 100_000 if int(digits) >= 100_000 else 10_000
    number = int(digits) - prefix * places - 1
    if number < 0:
        raise ValueError(f"'{name}:{digits}' is not a datasheet number; the first one is {name}:{prefix * 10_000 + 1}")
    return space, number


def _accept(value: Any) -> Any:
    return parse_address(value) if isinstance(value, str) else value


AddressField = Annotated[Address, BeforeValidator(_accept)]
