"""What made a file late is what stood in its way when it was due."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.instants import DUE_MS
from gateway.core.lateness import DelayCause, DeliveryTimes, Downtime, Outage, cause_of, is_late

END = 1_767_200_400_000
DUE = END + DUE_MS
MINUTE = 60_000
NOW = END + 24 * 60 * MINUTE


def times(
    *, closed: float = 2, planned: float = 2, delivered: float | None = None, was_refused: bool = False
) -> DeliveryTimes:
    """Times in seconds after the slot's end."""
    return DeliveryTimes(
        END,
        END + round(closed * 1000),
        END + round(planned * 1000),
        None if delivered is None else END + round(delivered * 1000),
        was_refused,
    )


def outage(cause: DelayCause, began: float, ended: float | None) -> Outage:
    """Times in minutes after the slot's end."""
    return Outage(cause, END + round(began * MINUTE), None if ended is None else END + round(ended * MINUTE))


def off(began: float, ended: float) -> Downtime:
    return Downtime(END + round(began * MINUTE), END + round(ended * MINUTE))


@pytest.mark.parametrize(("delivered_s", "late"), [(2.5, False), (300, False), (300.001, True), (86_400, True)])
def test_more_than_five_minutes_after_the_slots_end_is_late(delivered_s: float, late: bool) -> None:
    arrived = times(delivered=delivered_s)
    assert is_late(arrived, NOW) is late
    assert (cause_of(arrived, [], [], NOW) is not None) is late


def test_what_still_waits_is_late_from_the_same_moment_on() -> None:
    assert not is_late(times(), DUE)
    assert is_late(times(), DUE + 1)


@pytest.mark.parametrize("cause", [DelayCause.LINE, DelayCause.SERVER, DelayCause.REJECTED])
@pytest.mark.parametrize("ended", [30.0, None])
def test_an_outage_of_the_destination_is_the_cause(cause: DelayCause, ended: float | None) -> None:
    waits = times(delivered=ended and ended * 60 + 5)
    assert cause_of(waits, [outage(cause, 0.1, ended)], [], NOW) is cause


def test_of_two_outages_the_one_counts_that_lasted_when_it_was_due() -> None:
    """The line came back after four minutes, and the server was full then."""
    both = [outage(DelayCause.LINE, -60, 4), outage(DelayCause.SERVER, 4, 90)]
    assert cause_of(times(delivered=6000), both, [], NOW) is DelayCause.SERVER
    assert cause_of(times(delivered=6000), [both[0], outage(DelayCause.SERVER, 6, 90)], [], NOW) is DelayCause.LINE


def test_an_outage_that_came_when_it_was_late_already_is_not_the_cause() -> None:
    assert cause_of(times(delivered=6000), [outage(DelayCause.LINE, 7, 60)], [], NOW) is DelayCause.QUEUE


def test_an_outage_that_was_over_before_the_slot_ended_is_not_the_cause() -> None:
    assert cause_of(times(delivered=600), [outage(DelayCause.LINE, -60, -1)], [], NOW) is DelayCause.QUEUE


def test_the_gateway_was_off_and_closed_the_slot_when_it_started() -> None:
    assert cause_of(times(closed=3600, planned=3600, delivered=3605), [], [off(-2, 60)], NOW) is DelayCause.GATEWAY_OFF


def test_the_gateway_was_off_when_the_file_was_due() -> None:
    """Closed in time and killed before it was sent; that the line is down as well was not known to anyone."""
    assert (
        cause_of(times(delivered=3605), [outage(DelayCause.LINE, 0.1, 60)], [off(1, 60)], NOW) is DelayCause.GATEWAY_OFF
    )


def test_it_ran_and_yet_the_slot_was_closed_late_so_the_clock_was_set() -> None:
    assert cause_of(times(closed=3600, planned=3600, delivered=3605), [], [off(-90, -60)], NOW) is DelayCause.CLOCK


def test_a_destination_that_came_later() -> None:
    assert cause_of(times(planned=80_000, delivered=80_002), [], [], NOW) is DelayCause.PLANNED_LATE


def test_a_file_that_the_server_would_not_have() -> None:
    assert cause_of(times(was_refused=True), [outage(DelayCause.LINE, 0, 60)], [], NOW) is DelayCause.REFUSED


_minutes = st.integers(-600, 600)
_outages = st.lists(
    st.builds(
        outage,
        st.sampled_from([DelayCause.LINE, DelayCause.SERVER, DelayCause.REJECTED]),
        _minutes,
        st.none() | st.integers(0, 600),
    ),
    max_size=5,
)


@given(
    st.builds(
        times,
        closed=st.integers(0, 40_000),
        planned=st.integers(0, 40_000),
        delivered=st.none() | st.integers(0, 80_000),
        was_refused=st.booleans(),
    ),
    _outages,
    st.lists(st.builds(off, _minutes, _minutes), max_size=3),
)
def test_every_late_file_has_one_cause_whatever_the_order_of_the_facts(
    passed: DeliveryTimes, outages: list[Outage], downtimes: list[Downtime]
) -> None:
    cause = cause_of(passed, outages, downtimes, NOW)
    assert (cause is not None) is is_late(passed, NOW)
    begun = len({one.began_ms for one in outages}) == len(outages)
    if begun:
        assert cause_of(passed, outages[::-1], downtimes[::-1], NOW) is cause
