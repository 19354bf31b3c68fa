"""Whether the station is seen, and that showing it never costs a delivery."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import pytest

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.outbox.login_breaker import LoginBreaker
from gateway.outbox.online_status import REFRESH_EVERY_S, OnlineStatus
from gateway.runtime.clock import AlwaysTrusted
from tests.support.clock import FakeClock


@dataclass
class FakeSignal:
    """Does as it is told. See `gateway.core.interfaces.OnlineSignal`."""

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
def signal() -> FakeSignal:
    return FakeSignal()


@pytest.fixture
def breaker() -> LoginBreaker:
    return LoginBreaker()


@pytest.fixture
def status(signal: FakeSignal, breaker: LoginBreaker, clock: FakeClock) -> OnlineStatus:
    return OnlineStatus("broker", signal, breaker, clock, AlwaysTrusted(clock), lambda: 0.0)


def test_it_is_shown_again_and_again(status: OnlineStatus, signal: FakeSignal, clock: FakeClock) -> None:
    assert status.step(clock.now()) == clock.mono_s + REFRESH_EVERY_S
    assert signal.is_online
    status.step(clock.advance(REFRESH_EVERY_S))
    assert signal.asked == 2


def test_a_line_that_is_down_is_tried_ever_more_rarely_and_said_once(
    status: OnlineStatus, signal: FakeSignal, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    signal.trouble = DeliveryDeferred("no answer")
    pauses = []
    with caplog.at_level(logging.INFO):
        for _ in range(12):
            pause_s = status.step(clock.now()) - clock.mono_s
            pauses.append(pause_s)
            clock.advance(pause_s)
        signal.trouble = None
        status.step(clock.now())
    assert pauses == sorted(pauses)
    assert pauses[0] == 1.0
    assert pauses[-1] == 150.0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_it_is_not_shown_before_the_pause_has_passed(
    status: OnlineStatus, signal: FakeSignal, clock: FakeClock
) -> None:
    signal.trouble = DestinationRejected("wrong password")
    again_s = status.step(clock.now())
    assert again_s == clock.mono_s + REJECTED_S
    assert status.step(clock.advance(REJECTED_S - 1)) == again_s
    assert signal.asked == 1


def test_while_the_destination_rejects_us_only_the_lanes_log_in(
    status: OnlineStatus, signal: FakeSignal, breaker: LoginBreaker, clock: FakeClock
) -> None:
    breaker.open(clock.mono_s + 10, DestinationRejected("wrong password"), clock.mono_s)
    status.step(clock.now())
    status.step(clock.advance(REFRESH_EVERY_S))
    assert signal.asked == 0
    breaker.close(0.0)
    status.step(clock.advance(REFRESH_EVERY_S))
    assert signal.asked == 1


def test_a_rejected_status_keeps_no_lane_from_logging_in(
    status: OnlineStatus, signal: FakeSignal, breaker: LoginBreaker, clock: FakeClock
) -> None:
    signal.trouble = not_here = DestinationRejected("not on this topic")
    not_here.after_login = True
    status.step(clock.now())
    assert breaker.allows(clock.mono_s)


def test_a_log_in_that_is_refused_to_it_is_not_tried_by_the_lanes_at_once(
    status: OnlineStatus, signal: FakeSignal, breaker: LoginBreaker, clock: FakeClock
) -> None:
    signal.trouble = DestinationRejected("wrong password")
    status.step(clock.now())
    assert not breaker.allows(clock.mono_s + REJECTED_S - 1)
    assert breaker.rejection_elsewhere() is not None
    assert breaker.allows(clock.mono_s + REJECTED_S)


def test_while_a_lane_logs_in_it_waits_for_what_that_hears(
    status: OnlineStatus, signal: FakeSignal, breaker: LoginBreaker, clock: FakeClock
) -> None:
    assert breaker.allows(clock.mono_s)
    status.step(clock.now())
    assert signal.asked == 0
    breaker.close(clock.mono_s)
    status.step(clock.now())
    assert signal.asked == 1


def test_at_the_end_one_that_is_shown_says_goodbye_and_another_is_broken_off(
    status: OnlineStatus, signal: FakeSignal, clock: FakeClock
) -> None:
    status.interrupt()
    assert signal.aborted
    signal.aborted = False
    status.step(clock.now())
    status.interrupt()
    assert not signal.aborted
    status.close()
    assert signal.closed
