"""What is wrong with the conversions and formulas of a whole station together."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError

from gateway.config.configuration import Sections
from gateway.config.derivation import derivation_of
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.parameters.convert import Convert
from gateway.config.parameters.quantity import Quantity
from gateway.config.suggest import did_you_mean
from gateway.core.phrase import Phrase

_UNITS = {"temperature": ("oC",), "pressure": ("kPa",), "moisture": ("%", "%V"), "measured": ("%V", "%")}


def broken_derivations(sections: Sections) -> Iterator[LocatedProblem]:
    """Lines that are needed and are not there, of another unit, or in need of one another."""
    units = {one.line: one.unit for one in sections.sent}
    for at, one in _converted(sections):
        yield from _unknown_sources((*at, "convert"), one.convert, units) if one.convert else ()
    for index, computed in enumerate(sections.computed):
        for symbol in computed.step.needs:
            if symbol not in units:
                at = ("computed", index, "formula" if computed.formula else "mass_flow")
                yield at, Phrase("there is no line {symbol!r}", symbol=symbol), _known(symbol, units)
    try:
        _ = derivation_of(sections.instruments, sections.computed).steps
    except CycleError as circle:
        path = " → ".join(reversed(circle.args[1]))
        yield (
            ("computed",) if sections.computed else ("instruments",),
            Phrase("lines need one another: {path}", path=path),
            Phrase("break the circle"),
        )


def _converted(sections: Sections) -> Iterator[tuple[Location, Quantity]]:
    for index, instrument in enumerate(sections.instruments):
        for position, measured in enumerate(instrument.parameters):
            yield ("instruments", index, "parameters", position), measured


def _unknown_sources(at: Location, convert: Convert, units: dict[str, str]) -> Iterator[LocatedProblem]:
    for section in (convert.standard, convert.dry, convert.oxygen):
        for key, source in section if section is not None else ():
            if key not in _UNITS or not isinstance(source, str):
                continue
            place = (*at, _NAMES[type(section).__name__], key)
            if source not in units:
                yield place, Phrase("there is no line {source!r}", source=source), _known(source, units)
            elif units[source] not in _UNITS[key]:
                yield (
                    place,
                    Phrase("{source} is in {units}", source=source, units=units[source]),
                    Phrase("name a line in {units}", units=" or ".join(_UNITS[key])),
                )


_NAMES = {"StandardConditions": "standard", "Dry": "dry", "Oxygen": "oxygen"}


def _known(symbol: str, units: dict[str, str]) -> Phrase:
    return did_you_mean(symbol, units) or Phrase("there are {units}", units=", ".join(units))
