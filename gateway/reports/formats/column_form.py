"""One form for the numbers of a column: a reader compares them by looking down it.

Lengths of time have the same units in every row, times all have seconds or none has, and whole parts of values are in
groups everywhere if they are anywhere. Digits after the point are the parameter's, which a row may have for itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from gateway.reports.document import Cell, DurationCell, TimeCell, ValueCell

_GROUPED_FROM = 10_000


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """`units_ms`: of lengths of time, the greatest first; none: there are none."""

    units_ms: tuple[int, ...]
    has_seconds: bool
    is_grouped: bool

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> ColumnForm:
        lengths_ms: list[int] = []
        has_seconds = is_grouped = False
        for cell in cells:
            match cell:
                case DurationCell(milliseconds, False):
                    lengths_ms.append(milliseconds)
                case TimeCell(at_ms):
                    has_seconds = has_seconds or at_ms % MINUTE_MS >= SECOND_MS
                case ValueCell(value):
                    is_grouped = is_grouped or abs(value) >= _GROUPED_FROM
        return cls(_units_ms(lengths_ms), has_seconds, is_grouped)


def _units_ms(lengths_ms: list[int]) -> tuple[int, ...]:
    """Days only if all are whole days, otherwise hours, against which interruptions are held; minutes wherever there
    are some; seconds where one is below a minute, or all are below an hour and one is not whole minutes."""
    if not lengths_ms:
        return ()
    longest_ms = max(lengths_ms)
    shortest_ms = min((one for one in lengths_ms if one), default=0)
    if longest_ms < MINUTE_MS:
        return (SECOND_MS,)
    if all(one % DAY_MS == 0 for one in lengths_ms):
        return (DAY_MS,)
    if shortest_ms < MINUTE_MS or (longest_ms < HOUR_MS and any(one % MINUTE_MS >= SECOND_MS for one in lengths_ms)):
        return (HOUR_MS, MINUTE_MS, SECOND_MS) if longest_ms >= HOUR_MS else (MINUTE_MS, SECOND_MS)
    if longest_ms < HOUR_MS:
        return (MINUTE_MS,)
    return (HOUR_MS,) if all(one % HOUR_MS == 0 for one in lengths_ms) else (HOUR_MS, MINUTE_MS)
