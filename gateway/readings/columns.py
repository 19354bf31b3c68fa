"""What packed readings and packed records have in common: the JSON in which layouts keep their columns, and statuses as
numbers.

A column is `[symbol, unit]`; averaging and the symbol of the weight follow where they are not what suits the unit, and
behind them how a running total counts. Layouts of older gateways have less and read the same: there a sum is one of
amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.core.averaging import Averaging
from gateway.core.reading import Parameter, Status
from gateway.core.record import Aggregation
from gateway.core.running_total import RunningTotal

STATUS_OF = (Status.MEASURING, Status.CALIBRATING, Status.FAULT)
CODE_OF = {status: code for code, status in enumerate(STATUS_OF)}
"""Statuses as packed bytes have them: 0 to 2. Their order never changes: old blocks are read by it."""


def column_to_json(parameter: Parameter, aggregation: Aggregation | None) -> list[Any]:
    column: list[Any] = [parameter.symbol, parameter.unit]
    if aggregation is not None:
        column.append(aggregation.averaging.value)
        column += [aggregation.weight] if aggregation.weight or aggregation.counter is not None else []
        column += [] if aggregation.counter is None else [aggregation.counter.to_json()]
    return column


def columns_from_json(columns: Sequence[Sequence[Any]]) -> tuple[tuple[Parameter, ...], tuple[Aggregation | None, ...]]:
    """Parameters, and their aggregations: none at all if none has one."""
    aggregations = tuple(_aggregation(*column[2:]) if len(column) > 2 else None for column in columns)
    return tuple(Parameter(column[0], column[1]) for column in columns), aggregations if any(aggregations) else ()


def _aggregation(averaging: str, weight: str = "", counter: dict[str, str] | None = None) -> Aggregation:
    return Aggregation(Averaging(averaging), weight, None if counter is None else RunningTotal.from_json(counter))
