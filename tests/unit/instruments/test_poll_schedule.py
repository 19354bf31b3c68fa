"""The grid of polls, for any period and any moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.instruments.poll_schedule import next_poll_ms

periods = st.integers(100, 3_600_000)
moments = st.integers(0, 4_102_444_800_000)


@given(moments, st.none() | moments, periods)
def test_the_next_poll_is_near_and_never_past(after_ms: int, polled_for_ms: int | None, period_ms: int) -> None:
    assert 0 <= next_poll_ms(after_ms, polled_for_ms, period_ms) - after_ms <= 1.5 * period_ms


@given(moments, periods, st.integers(0, 10_000))
def test_a_poll_on_time_leads_to_the_next_middle(any_ms: int, period_ms: int, takes_ms: int) -> None:
    planned_ms = next_poll_ms(any_ms, None, period_ms)
    assert planned_ms % period_ms == period_ms // 2
    if takes_ms <= period_ms:
        assert next_poll_ms(planned_ms + takes_ms, planned_ms, period_ms) == planned_ms + period_ms


@given(moments, periods, st.integers(1, 10))
def test_what_was_missed_is_skipped(any_ms: int, period_ms: int, missed: int) -> None:
    planned_ms = next_poll_ms(any_ms, None, period_ms)
    after_ms = planned_ms + missed * period_ms + 1
    assert next_poll_ms(after_ms, planned_ms, period_ms) > after_ms


@given(moments, periods, st.integers(-20, 20))
def test_a_drifting_clock_does_not_ask_twice(any_ms: int, period_ms: int, drift_ms: int) -> None:
    """The monotonic clock says it is time while the wall clock is a little before or after."""
    planned_ms = next_poll_ms(any_ms, None, period_ms)
    assert next_poll_ms(planned_ms + drift_ms, planned_ms, period_ms) == planned_ms + period_ms
