"""Who is on a Modbus link, and what may their registers mean: for an integrator without a manual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.config import ByteOrder, Half, RegisterType, Table
from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent
from gateway.core.phrase import Phrase
from gateway.core.scaling import Raw
from gateway.instruments.decode import decode, text
from gateway.instruments.modbus import ModbusLink

CHUNK = 25
"""Registers asked for at once; a device that refuses them is asked one by one."""

SHORTEST_TEXT = 5
"""Characters. Numbers look like shorter ones all the time."""

_BITS = (Table.COIL, Table.DISCRETE)
SHOWN = (
    RegisterType.INT16,
    RegisterType.UINT16,
    RegisterType.INT32,
    RegisterType.UINT32,
    RegisterType.INT64,
    RegisterType.UINT64,
    RegisterType.FLOAT32,
    RegisterType.FLOAT64,
    RegisterType.BCD16,
    RegisterType.BCD32,
)
"""What is tried on every register."""
KINDS = tuple(kind for kind in RegisterType if kind not in (RegisterType.BOOL, RegisterType.STRING))
"""What can be asked for."""
_RARE = {
    RegisterType.INT24: RegisterType.INT32,
    RegisterType.SM16: RegisterType.INT16,
    RegisterType.SM32: RegisterType.INT32,
}
"""What few devices have is shown beside the usual type of the same words where it is the likelier number: nearer to
zero, `_NEARER` times at least."""
_NEARER = 16
_SWAPS = (ByteOrder.ABCD, ByteOrder.BADC)
"""What makes a difference for a single register."""


@dataclass(frozen=True, slots=True)
class UnitAnswer:
    """A unit that is there: `said` is how it answered the question for one register."""

    unit: int
    said: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words from a register on would be under a type and order."""

    kind: RegisterType
    order: ByteOrder
    number: Raw
    part: Half | None = None

    @property
    def name(self) -> str:
        """The type, and which half of the register."""
        return str(self.kind) if self.part is None else f"{self.kind} .{self.part}"


@dataclass(frozen=True, slots=True)
class FoundRegister:
    """One register or bit that the device has, and all that it may be the beginning of."""

    table: Table
    address: int
    word: int
    meanings: tuple[Meaning, ...]

    @property
    def is_bit(self) -> bool:
        """A coil or a discrete input: it means nothing but itself."""
        return self.table in _BITS


@dataclass(frozen=True, slots=True)
class FoundText:
    """Registers that may hold a serial number, as it would be with the bytes of each word as they are, and swapped;
    `None` if that makes no text."""

    table: Table
    first: int
    last: int
    straight: str | None
    swapped: str | None


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A unit, and those of the wanted registers that it has."""

    answer: UnitAnswer
    registers: list[FoundRegister]
    texts: list[FoundText]


def probe_unit(link: ModbusLink, unit: int, table: Table, address: int) -> UnitAnswer | None:
    """Ask a unit for one register; a refusal is a sign of life, too. `None` if nobody answers."""
    try:
        (word,) = link.read(unit, table, address, 1)
    except InstrumentRefused as error:
        said = str(error).partition(f"exception {error.code}")[2]
        return UnitAnswer(
            unit,
            Phrase(
                "refuses {table}:{address} (exception {code}{said})",
                table=table,
                address=address,
                code=error.code,
                said=said,
            ),
        )
    except InstrumentSilent:
        return None
    except InstrumentError as error:
        return UnitAnswer(unit, Phrase("garbled: {error}", error=error))
    return UnitAnswer(unit, Phrase("{table}:{address} is {word}", table=table, address=address, word=word))


def words_of(link: ModbusLink, unit: int, table: Table, addresses: range) -> Iterator[tuple[int, dict[int, int]]]:
    """The registers that the unit has among these, a few at a time, each time with how many were asked for.

    Raises:
        InstrumentError: the unit no longer answers.
    """
    for first in range(addresses.start, addresses.stop, CHUNK):
        chunk = range(first, min(first + CHUNK, addresses.stop))
        try:
            yield len(chunk), dict(zip(chunk, link.read(unit, table, first, len(chunk)), strict=True))
        except InstrumentRefused:
            yield len(chunk), dict(_one_by_one(link, unit, table, chunk))


def registers_in(table: Table, words: dict[int, int], kinds: Iterable[RegisterType] = SHOWN) -> list[FoundRegister]:
    """Every register with all its meanings, in the order of addresses."""
    if table in _BITS:
        return [FoundRegister(table, address, bit, ()) for address, bit in sorted(words.items())]
    wanted = tuple(kinds)
    return [
        FoundRegister(table, address, words[address], tuple(_meanings(words, address, wanted)))
        for address in sorted(words)
    ]


def texts_in(table: Table, words: dict[int, int]) -> list[FoundText]:
    """The registers in a row that hold nothing but printable characters, `SHORTEST_TEXT` at least."""
    found, run = list[FoundText](), list[int]()
    for address in [*sorted(words), None] if table not in _BITS else ():
        is_text = address is not None and text([words[address]], ByteOrder.ABCD) not in (None, "")
        if run and (address != run[-1] + 1 or not is_text):
            found += _text(table, run, words)
            run = []
        run += [address] if address is not None and is_text else []
    return found


def _text(table: Table, run: list[int], words: dict[int, int]) -> Iterator[FoundText]:
    straight, swapped = (text([words[address] for address in run], order) for order in _SWAPS)
    if len(straight or swapped or "") >= SHORTEST_TEXT:
        yield FoundText(table, run[0], run[-1], straight, swapped)


def _one_by_one(link: ModbusLink, unit: int, table: Table, addresses: range) -> Iterator[tuple[int, int]]:
    for address in addresses:
        try:
            yield address, link.read(unit, table, address, 1)[0]
        except InstrumentRefused:
            continue


def _meanings(words: dict[int, int], address: int, kinds: tuple[RegisterType, ...]) -> Iterator[Meaning]:
    for kind in kinds:
        places = range(address, address + kind.registers)
        if not words.keys() >= set(places):
            continue
        if kind.is_half:
            for part in Half:
                yield Meaning(kind, ByteOrder.ABCD, decode([words[address]], kind, ByteOrder.ABCD, part) or 0, part)
            continue
        held = [words[place] for place in places]
        for order in _SWAPS if kind.registers == 1 else ByteOrder:
            number = decode(held, kind, order)
            if number is not None:
                yield Meaning(kind, order, number)
            rare = _rarer(kind, held, order) if kinds == SHOWN else None
            if rare is not None:
                yield rare


def _rarer(usual: RegisterType, held: list[int], order: ByteOrder) -> Meaning | None:
    """What the same words are under a type that few devices have, if that is the likelier number."""
    as_usual = decode(held, usual, order)
    for kind in (kind for kind, other in _RARE.items() if other is usual and as_usual is not None):
        number = decode(held, kind, order)
        if number is not None and as_usual and _NEARER * abs(number) < abs(as_usual):
            return Meaning(kind, order, number)
    return None
