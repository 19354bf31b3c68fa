"""Ratios, gaps and interruptions of any set of slots add up to the period."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.completeness import Period, SlotFile, gaps, ratio_received
from gateway.core.instants import DUE_MS
from gateway.core.lateness import DelayCause
from gateway.core.long_outage import interruptions

SLOT_MS = 300_000
edges = st.integers(0, 60 * SLOT_MS)
delays = st.none() | st.sampled_from([0, 1, DUE_MS, DUE_MS + 1, 100 * DUE_MS])
files = st.dictionaries(st.integers(0, 62), st.tuples(delays, st.sampled_from(DelayCause)))


def period_of(one: int, other: int) -> Period:
    return Period(min(one, other), max(one, other), SLOT_MS)


@given(edges, edges)
def test_as_many_slots_as_it_says(one: int, other: int) -> None:
    period = period_of(one, other)
    ends = list(period.ends_ms())
    assert len(ends) == len(period)
    assert ends == [end for end in range(0, 61 * SLOT_MS, SLOT_MS) if period.contains(end)]


@given(edges, edges, st.sets(st.integers(0, 62)))
def test_what_is_present_and_what_is_missing_make_the_period(one: int, other: int, present: set[int]) -> None:
    period = period_of(one, other)
    ends = {number * SLOT_MS for number in present}
    found = gaps(ends, period)
    missing = [end for gap in found for end in range(gap.begin_ms + SLOT_MS, gap.end_ms + 1, SLOT_MS)]
    assert sorted([*missing, *(end for end in ends if period.contains(end))]) == list(period.ends_ms())
    assert sum(gap.slots for gap in found) == len(missing)
    assert all(earlier.end_ms < later.begin_ms for earlier, later in pairwise(found))


@given(edges, edges, files)
def test_what_came_in_time_and_what_was_interrupted_make_the_period(
    one: int, other: int, journeys: dict[int, tuple[int | None, DelayCause]]
) -> None:
    period = period_of(one, other)
    sent = [
        SlotFile(number * SLOT_MS, None if delay is None else number * SLOT_MS + delay, cause)
        for number, (delay, cause) in journeys.items()
    ]
    arrivals_ms = sorted(one.arrived_ms for one in sent if one.arrived_ms is not None)
    found = interruptions(sent, arrivals_ms, period, 10**12)
    assert sum(one.slots for one in found) + ratio_received(sent, period, DUE_MS).received == len(period)
    assert sum(one.arrived_later for one in found) == (
        ratio_received(sent, period).received - ratio_received(sent, period, DUE_MS).received
    )
    for interruption in found:
        assert not any(interruption.begin_ms < arrived_ms < interruption.end_ms for arrived_ms in arrivals_ms)
        assert sum(count for _, count in interruption.causes) == interruption.slots
    assert all(earlier.end_ms <= later.begin_ms for earlier, later in pairwise(found))
    assert not any(interruption.lasts for interruption in found[:-1])
