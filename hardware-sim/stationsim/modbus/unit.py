"""What stands in the registers of one Modbus unit at one moment.

Measured registers are computed when they are read; nothing is stored but what a client wrote elsewhere. All registers
of one read are taken at the same moment. A measured register cannot be written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from stationsim.addresses import Address, Space
from stationsim.encoding import ByteOrder, Encoded, Encoding, ValueType, encode, encode_integer


class IllegalAddress(Exception):
    """The read or write touches a register that this unit does not have: exception 2 on the wire."""


@dataclass(frozen=True, slots=True)
class Parameter:
    symbol: str
    address: Address
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class StatusRegister:
    """`measuring` is the code it shows while nothing is wrong."""

    address: Address
    type: ValueType = ValueType.UINT16
    order: ByteOrder = ByteOrder.ABCD
    measuring: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """The wall time (UTC ms) at which registers are taken, and the code in the status register then."""

    at_ms: int
    status: int


@dataclass(frozen=True, slots=True)
class Taken:
    """The registers (or bits) of one read, and the exact values of the parameters that lie wholly within."""

    words: tuple[int, ...]
    values: Mapping[str, str]


class Unit:
    """`value(symbol, at_ms)` gives engineering values. `strict`: a read touching an unmapped register is illegal."""

    def __init__(
        self,
        parameters: Iterable[Parameter],
        status: StatusRegister | None,
        value: Callable[[str, int], float],
        *,
        size: int,
        strict: bool,
    ) -> None:
        self._parameters = tuple(parameters)
        self.status = status
        self._value = value
        self._size = size
        self._strict = strict
        self._written: dict[tuple[Space, int], int] = {}
        self._mapped = {
            (parameter.address.space, parameter.address.number + n)
            for parameter in self._parameters
            for n in range(parameter.encoding.type.registers)
        }
        if status is not None:
            self._mapped |= {(status.address.space, status.address.number + n) for n in range(status.type.registers)}

    def read(self, space: Space, start: int, count: int, moment: Moment) -> Taken:
        """Raises IllegalAddress."""
        self._require(space, start, count)
        words = [self._written.get((space, number), 0) for number in range(start, start + count)]
        values: dict[str, str] = {}
        for parameter in self._parameters:
            address = parameter.address
            end = address.number + parameter.encoding.type.registers
            if address.space is not space or end <= start or address.number >= start + count:
                continue
            encoded = encode(self._value(parameter.symbol, moment.at_ms), parameter.encoding)
            _place(words, start, address, encoded)
            if start <= address.number and end <= start + count:
                values[parameter.symbol] = encoded.value
        if self.status is not None and self.status.address.space is space:
            code = encode_integer(moment.status, self.status.type, self.status.order)
            _place(words, start, self.status.address, Encoded(code, str(moment.status)))
        return Taken(tuple(words), values)

    def write(self, space: Space, start: int, words: tuple[int, ...]) -> None:
        """Keeps the words until the simulator ends. Raises IllegalAddress, and then nothing was written."""
        self._require(space, start, len(words))
        targets = [(space, start + n) for n in range(len(words))]
        if any(target in self._mapped for target in targets):
            raise IllegalAddress(f"{space}:{start} to {start + len(words) - 1} shows a measurement")
        self._written.update(zip(targets, words, strict=True))

    def _require(self, space: Space, start: int, count: int) -> None:
        numbers = range(start, start + count)
        if numbers.stop > self._size or (self._strict and any((space, n) not in self._mapped for n in numbers)):
            raise IllegalAddress(f"{space}:{start} to {numbers.stop - 1}")


def _place(words: list[int], start: int, address: Address, encoded: Encoded) -> None:
    """Puts into a read that begins at `start` whatever part of the value falls in it; a bit leaves its neighbours."""
    for number, word in enumerate(encoded.words, address.number):
        at = number - start
        if 0 <= at < len(words):
            words[at] = word if address.bit is None else words[at] | word << address.bit
