"""Columns of packed readings and records ⇄ the JSON in which layouts keep them.

A column is `[symbol, unit]`; averaging and the symbol of the weight follow where they are not what suits the unit.
Layouts of older gateways have neither and read the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.averaging import Averaging
from gateway.core.reading import Parameter
from gateway.core.record import Aggregation


def column_to_json(parameter: Parameter, aggregation: Aggregation | None) -> list[str]:
    column = [parameter.symbol, parameter.unit]
    if aggregation is not None:
        column.append(aggregation.averaging.value)
        column += [aggregation.weight] if aggregation.weight else []
    return column


def columns_from_json(columns: Sequence[Sequence[str]]) -> tuple[tuple[Parameter, ...], tuple[Aggregation | None, ...]]:
    """Parameters, and their aggregations: none at all if none has one."""
    aggregations = tuple(
        Aggregation(Averaging(column[2]), *column[3:]) if len(column) > 2 else None for column in columns
    )
    return tuple(Parameter(column[0], column[1]) for column in columns), aggregations if any(aggregations) else ()
