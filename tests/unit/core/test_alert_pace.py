"""Few messages come one by one and at once, many come together, and never more than a person reads."""

from __future__ import annotations

import random

from gateway.core.alert_pace import SINGLY, WITHIN_S, next_count, next_s


def test_few_are_told_one_by_one_and_many_at_once_in_one() -> None:
    assert next_count(0, [], 100.0) == 0
    assert next_count(1, [], 100.0) == 1
    assert next_count(SINGLY, [], 100.0) == 1
    assert next_count(SINGLY + 1, [], 100.0) == SINGLY + 1


def test_a_flood_is_bounded_and_nothing_of_it_is_left() -> None:
    """Two hours of one alert every second."""
    told_s: list[float] = []
    waiting, sizes = 0, []
    for second in range(7200):
        waiting += 1
        while count := next_count(waiting, told_s, float(second)):
            waiting -= count
            sizes.append(count)
            told_s.append(float(second))
    assert len(told_s) <= 7200 / WITHIN_S * SINGLY
    assert sum(sizes) + waiting == 7200
    assert max(sizes) <= WITHIN_S + SINGLY
    for since_s in told_s:
        assert sum(since_s <= one < since_s + WITHIN_S for one in told_s) <= SINGLY


def test_when_there_is_room_again_one_may_be_told() -> None:
    chance = random.Random(7)
    for _ in range(500):
        told_s = sorted(chance.uniform(0, 2000) for _ in range(chance.randrange(25)))
        now_s = 2000.0
        then_s = next_s(told_s, now_s)
        assert next_count(1, told_s, then_s) == 1
        assert then_s == now_s or next_count(1, told_s, then_s - 0.001) == 0
