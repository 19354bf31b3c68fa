"""The readings of a slot → one value with one status (TT10/2021, appendix 15).

Exact: values are averaged and summed as decimals, so the mean of 7.21 and 7.22 is 7.215 and rounds as people do. A
longer interval (the hour) is made from the slots in it by the same rules: a sum of sums, the greatest of the greatest,
the newest of the newest. Nothing is extrapolated: rain that fell while the gauge was silent is not in the sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from enum import StrEnum
from typing import NamedTuple

from gateway.core.reading import Parameter, Reading, Status
from gateway.core.running_total import Amount

_EXACT = Context(prec=700)
"""Digits enough for the sum of any doubles, from the largest to the smallest; a mean is rounded once, to a double."""

_UNDIRECTED = 1e-9
"""A resultant shorter than this fraction of the unit vector has no direction: opposite winds cancelled out."""


class Averaging(StrEnum):
    """How many values of one parameter become one. The catalogue has a default per symbol; a station may choose."""

    MEAN = "mean"
    """Arithmetic mean: TT10/2021's rule for whatever the others do not fit."""
    VECTOR = "vector"
    """Mean direction: an angle has no arithmetic mean (359° and 1° do not make 180°)."""
    SUM = "sum"
    """Amounts: rain, pulses. Each reading is one, or their total grows; see `core.counter`."""
    MAX = "max"
    """The greatest: gusts."""
    LAST = "last"
    """The newest: states."""


class Average(NamedTuple):
    """Value of a parameter over a slot, in the parameter's unit.

    `readings` of `expected` bear `value`; `expected` is slot length / poll period. A tuple, as `Line` is.
    """

    value: float | None
    status: Status
    readings: int
    expected: int


def average(
    readings: Sequence[Reading],
    expected: int,
    min_coverage: float,
    parameter: Parameter,
    averaging: Averaging | None = None,
    speeds: Sequence[float | None] | None = None,
) -> Average:
    """Status and value of a slot from its readings, oldest first.

    MEASURING if at least `min_coverage` % of the expected readings are valid and measuring; otherwise whichever of
    CALIBRATING and FAULT held for more of the slot, FAULT on a tie; a reading that never came counts as FAULT ("no
    valid answer"). The value is made from the readings that bear the slot's own status, as `averaging` says (`None`:
    the vector mean for an angle, otherwise the arithmetic one); with none there is no value.

    `speeds[i]`, in any unit, is the wind's speed when `readings[i]` told its direction; `None` where it is not known.

    Raises:
        ValueError: as many speeds as readings are needed.
    """
    status = _status([reading.status for reading in readings], expected, min_coverage)
    bearing = [
        (reading.value, speed)
        for reading, speed in zip(readings, [None] * len(readings) if speeds is None else speeds, strict=True)
        if reading.status is status and reading.value is not None
    ]
    values = [value for value, _ in bearing]
    chosen = natural_averaging(parameter) if averaging is None else averaging
    if not values:
        value = None
    elif chosen is Averaging.VECTOR:
        value = vector_mean(values, [speed for _, speed in bearing])
    else:
        value = _COMBINATIONS[chosen](values)
    if value is None and status is Status.MEASURING:
        status = Status.FAULT  # a vector mean without direction: measured, but no value can be told
    return Average(value, status, len(values), expected)


def counted(amounts: Sequence[Amount], expected: int, min_coverage: float) -> Average:
    """The same of a running total, of what came with each reading: the sum of the amounts that bear the slot's status.

    MEASURING without any amount (the first reading ever, and it is the slot's only one) is FAULT: nothing can be told.
    """
    status = _status([amount.status for amount in amounts], expected, min_coverage)
    known = [amount.value for amount in amounts if amount.status is status and amount.value is not None]
    value = total_of(known) if known else None
    return Average(
        value, Status.FAULT if value is None and status is Status.MEASURING else status, len(known), expected
    )


def _status(statuses: Sequence[Status], expected: int, min_coverage: float) -> Status:
    measuring = statuses.count(Status.MEASURING)
    if measuring and measuring * 100 >= min_coverage * expected:
        return Status.MEASURING
    calibrating = statuses.count(Status.CALIBRATING)
    faulty = len(statuses) - measuring - calibrating
    missing = max(0, expected - len(statuses))
    return Status.CALIBRATING if calibrating > faulty + missing else Status.FAULT


