"""What must fit together across a scenario: names, registers, correlations, faults. Pure; reports everything."""

from collections.abc import Iterator
from dataclasses import dataclass

from stationsim.addresses import Address
from stationsim.encoding import ValueType, encode_integer
from stationsim.scenario import InstrumentModel, Scenario, UnitModel

Path = tuple[str | int, ...]
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` leads from the scenario's root to the place."""

    path: Path
    text: str


def problems(scenario: Scenario) -> list[Problem]:
    return [
        *_slots(scenario),
        *_names(scenario),
        *_symbols(scenario),
        *_registers(scenario),
        *_correlations(scenario),
        *_faults(scenario),
    ]


def _slots(scenario: Scenario) -> Iterator[Problem]:
    if _HOUR_MS % scenario.slot:
        yield Problem(("slot",), "does not divide an hour")
    for n, authority in enumerate(scenario.authorities):
        if authority.interval is not None and (_HOUR_MS % authority.interval or authority.interval % scenario.slot):
            yield Problem(("authorities", n, "interval"), "is not a multiple of the slot that divides an hour")
        for protocol in authority.ports.keys() - set(authority.protocols):
            yield Problem(("authorities", n, "ports", protocol), "this protocol is not among the authority's protocols")


def _names(scenario: Scenario) -> Iterator[Problem]:
    for group in ("instruments", "authorities"):
        seen: set[str] = set()
        for n, item in enumerate(getattr(scenario, group)):
            if item.name in seen:
                yield Problem((group, n, "name"), f"{item.name!r} stands twice")
            seen.add(item.name)


def _units(scenario: Scenario) -> Iterator[tuple[Path, InstrumentModel, UnitModel]]:
    for n, instrument in enumerate(scenario.instruments):
        for number, unit in instrument.units.items():
            yield ("instruments", n, "units", number), instrument, unit


def _symbols(scenario: Scenario) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, _, unit in _units(scenario):
        for symbol in unit.parameters:
            if symbol in seen:
                text = f"{symbol!r} is measured twice; a station's file has one line for each symbol"
                yield Problem((*path, "parameters", symbol), text)
            seen.add(symbol)


def _registers(scenario: Scenario) -> Iterator[Problem]:
    for path, _, unit in _units(scenario):
        places: list[tuple[tuple[str, ...], Address, ValueType]] = [
            (("parameters", symbol), p.register_, p.type) for symbol, p in unit.parameters.items()
        ]
        if unit.status is not None:
            places.append((("status",), unit.status.register_, unit.status.type))
            yield from _status_codes(path, unit)
        taken: dict[tuple[str, int, int], str] = {}
        for below, address, value_type in places:
            place = (*path, *below, "register")
            if address.number + value_type.registers > unit.size:
                yield Problem(place, f"lies outside the unit's size of {unit.size}")
            clashes = {taken[cell] for cell in _cells(address, value_type) if cell in taken}
            for other in sorted(clashes):
                yield Problem(place, f"shares a register with {other}")
            taken.update(dict.fromkeys(_cells(address, value_type), below[-1]))


def _cells(address: Address, value_type: ValueType) -> Iterator[tuple[str, int, int]]:
    """Bit by bit, so that bits may share a register and a whole register may not be shared."""
    for number in range(address.number, address.number + value_type.registers):
        for bit in range(16) if address.bit is None else (address.bit,):
            yield address.space.value, number, bit


def _status_codes(path: Path, unit: UnitModel) -> Iterator[Problem]:
    if unit.status is None:
        return
    try:
        encode_integer(unit.status.measuring, unit.status.type)
    except OverflowError as overflow:
        yield Problem((*path, "status", "measuring"), str(overflow))


def _correlations(scenario: Scenario) -> Iterator[Problem]:
    leads_to = {
        symbol: parameter.signal.correlated.symbol
        for symbol, parameter in scenario.parameters().items()
        if parameter.signal.correlated is not None
    }
    for path, _, unit in _units(scenario):
        for symbol in unit.parameters.keys() & leads_to.keys():
            place = (*path, "parameters", symbol, "signal", "correlated")
            if leads_to[symbol] not in scenario.parameters():
                yield Problem(place, f"there is no parameter {leads_to[symbol]!r}")
            elif _returns(symbol, leads_to):
                yield Problem(place, f"{symbol} depends on itself, through {leads_to[symbol]}")


def _returns(symbol: str, leads_to: dict[str, str]) -> bool:
    current: str | None = leads_to[symbol]
    for _ in leads_to:
        if current == symbol:
            return True
        current = None if current is None else leads_to.get(current)
    return False


def _faults(scenario: Scenario) -> Iterator[Problem]:
    instruments = {instrument.name: instrument for instrument in scenario.instruments}
    for n, fault in enumerate(scenario.faults):
        instrument = instruments.get(fault.instrument)
        if instrument is None:
            yield Problem(("faults", n, "instrument"), f"there is no instrument {fault.instrument!r}")
            continue
        if fault.unit is not None and fault.unit not in instrument.units:
            yield Problem(("faults", n, "unit"), f"{fault.instrument} has no unit {fault.unit}")
            continue
        if not fault.kind.shows_in_status:
            continue
        units = instrument.units.values() if fault.unit is None else [instrument.units[fault.unit]]
        for status in [unit.status for unit in units]:
            if status is None:
                yield Problem(("faults", n, "kind"), f"{fault.instrument} has a unit without a status register")
                continue
            try:
                encode_integer(fault.kind.default_code if fault.code is None else fault.code, status.type)
            except OverflowError as overflow:
                yield Problem(("faults", n, "code"), str(overflow))
