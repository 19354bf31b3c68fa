"""The catalogue of symbols and units, as it ships in `core/data/`: the circular's table (`symbols.yaml`), what only the
regulations' tables have (`declared.yaml`), other spellings (`aliases.yaml`) and forms (`forms.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field, TypeAdapter

from gateway.config.builtin_tables.read import builtin_table, shipped
from gateway.config.section import Number, Section
from gateway.config.station import StationKind
from gateway.core.averaging import Averaging, natural_averaging
from gateway.core.reading import Parameter
from gateway.core.substance_form import SubstanceForm
from gateway.core.symbol_names import typed


class Usual(StrEnum):
    """What nobody wonders about in a parameter's values."""

    NEGATIVE = "negative"
    ZERO = "zero"
    STILL = "still"
    """Equal for hours, and together with others: a night without sun, a week without rain."""


class Usage(Section):
    """A unit in which a symbol is reported, by which kinds of station, how its values are averaged, and what is usual
    about them. `max_growth`: the most that can come in a minute, of what is summed. `standard`: a regulation that
    limits it, where the circular's table does not have it: then the receiver must have declared it."""

    unit: str
    media: tuple[StationKind, ...]
    average: Averaging = Averaging.MEAN
    max_growth: float | None = None
    usual: frozenset[Usual] = frozenset()
    standard: str | None = None


class _Declared(Section):
    """Symbols that a regulation limits in this unit, at these kinds of station."""

    standard: str
    unit: str
    media: tuple[StationKind, ...]
    symbols: tuple[str, ...]


class _Form(Section):
    """As `SubstanceForm` has it."""

    unit: str | None = None
    counted_as: str = Field(alias="as")
    mass: Number
    others: Mapping[str, Number]
    spellings: Mapping[str, str] = {}


@shipped
def symbols() -> Mapping[str, tuple[Usage, ...]]:
    """Every symbol that is known: those of TT10/2021, appendix 15, table 34, then those of the regulations' tables."""
    known = TypeAdapter(dict[str, tuple[Usage, ...]]).validate_python(builtin_table("symbols.yaml"))
    more = TypeAdapter(dict[str, tuple[_Declared, ...]]).validate_python(builtin_table("declared.yaml"))
    for row in more["declared"]:
        usage = Usage(unit=row.unit, media=row.media, standard=row.standard)
        known.update({symbol: (*known.get(symbol, ()), usage) for symbol in row.symbols})
    return known


@shipped
def aliases() -> Mapping[str, str]:
    """Other spellings of the symbols, each with the symbol that it means."""
    return TypeAdapter(dict[str, str]).validate_python(builtin_table("aliases.yaml"))


@shipped
def forms() -> tuple[SubstanceForm, ...]:
    """What can be measured in several forms, with the one that is sent."""
    rows = TypeAdapter(dict[str, _Form]).validate_python(builtin_table("forms.yaml"))
    return tuple(
        SubstanceForm(symbol, row.unit, row.counted_as, row.mass, row.others, row.spellings)
        for symbol, row in rows.items()
    )


def form_of(symbol: str, unit: str) -> SubstanceForm | None:
    """The form in which this symbol is counted in this unit; `None`: there is only one."""
    return next((one for one in forms() if one.symbol == symbol and one.unit in (None, unit)), None)


def other_form(symbol: str) -> tuple[SubstanceForm, str] | None:
    """What this spelling means if it says another form than the one that is sent, and which it says."""
    spelling = typed(symbol).replace(" ", "").casefold()
    for one in forms():
        for written, form in one.spellings.items():
            if written.casefold() == spelling:
                return one, form
    return None


def canonical(symbol: str) -> str:
    """The regulation's spelling of a symbol; itself, if it has no other."""
    return symbol if symbol in symbols() else aliases().get(symbol, symbol)


def expected_units(symbol: str) -> tuple[str, ...]:
    """The units in which this symbol is known, the circular's first; empty when it is not."""
    return tuple(dict.fromkeys(usage.unit for usage in symbols().get(symbol, ())))


def media_of(symbol: str, unit: str) -> tuple[StationKind, ...]:
    """The kinds of station whose table has this symbol in this unit; empty when none has."""
    return tuple(kind for usage in symbols().get(symbol, ()) if usage.unit == unit for kind in usage.media)


def declared_by(symbol: str, unit: str, kind: StationKind) -> str | None:
    """A regulation that limits this symbol in this unit at this kind of station, where the circular's table does not
    have it; `None`: it has it, or nothing is known of it."""
    usages = [one for one in symbols().get(symbol, ()) if one.unit == unit and kind in one.media]
    return usages[0].standard if usages else None


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
