"""A thinned column shows what lies farthest out, shows nothing where there is nothing, and keeps the order of time."""

from __future__ import annotations

import math
from array import array

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.averaging import Averaging
from gateway.core.instants import DAY_MS, MINUTE_MS
from gateway.core.reading import Parameter, Status
from gateway.records.columns import NOT_RECORDED, STATE_OF, Column
from gateway.reports.thinning import outermost, step_ms, thinned

VALUES = st.floats(-1e9, 1e9, allow_nan=False)
SLOT = st.tuples(st.sampled_from([NOT_RECORDED, *STATE_OF.values()]), st.one_of(st.none(), VALUES))
SLOTS = st.lists(SLOT, min_size=1, max_size=60)
WIDTH = st.integers(1, 20)
MEASURING = STATE_OF[Status.MEASURING]


def column(slots: list[tuple[int, float | None]]) -> Column:
    values = array("d", [math.nan if value is None or state == NOT_RECORDED else value for state, value in slots])
    return Column(Parameter("COD", "mg/L"), values, bytearray(state for state, _ in slots))


def valid(slots: list[tuple[int, float | None]]) -> list[float]:
    return [value for state, value in slots if state == MEASURING and value is not None]


@given(SLOTS, WIDTH)
def test_each_step_has_the_extremes_of_its_own_slots_and_counts_them_all(
    slots: list[tuple[int, float | None]], width: int
) -> None:
    steps = list(thinned(column(slots), Averaging.MEAN, width))
    parts = [slots[begin : begin + width] for begin in range(0, len(slots), width)]
    assert len(steps) == len(parts)
    for step, part in zip(steps, parts, strict=True):
        shown = valid(part)
        assert step.least == min(shown, default=None)
        assert step.greatest == max(shown, default=None)
        assert (step.mean is None) == (not shown), "a gap stays a gap"
        assert step.slots == len(part)
        assert step.valid == len(shown)
        assert step.missing == sum(state == NOT_RECORDED for state, _ in part)
        assert step.calibrating == sum(state == STATE_OF[Status.CALIBRATING] for state, _ in part)
        assert step.fault == sum(state == STATE_OF[Status.FAULT] for state, _ in part)
        if step.extremes is not None:
            least, mean, greatest = step.extremes
            assert least <= mean <= greatest


@given(SLOTS, WIDTH)
def test_what_a_step_shows_stands_in_the_slots_that_are_proven_for_it(
    slots: list[tuple[int, float | None]], width: int
) -> None:
    whole = column(slots)
    for number, step in enumerate(thinned(whole, Averaging.MEAN, width)):
        begin, end = number * width, min((number + 1) * width, len(slots))
        shown = outermost(whole, step, begin, end)
        assert shown <= set(range(begin, end))
        values = {whole.values[position] for position in shown if whole.is_valid(position)}
        assert {step.least, step.greatest} - {None} <= values


@given(SLOTS)
def test_steps_of_one_slot_are_the_slots(slots: list[tuple[int, float | None]]) -> None:
    steps = list(thinned(column(slots), Averaging.MEAN, 1))
    assert [step.mean for step in steps] == [
        value if state == MEASURING and value is not None else None for state, value in slots
    ]


@given(st.sampled_from([10_000, MINUTE_MS, 5 * MINUTE_MS, 60 * MINUTE_MS]), st.integers(1, 1200), st.integers(20, 1000))
def test_a_step_is_whole_slots_and_so_many_at_most_cover_the_time(slot_ms: int, days: int, most: int) -> None:
    found = step_ms(slot_ms, days * DAY_MS, most)
    assert found % slot_ms == 0
    assert -(-days * DAY_MS // found) <= most


def test_an_angle_has_a_mean_and_no_extremes() -> None:
    (step,) = thinned(column([(MEASURING, 350.0), (MEASURING, 10.0)]), Averaging.VECTOR, 2)
    assert step.extremes == (0.0, 0.0, 0.0)
