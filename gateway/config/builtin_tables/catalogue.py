"""The regulation's catalogue of symbols and units, as it ships with the package in `core/data/symbols.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter

from gateway.config.builtin_tables.read import builtin_table
from gateway.config.section import Section
from gateway.config.station import StationKind
from gateway.core.averaging import Averaging, natural_averaging
from gateway.core.reading import Parameter


class Usual(StrEnum):
    """What nobody wonders about in a parameter's values."""

    NEGATIVE = "negative"
    ZERO = "zero"
    STILL = "still"
    """Equal for hours, and together with others: a night without sun, a week without rain."""


class Usage(Section):
    """A unit in which a symbol is reported, by which kinds of station, how its values are averaged, and what is usual
    about them. `max_growth`: the most that can come in a minute, of what is summed."""

    unit: str
    media: tuple[StationKind, ...]
    average: Averaging = Averaging.MEAN
    max_growth: float | None = None
    usual: frozenset[Usual] = frozenset()


@cache
def symbols() -> Mapping[str, tuple[Usage, ...]]:
    """Every symbol of TT10/2021, appendix 15, table 34."""
    return TypeAdapter(dict[str, tuple[Usage, ...]]).validate_python(builtin_table("symbols.yaml"))


@cache
def aliases() -> Mapping[str, str]:
    """Other spellings of the symbols, each with the symbol that it means."""
    return TypeAdapter(dict[str, str]).validate_python(builtin_table("aliases.yaml"))


def canonical(symbol: str) -> str:
    """The regulation's spelling of a symbol; itself, if it has no other."""
    return symbol if symbol in symbols() else aliases().get(symbol, symbol)


def expected_units(symbol: str) -> tuple[str, ...]:
    """The units in which the regulation wants this symbol; empty when it does not know the symbol."""
    return tuple(usage.unit for usage in symbols().get(symbol, ()))


def media_of(symbol: str, unit: str) -> tuple[StationKind, ...]:
    """The kinds of station whose table has this symbol in this unit; empty when none has."""
    return tuple(kind for usage in symbols().get(symbol, ()) if usage.unit == unit for kind in usage.media)


def default_averaging(symbol: str, unit: str) -> Averaging:
    """How the catalogue averages this symbol; for one that it does not know, what suits its unit."""
    for usage in symbols().get(symbol, ()):
        if usage.unit == unit:
            return usage.average
    return natural_averaging(Parameter(symbol, unit))


def fastest_growth(symbol: str, unit: str) -> float | None:
    """The most that can come in a minute of what this symbol counts; `None`: nobody knows."""
    return next((usage.max_growth for usage in symbols().get(symbol, ()) if usage.unit == unit), None)


def usual_in(symbol: str, unit: str) -> frozenset[Usual]:
    """What nobody wonders about in this symbol's values."""
    for usage in symbols().get(symbol, ()):
        if usage.unit == unit:
            return usage.usual
    return frozenset()
