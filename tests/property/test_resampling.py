"""Readings → slot → hour, whatever they were: the same as counting and adding with fractions; and as people round."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.averaging import Average, average
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.record import Line, Record, summarise
from gateway.core.slot import Slot
from gateway.files.formats.tt10 import number

COD = Parameter("COD", "mg/L")
SLOT_MS, HOUR_MS = 300_000, 3_600_000
values = st.decimals(-5000, 5000, places=3).map(float)
measured = values.map(lambda value: Reading(value, Status.MEASURING))
others = st.builds(Reading, st.none() | values, st.sampled_from([Status.CALIBRATING, Status.FAULT]))
readings = st.lists(measured | others, max_size=30)
coverages = st.sampled_from([1.0, 50.0, 75.0, 90.0, 100.0])


def counted(told: Sequence[Reading], expected: int, min_coverage: float) -> Average:
    """TT10/2021's rule, word by word."""
    share = {status: Fraction(sum(one.status is status for one in told), expected) for status in Status}
    absent = max(Fraction(0), 1 - Fraction(len(told), expected))
    if share[Status.MEASURING] > 0 and share[Status.MEASURING] >= Fraction(min_coverage) / 100:
        status = Status.MEASURING
    elif share[Status.CALIBRATING] > share[Status.FAULT] + absent:
        status = Status.CALIBRATING
    else:
        status = Status.FAULT
    bearing = [Fraction(repr(one.value)) for one in told if one.status is status and one.value is not None]
    value = float(sum(bearing, Fraction(0)) / len(bearing)) if bearing else None
    return Average(value, status, len(bearing), expected)


@given(readings, st.integers(1, 40), coverages)
def test_a_slot_is_what_counting_says(told: list[Reading], expected: int, min_coverage: float) -> None:
    assert average(told, expected, min_coverage, COD) == counted(told, expected, min_coverage)


@given(readings.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))), coverages)
def test_the_order_of_readings_changes_nothing(told: tuple[list[Reading], list[Reading]], min_coverage: float) -> None:
    as_they_came, shuffled = told
    assert average(as_they_came, 20, min_coverage, COD) == average(shuffled, 20, min_coverage, COD)


@given(st.lists(st.none() | measured | others, min_size=12, max_size=12).filter(any), coverages)
def test_an_hour_is_its_slots_counted_as_readings(slots: list[Reading | None], min_coverage: float) -> None:
    """`None`: a slot without a record, the gateway was off."""
    records = [
        Record(Slot((place + 1) * SLOT_MS, SLOT_MS), (Line(COD, Average(one.value, one.status, 60, 60)),))
        for place, one in enumerate(slots)
        if one is not None
    ]
    (line,) = summarise(Slot(HOUR_MS, HOUR_MS), records, min_coverage).lines
    assert line.average == counted([one for one in slots if one is not None], 12, min_coverage)


@given(st.integers(-(10**9), 10**9), st.integers(0, 5))
def test_halfway_goes_to_the_even_digit(lower: int, decimals: int) -> None:
    """`lower` and a half, in steps of the last digit."""
    halfway = float((2 * lower + 1) * Decimal(5).scaleb(-decimals - 1))
    even = lower if lower % 2 == 0 else lower + 1
    assert Decimal(number(halfway, decimals)) == Decimal(even).scaleb(-decimals)
