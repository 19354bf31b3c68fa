"""What stands where in a Modbus unit: nothing outside it, nothing on top of another, codes that fit their type."""

from collections.abc import Iterator

from stationsim.addresses import Address
from stationsim.consistency.problem import Problem
from stationsim.encoding import encode_integer
from stationsim.model import Scenario
from stationsim.model.base import Path
from stationsim.profiles.modbus import StatusModel, UnitModel, UnitsModel


def register_problems(scenario: Scenario) -> Iterator[Problem]:
    for n, instrument in enumerate(scenario.instruments):
        if isinstance(instrument, UnitsModel):
            for number, unit in instrument.units.items():
                path: Path = ("instruments", n, "units", number)
                yield from _overlaps(path, unit)
                if unit.status is not None:
                    yield from _codes(path, unit.status)


def _places(unit: UnitModel) -> Iterator[tuple[Path, str, Address, int]]:
    """Path within the unit, what a reader would call it, where it begins, how many registers it takes."""
    for symbol, parameter in unit.parameters.items():
        yield ("parameters", symbol, "register"), symbol, parameter.register_, parameter.type.registers
    if unit.identity is not None:
        yield ("identity", "register"), "identity", unit.identity.register_, unit.identity.registers
    if unit.door is not None:
        yield ("door",), "door", unit.door, 1
    if unit.sampler is not None:
        for name in ("start", "count", "state"):
            address = getattr(unit.sampler, name)
            if address is not None:
                yield ("sampler", name), f"the sampler's {name}", address, 1
    if unit.valves is not None:
        for name in ("zero", "span"):
            address = getattr(unit.valves, name)
            if address is not None:
                yield ("valves", name), f"the {name} valve", address, 1
    if unit.status is not None:
        yield ("status", "register"), "status", unit.status.register_, unit.status.type.registers


def _overlaps(path: Path, unit: UnitModel) -> Iterator[Problem]:
    taken: dict[tuple[str, int, int], str] = {}
    for below, name, address, registers in _places(unit):
        place = (*path, *below)
        if address.number + registers > unit.size:
            yield Problem(place, f"lies outside the unit's size of {unit.size}")
        clashes = {taken[cell] for cell in _cells(address, registers) if cell in taken}
        for other in sorted(clashes):
            yield Problem(place, f"shares a register with {other}")
        taken.update(dict.fromkeys(_cells(address, registers), name))


def _cells(address: Address, registers: int) -> Iterator[tuple[str, int, int]]:
    """Bit by bit, so that bits and bytes may share a register and a whole register may not be shared."""
    if address.byte is not None:
        bits = range(address.shift, address.shift + 8)
    else:
        bits = range(16) if address.bit is None else range(address.bit, address.bit + 1)
    for number in range(address.number, address.number + registers):
        for bit in bits:
            yield address.space.value, number, bit


def _codes(path: Path, status: StatusModel) -> Iterator[Problem]:
    for name in ("measuring", "calibrating", "fault"):
        try:
            encode_integer(getattr(status, name), status.type)
        except OverflowError as overflow:
            yield Problem((*path, "status", name), str(overflow))
