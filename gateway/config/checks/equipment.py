"""Devices that the rest of the configuration does not know, or knows otherwise, and papers of which nobody is reminded.

The faults work on the plain values of the document, as all cross-checks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.checks.plain_values import line_of, lines, sections, texts
from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.config.suggest import did_you_mean, listed
from gateway.core.phrase import Phrase
from gateway.core.validity import ValidityKind


def equipment_faults(content: object) -> Iterator[LocatedProblem]:
    """Names of what is not there, and one serial number for two devices."""
    instruments = {
        str(one["name"]): {line for _, measured in sections(one, "parameters") if (line := line_of(measured))}
        for _, one in sections(content, "instruments")
        if isinstance(one.get("name"), str)
    }
    every_line = {line for _, line in lines(content)}
    recorded = content.get("cameras") if isinstance(content, dict) else None
    cameras = {name for _, name in texts(recorded, "list", "name")}
    serials: dict[tuple[str, str], object] = {}
    for index, one in sections(content, "equipment"):
        at: Location = ("equipment", index)
        yield from _unknown((*at, "instrument"), one.get("instrument"), instruments, "instrument")
        yield from _unknown((*at, "camera"), one.get("camera"), cameras, "camera")
        name = one.get("instrument")
        known = instruments.get(name) if isinstance(name, str) else every_line
        if known is not None:
            yield from _measured_elsewhere(at, one, known, name)
        make, serial = one.get("make"), one.get("serial")
        if isinstance(make, str) and isinstance(serial, str):
            first = serials.setdefault((make.casefold(), serial.casefold()), one.get("name"))
            if first != one.get("name"):
                yield (
                    (*at, "serial"),
                    Phrase("{serial!r} is that of {first} of the same make", serial=serial, first=first),
                    Phrase("write what stands on its own plate"),
                )


def _unknown(at: Location, name: object, known: dict[str, set[str]] | set[str], what: str) -> Iterator[LocatedProblem]:
    if isinstance(name, str) and name not in known:
        right = did_you_mean(name, known) or (
            Phrase("there is {known}", known=listed(sorted(known), "and")) if known else Phrase("remove it")
        )
        yield at, Phrase("there is no {what} {name!r}", what=what, name=name), right


def _measured_elsewhere(
    at: Location, one: dict[str, object], known: set[str], instrument: object
) -> Iterator[LocatedProblem]:
    """Symbols that are no line of the file, or another instrument's; ranges of what the device does not measure."""
    whose = (
        Phrase("in the authority's file")
        if instrument is None
        else Phrase("measured by {instrument}", instrument=instrument)
    )
    measures, ranges = one.get("measures"), one.get("ranges")
    told = [text for text in measures if isinstance(text, str)] if isinstance(measures, list) else None
    for position, text in enumerate(measures if isinstance(measures, list) else ()):
        if isinstance(text, str) and text not in known and canonical(text) not in known:
            there_are = Phrase("what is {whose}: {known}", whose=whose, known=", ".join(sorted(known)))
            yield (
                (*at, "measures", position),
                Phrase("{text} is not {whose}", text=text, whose=whose),
                did_you_mean(text, known) or there_are,
            )
    yield from _twice((*at, "measures"), enumerate(measures) if isinstance(measures, list) else ())
    yield from _twice((*at, "ranges"), ((text, text) for text in ranges) if isinstance(ranges, dict) else ())
    meant = known if told is None else {*told, *map(canonical, told)}
    for text in ranges if isinstance(ranges, dict) else ():
        if isinstance(text, str) and text not in meant and canonical(text) not in meant:
            yield (
                (*at, "ranges", text),
                Phrase("it does not measure {text}", text=text),
                did_you_mean(text, meant) or Phrase("remove it"),
            )
    if told is None and ranges and instrument is None:
        yield (
            (*at, "ranges"),
            Phrase("are of what it measures, and nothing says what that is"),
            Phrase("add measures, or instrument"),
        )


def _twice(at: Location, symbols: Iterable[tuple[int | str, object]]) -> Iterator[LocatedProblem]:
    """A symbol that stands there again, perhaps in another spelling: of two ranges one would never be looked at.
    `symbols`: each behind what leads to it."""
    first: dict[str, str] = {}
    for key, text in symbols:
        if isinstance(text, str):
            before = first.get(canonical(text))
            if before is not None:
                again = (
                    Phrase("stands twice")
                    if before == text
                    else Phrase("is {before}, which stands there too", before=before)
                )
                yield (*at, key), Phrase("{text} {again}", text=text, again=again), Phrase("keep one of the two")
            first.setdefault(canonical(text), text)


def equipment_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    """What the sheet of the station would lack."""
    if not sections.equipment:
        return
    measured: set[str] = set()
    for index, one in enumerate(sections.equipment):
        at: Location = ("equipment", index)
        known = {line.line: line for line in sections.measured_by(one)}
        measured |= known.keys()
        if one.kind.is_to_measure and not known:
            yield (
                at,
                Phrase("measures nothing that is known here"),
                Phrase("add instrument: with its name, or measures: [COD]"),
            )
        for text, ends in one.ranges.items():
            line = known.get(text) or known.get(canonical(text))
            yield from _wider((*at, "ranges", text), ends, line)
        for kind, certificate in one.certificates:
            if certificate.until is None and kind is not ValidityKind.TYPE_APPROVAL:
                key = "calibrated" if kind is ValidityKind.CALIBRATION else "verified"
                yield (
                    (*at, key),
                    Phrase("has no end: nobody is reminded of the next one"),
                    Phrase("add until: with its last day"),
                )
    for index, instrument in enumerate(sections.instruments):
        left = [line.line for line in instrument.parameters if line.line not in measured]
        if left:
            yield (
                ("instruments", index),
                Phrase(
                    "no equipment measures {left} of {name}: the station's sheet lacks it",
                    left=", ".join(left),
                    name=instrument.name,
                ),
                Phrase("add a row to equipment, or its name to one"),
            )


def _wider(at: Location, ends: tuple[float, float], line: SentLine | None) -> Iterator[LocatedProblem]:
    """The parameter's range is what counts as measured: beyond the device's nothing is."""
    if line is None or line.range is None or ends[0] <= line.range[0] <= line.range[1] <= ends[1]:
        return
    unit = line.measured.unit if isinstance(line, Quantity) else line.unit
    yield (
        at,
        Phrase(
            "{ends:g} to {ends2:g} is less than the range of {line}, {range:g} to {range2:g}{value}",
            ends=ends[0],
            ends2=ends[1],
            line=line.line,
            range=line.range[0],
            range2=line.range[1],
            value="" if unit == "-" else f" {unit}",
        ),
        Phrase("correct the one that is wrong: values beyond what the device can measure would count as good"),
    )
