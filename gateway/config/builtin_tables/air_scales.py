"""The tables of the air quality index as they ship in `core/data/vn-aqi….yaml`; whichever lies there is known."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

from pydantic import Field, TypeAdapter

from gateway.config.builtin_tables.read import builtin_table, shipped
from gateway.config.section import Number, Section, Token, Whole, Words
from gateway.config.units import Duration
from gateway.core.aqi import AirClass, AirScale, Breakpoints
from gateway.core.instants import milliseconds


class _BreakpointRow(Section):
    symbol: Token
    over: Duration
    points: tuple[Number, ...]


class _AirClassRow(Section):
    upto: Whole
    colour: Token
    vi: Words
    en: Words


class _AirScaleTable(Section):
    name: Words
    first_day: date = Field(alias="from")
    last_day: date | None = Field(alias="until", default=None)
    index: tuple[Whole, ...]
    breakpoints: tuple[_BreakpointRow, ...]
    required: tuple[Token, ...]
    classes: tuple[_AirClassRow, ...]


@shipped
def air_scales() -> tuple[AirScale, ...]:
    """Every table of VN_AQI, the one that came into force first foremost."""
    names = [source.name for source in files("gateway.core.data").iterdir() if source.name.startswith("vn-aqi")]
    tables = (TypeAdapter(_AirScaleTable).validate_python(builtin_table(name)) for name in names)
    return tuple(sorted(map(_scale, tables), key=lambda scale: scale.first_day))


def _scale(table: _AirScaleTable) -> AirScale:
    return AirScale(
        table.name,
        table.first_day,
        table.last_day,
        table.index,
        tuple(Breakpoints(row.symbol, milliseconds(row.over), row.points) for row in table.breakpoints),
        table.required,
        tuple(AirClass(one.upto, one.colour, one.vi, one.en) for one in table.classes),
    )
