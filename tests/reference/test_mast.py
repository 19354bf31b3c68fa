"""The hours of a weather mast, computed twice: rain is a sum of sums, a direction a mean of vectors with the speeds of
its slots."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np

from gateway.core.averaging import Average, Averaging
from gateway.core.reading import Parameter, Status
from gateway.core.record import Aggregation, Line, Record, summarise
from gateway.core.slot import Slot
from tests.reference.month import CALIBRATING, FAULT, MEASURING
from tests.reference.opinion import CODES, SLOT_MS, Floats, Wholes
from tests.reference.test_month import averages, floats, same

HOUR = 12
MAST = {
    "WD": (Parameter("WD", "degree"), Aggregation(Averaging.VECTOR, "WS")),
    "WS": (Parameter("WS", "m/s"), None),
    "Rain": (Parameter("Rain", "mm"), Aggregation(Averaging.SUM)),
}


@cache
def hours() -> dict[str, list[Average]]:
    """As the gateway makes them of its records."""
    found: dict[str, list[Average]] = {symbol: [] for symbol in MAST}
    slots = {symbol: averages("ambient_air", symbol) for symbol in MAST}
    for first in range(0, len(slots["WD"]), HOUR):
        parts = [
            Record(
                Slot((number + 1) * SLOT_MS, SLOT_MS),
                tuple(
                    Line(parameter, slots[symbol][number], aggregation)
                    for symbol, (parameter, aggregation) in MAST.items()
                ),
            )
            for number in range(first, first + HOUR)
        ]
        hour = summarise(Slot((first + HOUR) * SLOT_MS, HOUR * SLOT_MS), parts, 75.0)
        for line in hour.lines:
            found[line.parameter.symbol].append(line.average)
    return found


def columns(symbol: str) -> tuple[Floats, Wholes]:
    """Values and states of the slots, an hour a row. That these are right is another test's business."""
    own = averages("ambient_air", symbol)
    numbers = {code: number for number, code in CODES.items()}
    states = np.array([numbers[one.status.value] for one in own], dtype=np.int64)
    return floats([one.value for one in own]).reshape(-1, HOUR), states.reshape(-1, HOUR)


def states_of(states: Wholes) -> Wholes:
    good, calibrating = (states == MEASURING).sum(axis=1), (states == CALIBRATING).sum(axis=1)
    return np.where(good >= 9, MEASURING, np.where(calibrating > HOUR - good - calibrating, CALIBRATING, FAULT))


def test_rain_of_an_hour_is_the_sum_of_its_slots() -> None:
    value, state = columns("Rain")
    expected = states_of(state)
    sums = []
    for values, states, own in zip(value, state, expected, strict=True):
        bearing = [Fraction(repr(one)) for one in values[(states == own) & ~np.isnan(values)].tolist()]
        sums.append(float(sum(bearing)) if bearing else np.nan)
    assert [one.status.value for one in hours()["Rain"]] == [CODES[one] for one in expected]
    assert same(floats([one.value for one in hours()["Rain"]]), np.array(sums))
    assert {one.status for one in hours()["Rain"]} == set(Status)


def test_the_wind_of_an_hour_is_that_of_its_slots_with_their_speeds() -> None:
    angle, state = columns("WD")
    speed, speed_state = columns("WS")
    expected = states_of(state)
    bears = (state == expected[:, None]) & ~np.isnan(angle)
    known = (speed_state == MEASURING) & ~np.isnan(speed)
    weighed = (known | ~bears).all(axis=1) & (np.where(bears & known, speed, 0.0).sum(axis=1) > 0)
    weight = np.where(bears, np.where(weighed[:, None], speed, 1.0), 0.0)
    radians = np.radians(np.nan_to_num(angle))
    east, north = (weight * np.sin(radians)).sum(axis=1), (weight * np.cos(radians)).sum(axis=1)
    degrees = np.degrees(np.arctan2(east, north)) % 360
    degrees[~bears.any(axis=1)] = np.nan
    ours = floats([one.value for one in hours()["WD"]])
    assert np.array_equal(np.isnan(ours), np.isnan(degrees))
    assert np.nanmax(np.abs((ours - degrees + 180) % 360 - 180)) < 1e-8
    assert [one.status.value for one in hours()["WD"]] == [CODES[one] for one in expected]
    assert weighed.any()
    assert not weighed[bears.any(axis=1)].all()
