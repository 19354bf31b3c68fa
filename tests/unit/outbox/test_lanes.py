"""Every slot that has ended belongs to exactly one lane at any time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.outbox.lanes import Lane
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS


@given(st.integers(1, 10**14), st.integers(1, 10**14), st.sampled_from([10_000, SLOT_MS, HOUR_MS]))
def test_no_slot_is_in_both_lanes_and_one_that_has_ended_not_in_none(
    end_ms: int, now_ms: int, interval_ms: int
) -> None:
    spans = [lane.span_ms(now_ms, interval_ms) for lane in Lane]
    if now_ms > 3 * HOUR_MS:
        assert sum(after_ms < end_ms <= until_ms for after_ms, until_ms in spans) == (end_ms <= now_ms)


def test_the_last_two_slots_are_live() -> None:
    after_ms, _ = Lane.LIVE.span_ms(MIDNIGHT_MS, SLOT_MS)
    assert after_ms < MIDNIGHT_MS - 2 * SLOT_MS
    assert after_ms >= MIDNIGHT_MS - 3 * SLOT_MS
