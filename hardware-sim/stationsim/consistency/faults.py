"""Faults befall instruments that there are, and only in ways in which their protocol can go wrong."""

from collections.abc import Iterator

from stationsim.consistency.problem import Problem
from stationsim.encoding import encode_integer
from stationsim.faults import FaultKind
from stationsim.model import FaultModel, Scenario
from stationsim.profiles import InstrumentModel
from stationsim.profiles.modbus import UnitModel, UnitsModel


def fault_problems(scenario: Scenario) -> Iterator[Problem]:
    instruments = {instrument.name: instrument for instrument in scenario.instruments}
    for n, fault in enumerate(scenario.faults):
        instrument = instruments.get(fault.instrument)
        if instrument is None:
            yield Problem(("faults", n, "instrument"), f"there is no instrument {fault.instrument!r}")
            continue
        for key, text in _misfits(fault, instrument):
            yield Problem(("faults", n, key), text)
    yield from _unpluggings(scenario)


def _misfits(fault: FaultModel, instrument: InstrumentModel) -> Iterator[tuple[str, str]]:
    """The key of the fault that does not fit, and why."""
    if fault.unit is not None and fault.unit not in instrument.unit_numbers():
        yield "unit", f"{instrument.name} has no unit {fault.unit}"
        return
    if fault.unit is not None and fault.kind is FaultKind.UNPLUG:
        yield "unit", "a plug belongs to the whole instrument"
    if fault.symbol is not None and fault.symbol not in {symbol for _, symbol, _ in instrument.measured()}:
        yield "symbol", f"{instrument.name} does not measure {fault.symbol!r}"
    lacking = instrument.lacks(fault.kind)
    if lacking:
        yield "kind", f"{instrument.name} is {instrument.type}: {lacking}"
    if isinstance(instrument, UnitsModel):
        for number, unit in instrument.units.items():
            if fault.unit in (None, number):
                yield from _misfits_of_unit(fault, instrument.name, unit)
    elif fault.code is not None and not lacking:
        least, most = instrument.fault_codes
        if not least <= fault.code <= most:
            yield "code", f"{fault.code} is not a code of {instrument.type}, {least} to {most}"


def _misfits_of_unit(fault: FaultModel, name: str, unit: UnitModel) -> Iterator[tuple[str, str]]:
    if fault.kind is FaultKind.DOOR and unit.door is None:
        yield "kind", f"{name} has a unit without a door"
    if not fault.kind.shows_in_status:
        return
    loops = [it.from_current for it in unit.parameters.values() if it.from_current and it.from_current.failure]
    if unit.status is None and not (fault.kind is FaultKind.FAULT and loops):
        yield "kind", f"{name} has a unit without a status register"
    elif unit.status is not None and fault.code is not None:
        try:
            encode_integer(fault.code, unit.status.type)
        except OverflowError as overflow:
            yield "code", str(overflow)


def _unpluggings(scenario: Scenario) -> Iterator[Problem]:
    """One plug can be pulled only while it is in."""
    pulled = [(fault, n) for n, fault in enumerate(scenario.faults) if fault.kind is FaultKind.UNPLUG]
    back_ms: dict[str, int] = {}
    for fault, n in sorted(pulled, key=lambda it: it[0].at or 0):
        start_ms = fault.at or 0
        if start_ms < back_ms.get(fault.instrument, 0):
            yield Problem(("faults", n, "at"), f"{fault.instrument} is still unplugged then")
        back_ms[fault.instrument] = start_ms + (fault.for_ or 0)
