"""`gateway symbols`: which symbols and units there are, what they are called, and which other spellings mean them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import Json
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage as usage_error
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.table import Table

    from gateway.config import StationKind
    from gateway.config.builtin_tables.catalogue import Usage
    from gateway.core.symbol_names import SymbolName

_ENTRY = tuple["Usage", "SymbolName"]


def symbols(
    word: Annotated[
        list[str] | None,
        typer.Argument(help="A symbol, a spelling, or (a part of) a Vietnamese or English name.", show_default=False),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Of one kind of station, such as wastewater.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Symbols and units of the circular's table, and of the regulations' that a receiver may have declared.

    gateway symbols "nhu cau oxy"
    """
    station = _kind(kind)
    entries = _entries()
    asked = " ".join(word or ())
    if asked:
        found = _names(asked)
        entries = [(usage, name) for usage, name in entries if name in found]
    shown = [(usage, name) for usage, name in entries if station is None or station in usage.media]
    if not shown:
        kinds = dict.fromkeys(medium.value for usage, _ in entries for medium in usage.media)
        raise GatewayError(
            Phrase(
                "{asked} is nothing of {kind}, but of {kinds}: leave --kind out",
                asked=asked,
                kind=kind,
                kinds=", ".join(kinds),
            )
        )
    if as_json:
        print_json([_to_json(usage, name) for usage, name in shown])
        return
    _draw(shown)


def _names(word: str) -> tuple[SymbolName, ...]:
    """What is called so, also by a spelling that says another form.

    Raises:
        GatewayError: nothing is.
    """
    from gateway.config.builtin_tables.catalogue import other_form
    from gateway.config.builtin_tables.names import symbol_names
    from gateway.core.symbol_names import matching, nearest

    names = symbol_names()
    other = other_form(word)
    found = matching(word, names) if other is None else tuple(one for one in names if one.symbol == other[0].symbol)
    if found:
        return found
    guess = nearest(word, names)
    advice = (
        Phrase("all of them: gateway symbols")
        if guess is None
        else Phrase("did you mean {symbol} ({vi}, {en})?", symbol=guess.symbol, vi=guess.vi, en=guess.en)
    )
    raise GatewayError(Phrase("no symbol is called {word!r}; {advice}", word=word, advice=advice))


def _kind(kind: str | None) -> StationKind | None:
    from gateway.config import StationKind
    from gateway.config.station import MEASURING_KINDS
    from gateway.config.suggest import did_you_mean, listed

    if kind is None:
        return None
    known = tuple(one.value for one in MEASURING_KINDS)
    if kind not in known:
        raise usage_error(
            Phrase(
                "--kind {kind}: {hint}",
                kind=kind,
                hint=(did_you_mean(kind, known) or Phrase("write ") + listed(known, "or")),
            )
        )
    return StationKind(kind)


def _entries() -> list[_ENTRY]:
    """A symbol in a unit each; those of the circular's table before the others."""
    from gateway.config.builtin_tables.catalogue import symbols as known
    from gateway.config.builtin_tables.names import name_of

    entries = [
        (usage, name)
        for symbol, usages in known().items()
        for usage in usages
        if (name := name_of(symbol, usage.unit)) is not None
    ]
    return sorted(entries, key=lambda entry: entry[0].standard is not None)


def _to_json(usage: Usage, name: SymbolName) -> dict[str, Any]:
    from gateway.config.builtin_tables.catalogue import form_of

    form = form_of(name.symbol, usage.unit)
    return {
        "symbol": name.symbol,
        "unit": usage.unit,
        "as": None if form is None else form.counted_as,
        "kinds": [medium.value for medium in usage.media],
        "vi": name.vi,
        "en": name.en,
        "aliases": list(name.aliases),
        "also": list(name.also),
        "average": usage.average.value,
        "in_circular": usage.standard is None,
        "standard": usage.standard,
        "factors": {} if form is None else {other: form.factor(other) for other in form.others},
    }


def _draw(entries: list[_ENTRY]) -> None:
    from gateway.cli.drawing import open_console

    console = open_console()
    circular = [entry for entry in entries if entry[0].standard is None]
    declared = [entry for entry in entries if entry[0].standard is not None]
    if circular:
        console.print(_table(circular))
    if declared:
        console.print(
            Phrase("Not in the circular's table, limited by a regulation: the authority must have declared them")
        )
        console.print(_table(declared))
    _say_forms(entries)


def _table(entries: list[_ENTRY]) -> Table:
    from gateway.cli.drawing import table

    drawn = table()
    for head in (
        Phrase("symbol"),
        Phrase("unit"),
        "tên",
        Phrase("name"),
        Phrase("stations"),
        Phrase("other spellings"),
    ):
        drawn.add_column(head)
    for usage, name in entries:
        kinds = ", ".join(medium.value for medium in usage.media)
        drawn.add_row(name.symbol, usage.unit, name.vi, name.en, kinds, " ".join(name.aliases))
    return drawn


def _say_forms(entries: list[_ENTRY]) -> None:
    """What a device that shows another form is to be scaled by."""
    from gateway.config.builtin_tables.catalogue import form_of

    forms = {name.symbol: form for usage, name in entries if (form := form_of(name.symbol, usage.unit)) is not None}
    for symbol, form in forms.items():
        factors = ", ".join(f"{other} × {form.factor(other):.5g}" for other in form.others)
        say(
            Phrase(
                "{symbol} is counted as {counted_as}; shown in another form: {factors}",
                symbol=symbol,
                counted_as=form.counted_as,
                factors=factors,
            )
        )
