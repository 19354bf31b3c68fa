"""The regulation's catalogue of symbols and units, as it ships with the package in `core/data/symbols.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from gateway.config.document import parse_document
from gateway.config.section import Section
from gateway.config.station import StationKind


class Usage(Section):
    """A unit in which a symbol is reported, and by which kinds of station."""

    unit: str
    media: tuple[StationKind, ...]


@cache
def symbols() -> Mapping[str, tuple[Usage, ...]]:
    """Every symbol of TT10/2021, appendix 15, table 34."""
    source = files("gateway.core.data").joinpath("symbols.yaml")
    document = parse_document("symbols.yaml", source.read_text("utf-8"))
    return TypeAdapter(dict[str, tuple[Usage, ...]]).validate_python(document.content)


def expected_units(symbol: str) -> tuple[str, ...]:
    """The units in which the regulation wants this symbol; empty when it does not know the symbol."""
    return tuple(usage.unit for usage in symbols().get(symbol, ()))


def media_of(symbol: str, unit: str) -> tuple[StationKind, ...]:
    """The kinds of station whose table has this symbol in this unit; empty when none has."""
    return tuple(kind for usage in symbols().get(symbol, ()) if usage.unit == unit for kind in usage.media)
