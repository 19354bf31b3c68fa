"""What the authorities' files must say, computed from what the simulator showed and from the regulation alone.

Nothing of the gateway is used here. Readings within a moment of a slot's edge may belong to either slot: the simulator
writes down when a request came, the gateway when its answer was complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

_EDGE_BEFORE_MS, _EDGE_AFTER_MS = 250, 50
_HANOI = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Column:
    """A line of the file: where its values come from, how often, and how it is written."""

    source: tuple[str, int]
    period_ms: int
    symbol: str
    unit: str
    decimals: int


def _columns(instrument: str, unit: int, period_ms: int, *lines: tuple[str, str, int]) -> list[Column]:
    return [Column((instrument, unit), period_ms, *line) for line in lines]


COLUMNS = [
    *_columns("plc", 1, 1000, ("Flow", "m3/h", 1), ("Temp", "oC", 2), ("pH", "-", 3)),
    *_columns("plc", 1, 1000, ("COD", "mg/L", 1), ("Color", "Pt-Co", 0), ("TOC", "mg/L", 3)),
    *_columns("bus", 1, 2000, ("NH4", "mg/L", 2), ("TN", "mg/L", 4), ("TP", "mg/L", 2)),
    *_columns("bus", 2, 1000, ("TSS", "mg/L", 2), ("Cl", "mg/L", 3)),
]
"""The wastewater station as `configuration.INSTRUMENTS` declares it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that an instrument showed, and the code in its status register."""

    at_ms: int
    value: Fraction
    code: int


def shown(truth: Iterable[Mapping[str, Any]]) -> dict[str, list[Shown]]:
    """The simulator's truth by symbol, oldest first."""
    found: dict[str, list[Shown]] = defaultdict(list)
    for line in truth:
        for symbol, value in line["values"].items():
            found[symbol].append(Shown(line["t_ms"], Fraction(value), line["status"]))
    return found


def outcomes(column: Column, readings: Sequence[Shown], end_ms: int, slot_ms: int) -> set[str]:
    """The lines that are right for this parameter and slot: one, or a few if readings lie on the slot's edge."""
    start_ms = end_ms - slot_ms
    readings = _last_of_each_poll(readings, column.period_ms)
    certain = [one for one in readings if start_ms + _EDGE_AFTER_MS <= one.at_ms < end_ms - _EDGE_BEFORE_MS]
    unsure = [one for one in readings if any(_is_near(one.at_ms, edge_ms) for edge_ms in (start_ms, end_ms))]
    found = set()
    for choice in product((False, True), repeat=len(unsure)):
        counted = certain + [one for one, is_in in zip(unsure, choice, strict=True) if is_in]
        found.add(_line(column, counted, end_ms, slot_ms))
    return found


def _last_of_each_poll(readings: Sequence[Shown], period_ms: int) -> list[Shown]:
    """Who fell silent is asked for one value first, and then for all; who was late is asked again: the last counts."""
    return [
        one
        for one, behind in zip(readings, [*readings[1:], None], strict=True)
        if behind is None or behind.at_ms - one.at_ms > period_ms / 2
    ]


def _is_near(at_ms: int, edge_ms: int) -> bool:
    return edge_ms - _EDGE_BEFORE_MS <= at_ms < edge_ms + _EDGE_AFTER_MS


def _line(column: Column, readings: Sequence[Shown], end_ms: int, slot_ms: int) -> str:
    expected = slot_ms // column.period_ms
    code = _status(readings, expected)
    values = [one.value for one in readings if one.code == code]
    value = number(sum(values, Fraction()) / len(values), column.decimals) if values else "NULL"
    return f"{column.symbol}\t{value}\t{column.unit}\t{label(end_ms)}\t0{code}"


def _status(readings: Sequence[Shown], expected: int) -> int:
    """TT10: measuring with three quarters of the expected readings; else what held longer, device error on a tie."""
    measuring = sum(one.code == 0 for one in readings)
    calibrating = sum(one.code == 1 for one in readings)
    if measuring * 4 >= expected * 3:
        return 0
    without_answer = max(0, expected - len(readings))
    broken = len(readings) - measuring - calibrating + without_answer
    return 1 if calibrating > broken else 2


def number(value: Fraction, decimals: int) -> str:
    """Half to even, as many digits after the point."""
    scaled = round(value * 10**decimals)  # a Fraction rounds half to even, exactly
    return f"{Decimal(scaled).scaleb(-decimals):f}"


def label(end_ms: int) -> str:
    """The slot's end on the station's clock, GMT+7."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=end_ms) + _HANOI).strftime("%Y%m%d%H%M%S")


def path(end_ms: int) -> str:
    """Where the file of a slot lies below an authority's root."""
    time = label(end_ms)
    return f"NUO001/{time[:4]}/{time[4:6]}/{time[6:8]}/HN_ABCD_NUO001_{time}.txt"


def end_of(file: str) -> int:
    """The slot's end from a file's path, in UTC milliseconds."""
    local = datetime.strptime(file[-18:-4], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return round((local - _HANOI).timestamp() * 1000)
