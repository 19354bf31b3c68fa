"""Every slot belongs to exactly one lane at any time; the two share the account's patience."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.backoff import REJECTED_S
from gateway.outbox.boarding import ALONE_AFTER, Boarding
from gateway.outbox.lanes import Crossing, Lane
from gateway.outbox.store import Waiting
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS


@given(st.integers(1, 10**14), st.integers(1, 10**14), st.sampled_from([10_000, SLOT_MS, HOUR_MS]))
def test_no_slot_is_in_both_lanes_or_in_none(end_ms: int, now_ms: int, interval_ms: int) -> None:
    spans = [lane.span_ms(now_ms, interval_ms) for lane in Lane]
    if now_ms > 3 * HOUR_MS:
        assert sum(after_ms < end_ms <= until_ms for after_ms, until_ms in spans) == 1


def test_the_last_two_slots_are_live() -> None:
    after_ms, _ = Lane.LIVE.span_ms(MIDNIGHT_MS, SLOT_MS)
    assert after_ms < MIDNIGHT_MS - 2 * SLOT_MS
    assert after_ms >= MIDNIGHT_MS - 3 * SLOT_MS


def test_what_one_lane_carries_the_other_does_not_see() -> None:
    crossing = Crossing()
    assert crossing.claim([1, 2, 3]) == {1, 2, 3}
    assert crossing.claim([2, 3, 4]) == {4}
    crossing.release({1, 2, 3})
    assert crossing.claim([1, 4]) == {1}


class TestKnocking:
    def test_both_may_knock_until_one_is_rejected(self) -> None:
        crossing = Crossing()
        assert crossing.may_knock(0.0)
        assert crossing.may_knock(0.0)
        crossing.bar(900.0)
        assert not crossing.may_knock(899.9)

    def test_when_the_bar_has_passed_one_knocks_and_the_other_waits_for_what_it_hears(self) -> None:
        crossing = Crossing()
        crossing.bar(900.0)
        assert crossing.may_knock(900.0)
        assert not crossing.may_knock(900.0)
        assert not crossing.may_knock(900.0 + REJECTED_S - 0.1)
        crossing.let_in()
        assert crossing.may_knock(901.0)
        assert crossing.may_knock(901.0)

    def test_a_dead_line_is_no_answer(self) -> None:
        crossing = Crossing()
        crossing.bar(900.0)
        assert crossing.may_knock(900.0)
        crossing.came_to_nothing(902.0)
        assert crossing.may_knock(902.0)
        assert not crossing.may_knock(902.0)

    def test_a_dead_line_bars_nobody_who_was_not_rejected(self) -> None:
        crossing = Crossing()
        crossing.came_to_nothing(300.0)
        assert crossing.may_knock(0.0)


FIVE = [Waiting(number, number, number * SLOT_MS) for number in range(1, 6)]


class TestBoarding:
    def test_everybody_comes_along_oldest_first(self) -> None:
        assert Boarding().choose(FIVE) == FIVE

    def test_after_barren_trips_each_travels_alone_in_turn(self) -> None:
        boarding = Boarding()
        carried = []
        for _ in range(ALONE_AFTER + 6):
            carried.append([one.id for one in boarding.choose(FIVE)])
            boarding.came_back_empty(boarding.choose(FIVE))
        assert carried[:ALONE_AFTER] == [[1, 2, 3, 4, 5]] * ALONE_AFTER
        assert carried[ALONE_AFTER:] == [[1], [2], [3], [4], [5], [1]]

    def test_one_arrival_and_everybody_travels_again(self) -> None:
        boarding = Boarding()
        for _ in range(10):
            boarding.came_back_empty(FIVE)
        boarding.arrived()
        assert boarding.choose(FIVE) == FIVE

    def test_who_spoils_the_next_trip_too_goes_last_from_then_on(self) -> None:
        boarding = Boarding()
        for _ in range(ALONE_AFTER + 1):
            boarding.came_back_empty(boarding.choose(FIVE))
        assert boarding.choose(FIVE) == FIVE[1:2]
        boarding.arrived()
        rest = [FIVE[0], *FIVE[2:]]
        boarding.came_back_empty(boarding.choose(rest))
        assert [one.id for one in boarding.choose(rest)] == [3, 4, 5, 1]

    def test_after_an_ordinary_outage_nobody_is_doubted(self) -> None:
        boarding = Boarding()
        for _ in range(20):
            boarding.came_back_empty(boarding.choose(FIVE))
        boarding.choose(FIVE)
        boarding.arrived()
        assert boarding.choose(FIVE) == FIVE
        boarding.arrived()
        assert boarding.choose(FIVE) == FIVE
