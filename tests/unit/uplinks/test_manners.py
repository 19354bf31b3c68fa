"""What has been learned of a server is believed for a day, and longer only if it has shown it again."""

from __future__ import annotations

from gateway.core.instants import HOUR_MS
from gateway.core.manner import LearnedManner, Manner
from gateway.uplinks.manners import Manners
from tests.support.clock import FakeClock

HOUR_S = HOUR_MS / 1000


def test_a_manner_is_believed_for_a_day() -> None:
    clock = FakeClock()
    manners = Manners(clock)
    manners.learn(Manner.ONE_FILE, "too many", 4)
    clock.advance(23 * HOUR_S)
    assert manners.number(Manner.ONE_FILE) == 4
    clock.advance(2 * HOUR_S)
    assert not manners.has(Manner.ONE_FILE)


def test_what_is_shown_again_is_believed_for_another_day_and_seldom_written_down() -> None:
    clock = FakeClock()
    told: list[LearnedManner] = []
    manners = Manners(clock, on_learned=told.append)
    manners.renew(Manner.TAKES_AT_CLOSE, "gone")
    assert not manners.has(Manner.TAKES_AT_CLOSE)
    manners.learn(Manner.TAKES_AT_CLOSE, "gone")
    for _ in range(48):
        clock.advance(HOUR_S)
        manners.renew(Manner.TAKES_AT_CLOSE, "gone")
    assert manners.has(Manner.TAKES_AT_CLOSE)
    assert len(told) == 5
