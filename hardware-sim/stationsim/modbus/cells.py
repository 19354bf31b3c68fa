"""What can stand in a unit's registers: a value, a current's counts, a status, a text, a door's contact.

Nothing is stored: each is computed for the moment at which it is read. But for what each read empties.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from stationsim.addresses import Address
from stationsim.condition import Moment
from stationsim.display import Display
from stationsim.encoding import ByteOrder, Encoded, Encoding, ValueType, encode, encode_integer, saturated, words_of
from stationsim.faults import FaultKind


class Cell(Protocol):
    """`symbol` is the parameter whose value it shows, None when it shows none."""

    @property
    def address(self) -> Address: ...
    @property
    def registers(self) -> int: ...
    @property
    def symbol(self) -> str | None: ...

    def show(self, moment: Moment) -> Encoded: ...


@dataclass(frozen=True, slots=True)
class Parameter:
    symbol: str
    address: Address
    encoding: Encoding
    display: Display

    @property
    def registers(self) -> int:
        return self.encoding.type.registers

    def show(self, moment: Moment) -> Encoded:
        return encode(self.display(self.symbol, moment), self.encoding)


@dataclass(slots=True)
class Emptied:
    """A parameter that each read empties: it shows what came since the read before, heard or not."""

    symbol: str
    address: Address
    encoding: Encoding
    display: Display
    wraps_at: float | None = None
    _total: float | None = None

    @property
    def registers(self) -> int:
        return self.encoding.type.registers

    def show(self, moment: Moment) -> Encoded:
        total = self.display(self.symbol, moment)
        amount = 0.0 if self._total is None else round(total - self._total, 9)
        if amount < 0:
            amount = total if self.wraps_at is None else round(amount + self.wraps_at, 9)
        self._total = total
        return encode(amount, self.encoding)


@dataclass(frozen=True, slots=True)
class CurrentLoop:
    """A converter that counts a current: `raw` counts ↔ `current` mA ↔ `value`, all linear.

    A device at fault drives the `failure` current, if it has one, and then shows no value (NAMUR NE 43). Values are the
    nearest double of what the counts mean, since a span of counts seldom divides a decimal.
    """

    symbol: str
    address: Address
    type: ValueType
    order: ByteOrder
    raw: tuple[int, int]
    current: tuple[float, float]
    value: tuple[float, float]
    failure: float | None
    display: Display

    @property
    def registers(self) -> int:
        return self.type.registers

    def show(self, moment: Moment) -> Encoded:
        if self.failure is not None and moment.last(FaultKind.FAULT):
            counts = self._counts(_mapped(self.failure, self.current, self.raw))
            return Encoded(encode_integer(counts, self.type, self.order), None)
        counts = self._counts(_mapped(self.display(self.symbol, moment), self.value, self.raw))
        shown = _mapped(counts, self.raw, self.value)
        return Encoded(encode_integer(counts, self.type, self.order), repr(float(shown)))

    def _counts(self, exact: Fraction) -> int:
        return saturated(round(exact), self.type)


@dataclass(frozen=True, slots=True)
class StatusRegister:
    """The codes it shows; a fault of the scenario may have one of its own."""

    address: Address
    type: ValueType = ValueType.UINT16
    order: ByteOrder = ByteOrder.ABCD
    measuring: int = 0
    calibrating: int = 1
    fault: int = 2

    @property
    def registers(self) -> int:
        return self.type.registers

    @property
    def symbol(self) -> None:
        return None

    def code(self, moment: Moment) -> int:
        state = moment.state
        if state is None:
            return self.measuring
        usual = self.calibrating if state.kind is FaultKind.CALIBRATING else self.fault
        return usual if state.code is None else state.code

    def show(self, moment: Moment) -> Encoded:
        return Encoded(encode_integer(self.code(moment), self.type, self.order), None)


@dataclass(frozen=True, slots=True)
class Text:
    """Two characters in each register, the first in the high byte, padded with NUL."""

    address: Address
    text: str
    registers: int

    @property
    def symbol(self) -> None:
        return None

    def show(self, moment: Moment) -> Encoded:
        content = self.text.encode("ascii").ljust(2 * self.registers, b"\0")
        return Encoded(words_of(content, ByteOrder.ABCD), None)


@dataclass(frozen=True, slots=True)
class Door:
    """A contact that reads 1 while the maintenance door stands open."""

    address: Address
    registers: int = 1

    @property
    def symbol(self) -> None:
        return None

    def show(self, moment: Moment) -> Encoded:
        return Encoded((int(moment.last(FaultKind.DOOR) is not None),), None)


def _mapped(value: float, source: tuple[float, float], target: tuple[float, float]) -> Fraction:
    """Linear, exact."""
    first, last = Fraction(source[0]), Fraction(source[1])
    begin, end = Fraction(target[0]), Fraction(target[1])
    return begin + (Fraction(value) - first) * (end - begin) / (last - first)