def natural_averaging(parameter: Parameter) -> Averaging:
    """What suits a parameter of which only the unit is known: the vector mean for an angle, or else the arithmetic."""
    return Averaging.VECTOR if parameter.unit == "degree" else Averaging.MEAN


def arithmetic_mean(values: Sequence[float]) -> float:
    """Arithmetic mean of one or more finite values: summed exactly as the decimals they print as, rounded once."""
    return float(_EXACT.divide(_exact_sum(values), Decimal(len(values))))


def rolling_means(values: Sequence[float | None], width: int, min_coverage: float) -> list[float | None]:
    """At each position, the arithmetic mean of it and those before it, `width` in all: exact as `arithmetic_mean`, and
    in one pass. `None` where fewer than `min_coverage` % of them have a value; before the first there is none.

    Worked, width 2, 50 %: 1, none, none, 4, 6 → 1, 1, none, 4, 5.
    """
    exact = [None if value is None else Decimal(repr(value)) for value in values]
    amount, count = Decimal(0), 0
    means: list[float | None] = []
    for position, entering in enumerate(exact):
        leaving = exact[position - width] if position >= width else None
        if entering is not None:
            amount, count = _EXACT.add(amount, entering), count + 1
        if leaving is not None:
            amount, count = _EXACT.subtract(amount, leaving), count - 1
        is_enough = count > 0 and count * 100 >= min_coverage * width
        means.append(float(_EXACT.divide(amount, Decimal(count))) if is_enough else None)
    return means


def total(values: Sequence[float]) -> float | None:
    """Sum of one or more finite values as the decimals they print as (0.1 + 0.2 is 0.3), rounded once; `None` beyond
    the largest float."""
    return total_of([Decimal(repr(value)) for value in values])


def total_of(amounts: Sequence[Decimal]) -> float | None:
    """The same of exact amounts."""
    exact = Decimal(0)
    for amount in amounts:
        exact = _EXACT.add(exact, amount)
    rounded = float(exact)
    return rounded if math.isfinite(rounded) else None


def vector_mean(degrees: Sequence[float], speeds: Sequence[float | None] | None = None) -> float | None:
    """Mean direction of one or more directions, in degrees [0, 360); `None` if they cancel out (WMO-No. 8, I, 5.8).

    With a speed (any unit) for every direction each counts with its speed: 3 m/s from 0° and 4 m/s from 90° blow from
    atan(4/3) = 53.13°. If a speed is missing or negative, and in a calm (no speed above 0), all directions count the
    same: a mean never mixes the two, and a calm is no fault of the vane.
    """
    known = [speed for speed in speeds or () if speed is not None and speed >= 0]
    weighted = len(known) == len(degrees) and any(speed > 0 for speed in known)
    weights = known if weighted else [1.0] * len(degrees)
    east = math.fsum(weight * math.sin(math.radians(angle)) for weight, angle in zip(weights, degrees, strict=True))
    north = math.fsum(weight * math.cos(math.radians(angle)) for weight, angle in zip(weights, degrees, strict=True))
    return direction(east, north, math.fsum(weights))


def direction(east: float, north: float, weight: float) -> float | None:
    """Of the sum of vectors that weigh so much together, in degrees [0, 360); `None` if they cancel out."""
    if math.hypot(east, north) <= _UNDIRECTED * weight:
        return None
    mean = round(math.degrees(math.atan2(east, north)), 9) % 360.0
    return 0.0 if mean == 360.0 else mean


def _exact_sum(values: Sequence[float]) -> Decimal:
    exact = Decimal(0)
    for value in values:
        exact = _EXACT.add(exact, Decimal(repr(value)))
    return exact


def _newest(values: Sequence[float]) -> float:
    return values[-1]


_COMBINATIONS: Mapping[Averaging, Callable[[Sequence[float]], float | None]] = {
    Averaging.MEAN: arithmetic_mean,
    Averaging.SUM: total,
    Averaging.MAX: max,
    Averaging.LAST: _newest,
}
