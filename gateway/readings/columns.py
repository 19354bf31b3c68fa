"""What packed readings and packed records have in common: the JSON in which layouts keep their columns, and statuses as
numbers.

A column is `[symbol, unit]`; averaging and the symbol of the weight follow where they are not what suits the unit.
Layouts of older gateways have neither and read the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.averaging import Averaging
from gateway.core.reading import Parameter, Status
from gateway.core.record import Aggregation

STATUS_OF = (Status.MEASURING, Status.CALIBRATING, Status.FAULT)
CODE_OF = {status: code for code, status in enumerate(STATUS_OF)}
"""Statuses as packed bytes have them: 0 to 2. Their order never changes: old blocks are read by it."""


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
