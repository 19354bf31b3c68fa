"""What a calibration's sequence needs of the rest of the configuration: parameters that there are, valves that can be
told, and nobody else at the same valve.

Works on the plain values of the document, as all cross-checks do.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.checks.plain_values import line_of, link_type, links, sections
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.instruments.registers import RegisterAddress, Table, parse_register
from gateway.config.links.link import LINK_MODELS
from gateway.config.suggest import did_you_mean
from gateway.core.phrase import Phrase

_GASES = ("zero", "span")
Valve = tuple[str, int, RegisterAddress]
"""Its link, unit and address."""


def calibration_faults(content: object) -> Iterator[LocatedProblem]:
    """Every fault of a `calibration` that only the whole configuration can tell."""
    seen = dict(_sampler(content))
    for index, instrument in sections(content, "instruments"):
        calibration = instrument.get("calibration")
        if not isinstance(calibration, dict):
            continue
        place: Location = ("instruments", index, "calibration")
        for location, wrong, right in _references(instrument, calibration):
            yield (*place, *location), wrong, right
        gases = [gas for gas in _GASES if isinstance(calibration.get(gas), dict)]
        if not gases:
            continue
        yield from _valve_links(content, instrument, calibration, place)
        for gas in gases:
            valve = _valve(instrument, calibration, gas)
            if valve is None:
                continue
            if valve in seen:
                yield (
                    (*place, gas),
                    Phrase(
                        "{valve} of unit {valve2} on link {valve3} is {seen} already",
                        valve=valve[2],
                        valve2=valve[1],
                        valve3=valve[0],
                        seen=seen[valve],
                    ),
                    Phrase("give each its own coil or register: one of them would open the other's valve"),
                )
            seen.setdefault(
                valve, Phrase("the {gas} valve of {instrument}", gas=gas, instrument=instrument.get("name"))
            )


def _references(instrument: dict[str, object], calibration: dict[str, object]) -> Iterator[LocatedProblem]:
    """Names of parameters that the instrument does not measure, and drifts that nothing tells a part of."""
    measured = {line: one for _, one in sections(instrument, "parameters") if (line := line_of(one)) is not None}
    places: list[tuple[Location, object]] = [(("reference",), calibration.get("reference"))]
    for gas in _GASES:
        phase = calibration.get(gas)
        places.append(((gas, "reference"), phase.get("reference") if isinstance(phase, dict) else None))
    for place, reference in places:
        for name in reference if isinstance(reference, dict) else ():
            if isinstance(name, str) and name not in measured and canonical(name) not in measured:
                there_are = Phrase(
                    "{instrument} measures {measured}", instrument=instrument.get("name"), measured=", ".join(measured)
                )
                yield (
                    (*place, name),
                    Phrase("{name} is not measured here", name=name),
                    did_you_mean(name, measured) or there_are,
                )
    if "max_drift" in calibration and isinstance(calibration.get("zero"), dict):
        names = calibration.get("reference")
        own = calibration["zero"].get("reference")  # type: ignore[attr-defined]  # a dict, as was asked
        zeros = dict.fromkeys(names, 0) if isinstance(names, dict) and not own else own
        for name, known in zeros.items() if isinstance(zeros, dict) else ():
            one = measured.get(name) or measured.get(canonical(str(name)))
            if one is not None and not known and "range" not in one:
                yield (
                    ("max_drift",),
                    Phrase(
                        "is a part of the range, and {name} has none: its zero drift would never be too great",
                        name=name,
                    ),
                    Phrase("add range: [lower, upper] to {name}", name=name),
                )


def _valve_links(
    content: object, instrument: dict[str, object], calibration: dict[str, object], place: Location
) -> Iterator[LocatedProblem]:
    own, named = instrument.get("link"), calibration.get("link")
    name = own if named is None else named
    where: Location = place if named is None else (*place, "link")
    known = links(content)
    if isinstance(named, str) and named not in known:
        yield (
            where,
            Phrase("there is no link {named!r}", named=named),
            did_you_mean(named, known) or Phrase("name one of the links"),
        )
    kind = link_type(content, name)
    if kind is not None and not LINK_MODELS[kind].has_registers:
        yield (
            where,
            Phrase("link {name} is {kind}: it has no coil and no register", name=name, kind=kind),
            Phrase("say with link: and unit: on which modbus link the valves are"),
        )


def _valve(instrument: dict[str, object], calibration: dict[str, object], gas: str) -> Valve | None:
    """`None`: faulty in itself."""
    phase = calibration[gas]
    link = instrument.get("link") if calibration.get("link") is None else calibration["link"]
    default = instrument.get("unit", 1) if calibration.get("link") in (None, instrument.get("link")) else 1
    unit = calibration.get("unit", default)
    return _addressed(link, unit, phase)


def _sampler(content: object) -> Iterator[tuple[Valve, str]]:
    sampler = content.get("sampler") if isinstance(content, dict) else None
    if isinstance(sampler, dict):
        teller = _addressed(sampler.get("link"), sampler.get("unit", 1), sampler)
        if teller is not None:
            yield teller, Phrase("what tells the sampler")


def _addressed(link: object, unit: object, section: object) -> Valve | None:
    """`None`: one of them is faulty in itself, which its own check says."""
    address = _address(section) if isinstance(section, dict) else None
    return (link, unit, address) if isinstance(link, str) and isinstance(unit, int) and address is not None else None


def _address(section: dict[str, object]) -> RegisterAddress | None:
    coil, register = section.get("coil"), section.get("register")
    if isinstance(coil, int) and not isinstance(coil, bool):
        return RegisterAddress(Table.COIL, coil)
    try:
        return None if register is None else parse_register(register)
    except FormError:
        return None
