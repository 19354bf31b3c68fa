"""The conversions and formulas of a whole station: what they make together, and what is wrong with them together."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError
from typing import TYPE_CHECKING

from gateway.config.convert import Convert
from gateway.config.quantity import Quantity
from gateway.config.suggest import did_you_mean
from gateway.core.derivation import Derivation

if TYPE_CHECKING:
    from gateway.config.configuration import Sections
    from gateway.config.nodes import Location
    from gateway.config.relations import Finding

_UNITS = {"temperature": ("oC",), "pressure": ("kPa",), "moisture": ("%", "%V"), "measured": ("%V", "%")}


def derivation_of(sections: Sections) -> Derivation:
    """What is done to the averages of a slot before they are sent."""
    measured = [measured for instrument in sections.instruments for measured in instrument.parameters]
    return Derivation(
        tuple(step for one in measured if (step := one.conversion) is not None),
        tuple(one.step for one in sections.computed),
    )


def broken_derivations(sections: Sections) -> Iterator[Finding]:
    """Lines that are needed and are not there, of another unit, or in need of one another."""
    units = {one.line: one.unit for one in sections.sent}
    for at, one in _converted(sections):
        yield from _unknown_sources((*at, "convert"), one.convert, units) if one.convert else ()
    for index, computed in enumerate(sections.computed):
        for symbol in computed.step.needs:
            if symbol not in units:
                at = ("computed", index, "formula" if computed.formula else "mass_flow")
                yield at, f"there is no line {symbol!r}", _known(symbol, units)
    try:
        _ = derivation_of(sections).steps
    except CycleError as circle:
        path = " → ".join(reversed(circle.args[1]))
        yield (
            ("computed",) if sections.computed else ("instruments",),
            f"lines need one another: {path}",
            "break the circle",
        )


def _converted(sections: Sections) -> Iterator[tuple[Location, Quantity]]:
    for index, instrument in enumerate(sections.instruments):
        for position, measured in enumerate(instrument.parameters):
            yield ("instruments", index, "parameters", position), measured


def _unknown_sources(at: Location, convert: Convert, units: dict[str, str]) -> Iterator[Finding]:
    for section in (convert.standard, convert.dry, convert.oxygen):
        for key, source in section if section is not None else ():
            if key not in _UNITS or not isinstance(source, str):
                continue
            place = (*at, _NAMES[type(section).__name__], key)
            if source not in units:
                yield place, f"there is no line {source!r}", _known(source, units)
            elif units[source] not in _UNITS[key]:
                yield place, f"{source} is in {units[source]}", f"name a line in {' or '.join(_UNITS[key])}"


_NAMES = {"Standard": "standard", "Dry": "dry", "Oxygen": "oxygen"}


def _known(symbol: str, units: dict[str, str]) -> str:
    return did_you_mean(symbol, units) or f"there are {', '.join(units)}"
