"""The readings of a slot → one value with one status (TT10/2021, appendix 15).

Exact: values are averaged as decimals, so the mean of 7.21 and 7.22 is 7.215 and rounds as people do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from gateway.core.reading import Parameter, Reading, Status

_EXACT = Context(prec=700)
"""Digits enough for the sum of any doubles, from the largest to the smallest; a mean is rounded once, to a double."""

_UNDIRECTED = 1e-9
"""A resultant shorter than this fraction of the unit vector has no direction: opposite winds cancelled out."""


@dataclass(frozen=True, slots=True)
class Average:
    """Value of a parameter over a slot, in the parameter's unit.

    `readings` of `expected` bear `value`; `expected` is slot length / poll period.
    """

    value: float | None
    status: Status
    readings: int
    expected: int


def average(readings: Sequence[Reading], expected: int, min_coverage: float, parameter: Parameter) -> Average:
    """Status and value of a slot from its readings.

    MEASURING if at least `min_coverage` % of the expected readings are valid and measuring; otherwise whichever of
    CALIBRATING and FAULT held for more of the slot, FAULT on a tie; a reading that never came counts as FAULT ("no
    valid answer"). The value is the mean of the readings that bear the slot's own status; with none there is no value.
    """
    status = _status(readings, expected, min_coverage)
    values = [reading.value for reading in readings if reading.status is status and reading.value is not None]
    value = mean_of(parameter)(values) if values else None
    if value is None and status is Status.MEASURING:
        status = Status.FAULT  # a vector mean without direction: measured, but no value can be told
    return Average(value, status, len(values), expected)


def _status(readings: Sequence[Reading], expected: int, min_coverage: float) -> Status:
    measuring = sum(reading.status is Status.MEASURING for reading in readings)
    if measuring and measuring * 100 >= min_coverage * expected:
        return Status.MEASURING
    calibrating = sum(reading.status is Status.CALIBRATING for reading in readings)
    faulty = len(readings) - measuring - calibrating
    missing = max(0, expected - len(readings))
    return Status.CALIBRATING if calibrating > faulty + missing else Status.FAULT


def mean_of(parameter: Parameter) -> Callable[[Sequence[float]], float | None]:
    """The kind of mean that a parameter needs: an angle has no arithmetic one (359° and 1° do not make 180°)."""
    return vector_mean if parameter.unit == "degree" else arithmetic_mean


def arithmetic_mean(values: Sequence[float]) -> float:
    """Arithmetic mean of one or more finite values: summed exactly as the decimals they print as, rounded once."""
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, Decimal(repr(value)))
    return float(_EXACT.divide(total, Decimal(len(values))))


def vector_mean(degrees: Sequence[float]) -> float | None:
    """Mean direction of unit vectors, in degrees [0, 360); `None` if they cancel out (WMO-No. 8, I, 5.8)."""
    east = math.fsum(math.sin(math.radians(angle)) for angle in degrees)
    north = math.fsum(math.cos(math.radians(angle)) for angle in degrees)
    if math.hypot(east, north) <= _UNDIRECTED * len(degrees):
        return None
    mean = round(math.degrees(math.atan2(east, north)), 9) % 360.0
    return 0.0 if mean == 360.0 else mean
