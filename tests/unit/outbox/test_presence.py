"""Whether the station is seen, and that showing it never costs a delivery."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import pytest

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.outbox.lanes import Crossing
from gateway.outbox.presence import SHINE_EVERY_S, Presence
from tests.support.clock import FakeClock


@dataclass
class Lamp:
    """A signal that does as it is told. See `gateway.core.interfaces.OnlineSignal`."""

    trouble: Exception | None = None
    is_online: bool = False
    asked: int = 0
    aborted: bool = False
    closed: bool = False

    def refresh(self) -> None:
        self.asked += 1
        self.is_online = self.trouble is None
        if self.trouble is not None:
            raise self.trouble

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        self.closed = True
        self.is_online = False


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lamp() -> Lamp:
    return Lamp()


@pytest.fixture
def crossing() -> Crossing:
    return Crossing()


@pytest.fixture
def presence(lamp: Lamp, crossing: Crossing, clock: FakeClock) -> Presence:
    return Presence("broker", lamp, crossing, clock, lambda: 0.0)


def test_it_is_shown_again_and_again(presence: Presence, lamp: Lamp, clock: FakeClock) -> None:
    assert presence.step(clock.now()) == clock.mono_s + SHINE_EVERY_S
    assert lamp.is_online
    presence.step(clock.advance(SHINE_EVERY_S))
    assert lamp.asked == 2


def test_a_line_that_is_down_is_tried_ever_more_rarely_and_said_once(
    presence: Presence, lamp: Lamp, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    lamp.trouble = DeliveryDeferred("no answer")
    pauses = []
    with caplog.at_level(logging.INFO):
        for _ in range(12):
            pause_s = presence.step(clock.now()) - clock.mono_s
            pauses.append(pause_s)
            clock.advance(pause_s)
        lamp.trouble = None
        presence.step(clock.now())
    assert pauses == sorted(pauses)
    assert pauses[0] == 1.0
    assert pauses[-1] == 150.0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_it_is_not_shown_before_the_pause_has_passed(presence: Presence, lamp: Lamp, clock: FakeClock) -> None:
    lamp.trouble = DestinationRejected("wrong password")
    again_s = presence.step(clock.now())
    assert again_s == clock.mono_s + REJECTED_S
    assert presence.step(clock.advance(REJECTED_S - 1)) == again_s
    assert lamp.asked == 1


def test_while_the_destination_rejects_us_only_the_lanes_knock(
    presence: Presence, lamp: Lamp, crossing: Crossing, clock: FakeClock
) -> None:
    crossing.bar(clock.mono_s + 10)
    presence.step(clock.now())
    presence.step(clock.advance(SHINE_EVERY_S))
    assert lamp.asked == 0
    crossing.let_in()
    presence.step(clock.advance(SHINE_EVERY_S))
    assert lamp.asked == 1


def test_a_rejected_presence_bars_no_lane(presence: Presence, lamp: Lamp, crossing: Crossing, clock: FakeClock) -> None:
    lamp.trouble = DestinationRejected("not on this topic")
    presence.step(clock.now())
    assert crossing.may_knock(clock.mono_s)


def test_at_the_end_a_station_that_is_online_says_goodbye_and_another_log_in_is_aborted(
    presence: Presence, lamp: Lamp, clock: FakeClock
) -> None:
    presence.interrupt()
    assert lamp.aborted
    lamp.aborted = False
    presence.step(clock.now())
    presence.interrupt()
    assert not lamp.aborted
    presence.close()
    assert lamp.closed
