"""What stands in the registers of one Modbus unit at one moment.

Measured registers are computed when they are read; nothing is stored but what a client wrote elsewhere. All registers
of one read are taken at the same moment. A register that shows something cannot be written, but for a sampler's start
and valves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stationsim.addresses import Address, Space
from stationsim.condition import Moment
from stationsim.display import Display
from stationsim.encoding import Encoded
from stationsim.modbus.cells import Cell, StatusRegister
from stationsim.modbus.sampler import Sampler
from stationsim.modbus.valves import Valves


class IllegalAddress(Exception):
    """The read or write touches a register that this unit does not have: exception 2 on the wire."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The registers (or bits) of one read, and the exact values of the parameters that lie wholly within."""

    words: tuple[int, ...]
    values: Mapping[str, str]


class Unit:
    """`strict`: a read touching an unmapped register is illegal."""

    def __init__(
        self,
        cells: Iterable[Cell],
        status: StatusRegister | None = None,
        sampler: Sampler | None = None,
        valves: tuple[Valves, Display] | None = None,
        *,
        size: int,
        strict: bool,
    ) -> None:
        self._cells: tuple[Cell, ...] = (
            *cells,
            *(sampler.cells() if sampler else ()),
            *(valves[0].cells() if valves else ()),
            *((status,) if status else ()),
        )
        self._status = status
        self._sampler = sampler
        self._valves = valves
        self._size = size
        self._strict = strict
        self._written: dict[tuple[Space, int], int] = {}
        self._mapped = {
            (cell.address.space, cell.address.number + n) for cell in self._cells for n in range(cell.registers)
        }

    def status(self, moment: Moment) -> int | None:
        """The code in the status register, None without one."""
        return None if self._status is None else self._status.code(moment)

    def read(self, space: Space, start: int, count: int, moment: Moment) -> Taken:
        """Raises IllegalAddress."""
        self._require(space, start, count)
        words = [self._written.get((space, number), 0) for number in range(start, start + count)]
        values: dict[str, str] = {}
        for cell in self._cells:
            address, end = cell.address, cell.address.number + cell.registers
            if address.space is not space or end <= start or address.number >= start + count:
                continue
            encoded = cell.show(moment)
            _place(words, start, address, encoded)
            whole = start <= address.number and end <= start + count
            if whole and cell.symbol is not None and encoded.value is not None:
                values[cell.symbol] = encoded.value
        return Taken(tuple(words), values)

    def write(self, space: Space, start: int, words: tuple[int, ...], moment: Moment) -> int | None:
        """The number of the sample that it started, if any. What is written elsewhere stays until the simulator ends.

        Raises IllegalAddress, and then nothing was written.
        """
        self._require(space, start, len(words))
        targets = {(space, start + n): word for n, word in enumerate(words)}
        command = None
        if self._sampler is not None:
            command = targets.pop((self._sampler.start.space, self._sampler.start.number), None)
        opened = {valve: targets.pop(place) for place in tuple(targets) if (valve := self._valve(*place)) is not None}
        if any(target in self._mapped for target in targets):
            raise IllegalAddress(f"{space}:{start} to {start + len(words) - 1} shows a measurement")
        self._written.update(targets)
        if self._valves is not None:
            for valve, word in opened.items():
                self._valves[0].command(valve, word, moment, self._valves[1])
        return None if self._sampler is None or command is None else self._sampler.command(command, moment)

    def _valve(self, space: Space, number: int) -> Address | None:
        return None if self._valves is None else self._valves[0].at(space, number)

    def _require(self, space: Space, start: int, count: int) -> None:
        numbers = range(start, start + count)
        if numbers.stop > self._size or (self._strict and any((space, n) not in self._mapped for n in numbers)):
            raise IllegalAddress(f"{space}:{start} to {numbers.stop - 1}")


def _place(words: list[int], start: int, address: Address, encoded: Encoded) -> None:
    """Puts into a read that begins at `start` what of the value falls in it; a bit or byte leaves its neighbours."""
    for number, word in enumerate(encoded.words, address.number):
        at = number - start
        if 0 <= at < len(words):
            words[at] = word if address.is_whole else words[at] | word << address.shift
