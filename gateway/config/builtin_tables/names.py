"""What the catalogue's symbols are called, as it ships in `core/data/names.yaml`. Read only where somebody asks."""

from __future__ import annotations

from pydantic import TypeAdapter

from gateway.config.builtin_tables.catalogue import aliases, symbols
from gateway.config.builtin_tables.read import builtin_table, shipped
from gateway.config.section import Section
from gateway.config.suggest import did_you_mean, listed
from gateway.core.phrase import Phrase
from gateway.core.symbol_names import SymbolName, called


class _Called(Section):
    unit: str | None = None
    vi: str
    en: str
    also: tuple[str, ...] = ()


@shipped
def symbol_names() -> tuple[SymbolName, ...]:
    """In the order of the catalogue's file of names."""
    rows = TypeAdapter(dict[str, _Called | tuple[_Called, ...]]).validate_python(builtin_table("names.yaml"))
    return tuple(
        SymbolName(symbol, one.unit, one.vi, one.en, one.also, _aliases_of(symbol))
        for symbol, row in rows.items()
        for one in (row if isinstance(row, tuple) else (row,))
    )


def name_of(symbol: str, unit: str) -> SymbolName | None:
    """`None`: the catalogue does not know it."""
    return next((one for one in symbol_names() if one.symbol == symbol and one.unit in (None, unit)), None)


def symbol_meant(word: str) -> Phrase | None:
    """The question which symbol is meant by a name or a misspelling; `None` when there is nothing sensible to ask."""
    meant = dict.fromkeys(name.symbol for name in called(word, symbol_names()))
    return Phrase("did you mean {meant}?", meant=listed(tuple(meant), "or")) if meant else did_you_mean(word, symbols())


def symbols_in(word: str, unit: str) -> tuple[str, ...]:
    """The symbols that have this unit and are called so."""
    found = {
        name.symbol: None
        for name in called(word, symbol_names())
        if any(usage.unit == unit and name.unit in (None, unit) for usage in symbols()[name.symbol])
    }
    return tuple(found)


def _aliases_of(symbol: str) -> tuple[str, ...]:
    return tuple(alias for alias, meant in aliases().items() if meant == symbol)
