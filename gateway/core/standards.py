"""Limits by standard: a national technical regulation's table, what the site's permit chooses of it, and its
coefficients → limits with the days on which they hold. What a table is: `gateway.core.standard_table`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from gateway.core.dated_limit import DatedLimit, LimitOrigin
from gateway.core.limits import Limit
from gateway.core.phrase import Phrase, verbatim
from gateway.core.reading import Parameter
from gateway.core.standard_table import Standard, StandardError, TableCase, TableLine, is_for


def limits_by(
    standard: Standard,
    parameter: Parameter,
    choices: Mapping[str, str] | None = None,
    coefficients: Mapping[str, float] | None = None,
) -> tuple[DatedLimit, ...]:
    """The limits of a parameter, for each averaging time and each stretch of days: Cmax = C × Kq × Kf, or C × Kp × Kv,
    exactly.

    A coefficient that is not given is 1. Those of wastewater do not apply to temperature, colour and pH.
    Worked, QCVN 40:2011 B with Kq 0.9, Kf 1.1: COD 150 × 0.99 = 148.5 mg/L; pH 5.5 to 9 as it stands.

    Raises:
        StandardError: a choice or coefficient that the standard does not have, a value that it does not allow, or none
            where it needs one; a parameter that is not in it, or in another unit.
    """
    chosen, factors = dict(choices or {}), dict(coefficients or {})
    for fault in word_faults(standard, chosen, factors):
        raise fault
    lines = _lines_of(standard, parameter)
    needed = {name for line in lines for case in line.cases if _may_be(case, chosen) for name, _ in case.chosen}
    for choice in standard.choices:
        if choice.name in needed and choice.name not in chosen:
            plural = (
                Phrase("columns") if choice.name == "column" else Phrase("several cases of {name}", name=choice.name)
            )
            raise StandardError(
                Phrase("{name} has {plural}", name=standard.name, plural=plural),
                Phrase("write {name}: {names}", name=choice.name, names=_listed(choice.names)),
                choice.name,
            )
    found = tuple(limit for line in lines for limit in _limits_of(standard, line, chosen, factors))
    if not found:
        shown = ", ".join(f"{name} {value}" for name, value in chosen.items())
        raise StandardError(
            Phrase(
                "{name} has no limit for {symbol} with {shown}",
                name=standard.name,
                symbol=parameter.symbol,
                shown=shown,
            ),
            Phrase("remove it, or write the limit as max"),
        )
    return found


def word_faults(
    standard: Standard, choices: Mapping[str, str], coefficients: Mapping[str, float]
) -> Iterator[StandardError]:
    """What of these words the standard does not have or does not allow."""
    known_choices = {one.name: one for one in standard.choices}
    known_factors = {one.name: one for one in standard.coefficients}
    for name, value in choices.items():
        if name not in known_choices:
            yield StandardError(
                Phrase("{name} has no {choice} {value}", name=standard.name, choice=name, value=value),
                _what_it_has(standard),
                name,
            )
        elif value not in known_choices[name].names:
            values = _listed(known_choices[name].names)
            yield StandardError(
                Phrase("{name} has no {choice} {value}", name=standard.name, choice=name, value=value),
                Phrase("its values: {values}", values=values),
                name,
            )
    for name, factor in coefficients.items():
        if name not in known_factors:
            yield StandardError(
                Phrase("{name} has no {choice}", name=standard.name, choice=name), _what_it_has(standard), name
            )
            continue
        one = known_factors[name]
        if not one.least <= factor <= one.most:
            usual = _listed([f"{value:g}" for value in one.values])
            right = Phrase("write what the permit says")
            whose = standard.name if one.is_known else Phrase("what a coefficient can be")
            yield StandardError(
                Phrase(
                    "{factor:g} is out of the range of {whose}, {least:g} to {most:g}",
                    factor=factor,
                    whose=whose,
                    least=one.least,
                    most=one.most,
                ),
                Phrase("write what the permit says: {usual}", usual=usual) if one.values else right,
                name,
            )


def _may_be(case: TableCase, chosen: Mapping[str, str]) -> bool:
    """Whether what was chosen so far leaves it open."""
    return all(name not in chosen or chosen[name] in values for name, values in case.chosen)


def _what_it_has(standard: Standard) -> Phrase:
    if not standard.known:
        return Phrase("it has no columns and no coefficients")
    words = verbatim(standard.known[0])
    for word in standard.known[1:]:
        words = Phrase("{first} and {last}", first=words, last=word)
    return Phrase("it has {words}", words=words)


def _lines_of(standard: Standard, parameter: Parameter) -> Sequence[TableLine]:
    lines = [line for line in standard.lines if line.parameter.symbol == parameter.symbol]
    if not lines:
        known = ", ".join(dict.fromkeys(line.parameter.symbol for line in standard.lines)) or Phrase("no number yet")
        if standard.incomplete is not None:
            advice = Phrase(
                "{en}: write the permit's number as max, or a table of your own; it has {known}",
                en=standard.incomplete,
                known=known,
            )
            raise StandardError(
                Phrase("the table of {name} has no limit for {symbol}", name=standard.name, symbol=parameter.symbol),
                advice,
            )
        raise StandardError(
            Phrase("{name} has no limit for {symbol}", name=standard.name, symbol=parameter.symbol),
            Phrase("it has {known}", known=known),
        )
    found = [line for line in lines if line.parameter == parameter]
    if not found:
        units = _listed(list(dict.fromkeys(line.parameter.unit for line in lines)))
        raise StandardError(
            Phrase(
                "{name} limits {symbol} in {units}, not {unit}",
                name=standard.name,
                symbol=parameter.symbol,
                units=units,
                unit=parameter.unit,
            ),
            Phrase("write the limit as max"),
        )
    return found


def _limits_of(
    standard: Standard, line: TableLine, chosen: Mapping[str, str], factors: Mapping[str, float]
) -> Iterator[DatedLimit]:
    factor = Decimal(1)
    for name in line.scaled_by:
        factor *= Decimal(repr(factors.get(name, 1)))
    origin = LimitOrigin(
        standard.name,
        tuple((one.name, chosen[one.name]) for one in standard.choices if one.name in chosen),
        tuple((name, factors.get(name, 1.0)) for name in line.scaled_by),
        tuple(name for name in line.scaled_by if name not in factors),
        form=line.form,
        source="" if line.source is None else str(line.source),
    )
    for case in line.cases:
        if not is_for(case.chosen, chosen):
            continue
        written = Limit(case.lowest, case.highest, line.averaging_ms)
        scaled = Limit(_product(case.lowest, factor), _product(case.highest, factor), line.averaging_ms)
        dated: DatedLimit | None = DatedLimit(scaled, case.since, case.until, replace(origin, written=written))
        for since, until in ((standard.since, standard.until), *_days_of(standard, chosen)):
            dated = None if dated is None else dated.within(since, until)
        if dated is not None:
            yield dated


def _days_of(standard: Standard, chosen: Mapping[str, str]) -> Iterator[tuple[date | None, date | None]]:
    """On which the values that were chosen may be taken."""
    for choice in standard.choices:
        for value in choice.values:
            if chosen.get(choice.name) == value.name:
                yield value.since, value.until


def _listed(words: Sequence[str]) -> Phrase:
    if len(words) < 2:
        return verbatim("".join(words))
    return Phrase("{first} or {last}", first=", ".join(words[:-1]), last=words[-1])


def _product(bound: float | None, factor: Decimal) -> float | None:
    return None if bound is None else float(Decimal(repr(bound)) * factor)
