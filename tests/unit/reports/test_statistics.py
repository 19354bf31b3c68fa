"""Directions and amounts have no arithmetic mean, and only valid values count."""

from __future__ import annotations

import math
from array import array

import pytest

from gateway.core.averaging import Averaging
from gateway.core.dated_limit import LimitSpan
from gateway.core.limits import Limit
from gateway.core.reading import Parameter, Status
from gateway.records.columns import NOT_RECORDED, STATE_OF, Column, Columns
from gateway.reports.report_data import MeasuredColumn
from gateway.reports.statistics import Statistics, statistics

OK, CALIBRATING, FAULT = (STATE_OF[status] for status in Status)


def column(symbol: str, unit: str, *slots: tuple[float | None, int]) -> Column:
    values = array("d", [math.nan if value is None else value for value, _ in slots])
    return Column(Parameter(symbol, unit), values, bytearray(state for _, state in slots))


def of(measured: MeasuredColumn, begin: int, end: int) -> Statistics:
    return statistics(measured, Columns(0, 300_000, bytearray([1] * end), {}), begin, end)


def test_the_mean_of_directions_around_north_is_north() -> None:
    wind = column("WD", "degree", (350.0, OK), (10.0, OK), (180.0, CALIBRATING))
    found = of(MeasuredColumn(wind, 0, Averaging.VECTOR, "WD"), 0, 3)
    assert found.mean == pytest.approx(0.0, abs=1e-6)
    assert (found.least, found.greatest, found.valid, found.expected) == (10.0, 350.0, 2, 3)


def test_rain_is_added_up_and_has_no_mean() -> None:
    rain = column("Rain", "mm", (0.2, OK), (0.1, OK), (None, FAULT), (0.0, OK))
    found = of(MeasuredColumn(rain, 1, Averaging.SUM, "Rain"), 0, 4)
    assert (found.total, found.mean) == (0.3, None)  # as decimals, not 0.30000000000000004


def test_what_was_not_valid_neither_counts_nor_exceeds() -> None:
    cod = column(
        "COD", "mg/L", (100.0, OK), (900.0, CALIBRATING), (800.0, FAULT), (None, NOT_RECORDED), (150.0, OK), (151.0, OK)
    )
    found = of(MeasuredColumn(cod, 1, Averaging.MEAN, "COD", (LimitSpan(Limit(None, 150.0)),)), 0, 6)
    assert found == Statistics(6, 3, 100.0, 401 / 3, 151.0, None, 1)
    assert found.share == 0.5


def test_a_limit_for_the_mean_of_an_hour_is_not_held_against_a_slot() -> None:
    so2 = column("SO2", "ug/Nm3", (400.0, OK))
    found = of(MeasuredColumn(so2, 1, Averaging.MEAN, "SO2", (LimitSpan(Limit(None, 350.0, 3_600_000)),)), 0, 1)
    assert found.exceeded is None


def test_no_slot_at_all_is_no_share() -> None:
    assert of(MeasuredColumn(column("COD", "mg/L"), 1, Averaging.MEAN, "COD"), 0, 0).share == 0.0


def test_each_slot_is_held_against_the_limit_that_was_in_force_when_it_began() -> None:
    cod = column("COD", "mg/L", *((120.0, OK) for _ in range(6)))
    limits = (
        LimitSpan(Limit(None, 150.0), until_ms=2 * 300_000),
        LimitSpan(Limit(None, 100.0), from_ms=2 * 300_000, until_ms=4 * 300_000),
    )
    measured = MeasuredColumn(cod, 1, Averaging.MEAN, "COD", limits)
    assert [of(measured, begin, begin + 1).exceeded for begin in range(6)] == [0, 0, 1, 1, 0, 0]
    assert of(measured, 0, 6).exceeded == 2
