"""The regulations' tables as they ship in `core/data/`: limits by standard, molar masses.

A standard is one file `qcvn-….yaml`; whichever lies there is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TypeVar

from pydantic import TypeAdapter

from gateway.config.builtin_tables.read import builtin_table
from gateway.config.section import Flag, Number, Section, Token, Words
from gateway.config.units import Duration
from gateway.core.instants import milliseconds
from gateway.core.limits import Limit
from gateway.core.reading import Parameter
from gateway.core.standards import Standard, StandardLimit

_Content = TypeVar("_Content")


class _LimitBounds(Section):
    min: Number | None = None
    max: Number | None = None


class _StandardLine(_LimitBounds):
    symbol: Token
    unit: Token
    scaled: Flag = True
    over: Duration | None = None
    by_column: Mapping[str, _LimitBounds] | None = None

    def bounds_of(self, column: str | None) -> _LimitBounds | None:
        return self if self.by_column is None else self.by_column.get(column or "")


class _StandardTable(Section):
    name: Words
    columns: tuple[Token, ...] = ()
    coefficients: tuple[Token, ...] = ()
    limits: tuple[_StandardLine, ...]


@cache
def standards() -> tuple[Standard, ...]:
    """Every standard that ships, by name."""
    sources = [source.name for source in files("gateway.core.data").iterdir() if source.name.startswith("qcvn-")]
    return tuple(
        sorted((_standard(_read(name, _StandardTable)) for name in sources), key=lambda standard: standard.name)
    )


@cache
def molar_masses() -> Mapping[str, float]:
    """g/mol by symbol."""
    return _read("substances.yaml", dict[str, float])


def _standard(table: _StandardTable) -> Standard:
    entries: list[StandardLimit] = []
    for line in table.limits:
        for column in table.columns or (None,):
            bounds = line.bounds_of(column)
            if bounds is not None:
                limit = Limit(bounds.min, bounds.max, None if line.over is None else milliseconds(line.over))
                scaled = line.scaled and bool(table.coefficients)
                entries.append(StandardLimit(Parameter(line.symbol, line.unit), column, limit, scaled))
    return Standard(table.name, table.columns, table.coefficients, tuple(entries))


def _read(name: str, form: type[_Content]) -> _Content:
    return TypeAdapter(form).validate_python(builtin_table(name))
