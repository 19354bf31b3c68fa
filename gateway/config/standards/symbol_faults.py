"""What a table's line calls its parameter: a symbol, a unit and a form in which a station can send it.

A limit of anything else would never be held against a value, or against one that counts something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.builtin_tables.catalogue import canonical, expected_units, form_of, other_form, symbols
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.standards.table import LineRow
from gateway.core.phrase import Phrase
from gateway.core.substance_form import SubstanceForm


def symbol_faults(at: Location, line: LineRow) -> Iterator[LocatedProblem]:
    """Of one line. A symbol that is not known may be an authority's own."""
    meant, other = canonical(line.symbol), other_form(line.symbol)
    if other is not None:
        yield (*at, "symbol"), *_other_form(*other, line.symbol)
    elif meant != line.symbol:
        yield (
            (*at, "symbol"),
            Phrase("{symbol!r} is another spelling of {meant}", symbol=line.symbol, meant=meant),
            Phrase("write {meant}", meant=meant),
        )
    elif line.symbol in symbols():
        units, counted = expected_units(line.symbol), form_of(line.symbol, line.unit)
        is_closed = any(usage.standard is None for usage in symbols()[line.symbol])
        if is_closed and line.unit not in units:
            yield (
                (*at, "unit"),
                Phrase(
                    "{unit!r} is not the unit of {symbol}, and nothing is sent in it",
                    unit=line.unit,
                    symbol=line.symbol,
                ),
                Phrase("write {units}, and the limit in it", units=" or ".join(units)),
            )
        if counted is not None and line.counted_as not in (None, counted.counted_as):
            written = line.counted_as or ""
            yield (*at, "as"), *_other_form(counted, counted.spellings.get(written, written), written)
    elif (known := _in_other_case(line.symbol)) is not None:
        yield (
            (*at, "symbol"),
            Phrase("{symbol!r} is not known", symbol=line.symbol),
            Phrase("did you mean {known}?", known=known),
        )


def _in_other_case(symbol: str) -> str | None:
    """`cod` → `COD`."""
    return next((known for known in symbols() if known.casefold() == symbol.casefold()), None)


def _other_form(counted: SubstanceForm, form: str, written: str) -> tuple[Phrase, Phrase]:
    wrong = Phrase(
        "{written!r} is another form: {symbol} is sent as {counted_as}",
        written=written,
        symbol=counted.symbol,
        counted_as=counted.counted_as,
    )
    right = Phrase("write symbol: {symbol}, as: {counted_as}", symbol=counted.symbol, counted_as=counted.counted_as)
    if form in counted.others:
        right += Phrase(", and the limit times {form:.5g}", form=counted.factor(form))
    return wrong, right
