"""Limits that are allowed and may not be the permit's: of legal weight, so each is said. What depends on the day is
told by `gateway.cli.limit_notes`: a configuration means the same whenever it is read."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.builtin_tables.catalogue import form_of
from gateway.config.checks.beyond_reach import sent_lines
from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.parameters.limits import LimitSettings
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.config.station import StationKind
from gateway.config.suggest import listed
from gateway.core.dated_limit import LimitOrigin
from gateway.core.permit_limit import PermitLimit
from gateway.core.phrase import Phrase, verbatim
from gateway.core.reading import Parameter
from gateway.core.standard_table import Coefficient, Standard


def limit_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    for at, line in sent_lines(sections):
        for number, one in enumerate(line.limit):
            where: Location = (*at, "limit") if len(line.limit) == 1 else (*at, "limit", number)
            if one.by is not None:
                yield from _left_out(where, one.by, one, line)
                yield from _unusual(where, one.by, one)
                yield from _other_medium(where, one.by, sections.station.kind)
                yield from _other_oxygen(at, where, one.by, one, line)
                yield from _other_form(where, one, line)


def _left_out(at: Location, by: Standard, one: LimitSettings, line: SentLine) -> Iterator[LocatedProblem]:
    """One warning for each coefficient, with the number that 1 makes of the table's."""
    known = {factor.name: factor for factor in by.coefficients}
    bounds = one.bounds(Parameter(line.symbol, line.unit))
    for name in dict.fromkeys(name for dated in bounds if dated.origin is not None for name in dated.origin.left_out):
        limits = dict.fromkeys(str(PermitLimit(dated.limit, line.unit)) for dated in bounds)
        results = listed(tuple(limits), "or")
        yield (
            at,
            Phrase(
                "{known} of {name} is left out and counts as 1: {line} may then be {results}",
                known=_named(known[name]),
                name=by.name,
                line=line.line,
                results=results,
            ),
            Phrase("write what the permit says; {name}: 1 says that it is 1", name=name),
        )


def _unusual(at: Location, by: Standard, one: LimitSettings) -> Iterator[LocatedProblem]:
    for factor, value in one.unusual:
        usual = listed([f"{each:g}" for each in factor.values], "or")
        yield (
            (*at, factor.name),
            Phrase(
                "{value:g} is none of the values that {name} has for {factor}",
                value=value,
                name=by.name,
                factor=_named(factor),
            ),
            Phrase("check it against the permit; usual: {usual}", usual=usual),
        )


def _named(factor: Coefficient) -> Phrase:
    if factor.meaning is None:
        return verbatim(factor.name)
    return Phrase("{name} ({meaning})", name=factor.name, meaning=factor.meaning)


def _other_medium(at: Location, by: Standard, kind: StationKind) -> Iterator[LocatedProblem]:
    if by.media and kind.value not in by.media:
        yield (
            at,
            Phrase(
                "{name} is for {media}, and this station is {value}",
                name=by.name,
                media=listed(by.media, "and"),
                value=kind.value,
            ),
            Phrase("check the standard: gateway limits --standards tells which there are"),
        )


def _other_oxygen(
    line_at: Location, at: Location, by: Standard, one: LimitSettings, line: SentLine
) -> Iterator[LocatedProblem]:
    """Of what is measured here; what a formula makes nobody can tell."""
    asked = by.oxygen_for(one.choices)
    if asked is None or not isinstance(line, Quantity) or not line.unit.endswith("/Nm3"):
        return
    converted = None if line.convert is None else line.convert.oxygen
    if converted is None:
        yield (
            at,
            Phrase(
                "{name} compares at {asked:g} % of oxygen, and nothing converts {line} to it",
                name=by.name,
                asked=asked,
                line=line.line,
            ),
            Phrase(
                "add convert: {{oxygen: {{reference: {asked:g}, measured: O2}}}}, unless the analyser does it itself",
                asked=asked,
            ),
        )
    elif converted.reference != asked:
        yield (
            (*line_at, "convert", "oxygen", "reference"),
            Phrase(
                "{reference:g} % is not the {asked:g} % at which {name} compares",
                reference=converted.reference,
                asked=asked,
                name=by.name,
            ),
            Phrase("write the permit's, or the limit as the permit has it"),
        )


def _other_form(at: Location, one: LimitSettings, line: SentLine) -> Iterator[LocatedProblem]:
    counted = form_of(line.symbol, line.unit)
    if counted is None:
        return
    origins: list[LimitOrigin | None] = [dated.origin for dated in one.bounds(Parameter(line.symbol, line.unit))]
    for form in dict.fromkeys(origin.form for origin in origins if origin is not None and origin.form):
        if form != counted.counted_as:
            yield (
                at,
                Phrase(
                    "{standard} limits {symbol} as {form}, and it is sent as {counted_as}",
                    standard=one.standard,
                    symbol=line.symbol,
                    form=form,
                    counted_as=counted.counted_as,
                ),
                Phrase("write the limit as max, in the form that is sent"),
            )
