"""A column of slots made as short as its picture: steps of the same length, each with what lies farthest out in it.

Nothing is smoothed and nothing is joined: the least and the greatest value of status 00 stay as they are, and a step
without one has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.averaging import Averaging, vector_mean
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.reading import Status
from gateway.records.columns import NOT_RECORDED, STATE_OF, Column

_STEPS_MS = (
    *(MINUTE_MS * minutes for minutes in (1, 5, 15)),
    *(HOUR_MS * hours for hours in (1, 3, 6)),
    *(DAY_MS * days for days in (1, 2, 4, 7, 14, 28)),
)
_CALIBRATING, _FAULT = STATE_OF[Status.CALIBRATING], STATE_OF[Status.FAULT]


@dataclass(frozen=True, slots=True)
class SeriesStep:
    """Some slots one after the other. `least`, `mean`, `greatest`: of their values of status 00, `None` without any; of
    an angle the mean of its vectors thrice, for it has neither a least nor a greatest. The counts are of slots."""

    least: float | None
    mean: float | None
    greatest: float | None
    slots: int
    valid: int
    """With a value, and of status 00."""
    calibrating: int
    fault: int
    missing: int
    """No record tells of the parameter."""

    @property
    def extremes(self) -> tuple[float, float, float] | None:
        """Least, mean and greatest, if there are any."""
        if self.least is None or self.mean is None or self.greatest is None:
            return None
        return self.least, self.mean, self.greatest


def step_ms(slot_ms: int, length_ms: int, most_steps: int) -> int:
    """The shortest round length, a multiple of the slot's, of which so many at most cover the time."""
    fitting = (one for one in _STEPS_MS if one % slot_ms == 0 and length_ms <= most_steps * one)
    return next(fitting, -(-length_ms // (most_steps * slot_ms)) * slot_ms)


def thinned(
    column: Column, averaging: Averaging, width: int, begin: int = 0, end: int | None = None
) -> Iterator[SeriesStep]:
    """Of the slots at `[begin, end)`, `width` in a step; the last may have fewer."""
    end = len(column.values) if end is None else end
    for first in range(begin, end, width):
        yield _step(column, averaging, first, min(first + width, end))


def outermost(column: Column, step: SeriesStep, begin: int, end: int) -> set[int]:
    """The slots at `[begin, end)` that the step's picture is made of: those of its least and its greatest value, and
    the one that alone has its status."""
    if step.slots == 1:
        return {begin}
    shown = {column.find(value, begin, end) for value in (step.least, step.greatest) if value is not None}
    for state, count in ((_CALIBRATING, step.calibrating), (_FAULT, step.fault)):
        if count == 1:
            shown.add(column.states.index(state, begin, end))
    return {position for position in shown if position is not None}


def _step(column: Column, averaging: Averaging, begin: int, end: int) -> SeriesStep:
    values = column.valid(begin, end)
    calibrating, fault, missing = (column.count(state, begin, end) for state in (_CALIBRATING, _FAULT, NOT_RECORDED))
    least, mean, greatest = _extremes(values, averaging) if values else (None, None, None)
    return SeriesStep(least, mean, greatest, end - begin, len(values), calibrating, fault, missing)


def _extremes(values: list[float], averaging: Averaging) -> tuple[float | None, float | None, float | None]:
    if averaging is Averaging.VECTOR:
        return (vector_mean(values),) * 3
    least, greatest = min(values), max(values)
    mean = sum(values) / len(values)
    return least, min(max(mean, least), greatest), greatest  # rounded, it may leave them by a hair
