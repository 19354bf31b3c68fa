"""Nobody vouches for the clock: nothing is sent, nobody is logged in to, but for the question what time it is."""

from __future__ import annotations

import pytest

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import ServerTime
from gateway.outbox.action import Action
from gateway.outbox.authority_time import ASK_EVERY_S, CHECK_EVERY_S, LOOK_EVERY_S, MUTE_S, AuthorityTime
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.lanes import Lane
from gateway.outbox.login_breaker import LoginBreaker
from gateway.outbox.online_status import OnlineStatus
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.fake_server import FakeServer, FakeUplink
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.trust import FakeTrust


class TellingUplink(FakeUplink):
    """Its server tells the time, `says` in place of it, or fails."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(FakeServer())
        self.clock = clock
        self.asked_s: list[float] = []
        self.failure: DeliveryDeferred | DestinationRejected | None = None
        self.tells = True

    def server_time(self) -> ServerTime | None:
        self.asked_s.append(self.clock.mono_s)
        if self.failure is not None:
            raise self.failure
        now = self.clock.now()
        return ServerTime(MIDNIGHT_MS, 1000, now, now) if self.tells else None


class Asking:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.uplink = TellingUplink(self.clock)
        self.breaker = LoginBreaker()
        self.trust = FakeTrust(0, vouched=False, asks_authorities=True)
        self.time = AuthorityTime("so-tnmt", self.uplink, self.breaker, self.trust, self.clock, lambda: 0.0)

    def live(self, seconds: float) -> None:
        """Call it when it asked to be called."""
        until_s = self.clock.mono_s + seconds
        while self.clock.mono_s < until_s:
            again_s = self.time.ask(self.clock.now())
            assert again_s <= self.clock.mono_s + LOOK_EVERY_S
            self.clock.advance(max(0.25, again_s - self.clock.mono_s))


@pytest.fixture
def asking() -> Asking:
    return Asking()


def test_a_server_is_asked_at_once_and_then_every_ten_seconds(asking: Asking) -> None:
    began_s = asking.clock.mono_s
    asking.live(60.0)
    assert asking.uplink.asked_s[0] == began_s
    pauses = [later - earlier for earlier, later in zip(asking.uplink.asked_s, asking.uplink.asked_s[1:], strict=False)]
    assert min(pauses) >= ASK_EVERY_S
    assert len(asking.uplink.asked_s) >= 5
    now = FakeClock().now()
    assert asking.trust.said[0] == ("so-tnmt", ServerTime(MIDNIGHT_MS, 1000, now, now))


def test_nobody_is_asked_while_others_vouch(asking: Asking) -> None:
    asking.trust.asks_authorities = False
    asking.live(60.0)
    assert asking.uplink.asked_s == []


def test_a_server_that_does_not_tell_is_left_alone(asking: Asking) -> None:
    asking.uplink.tells = False
    asking.live(MUTE_S - 1)
    assert len(asking.uplink.asked_s) == 1
    assert asking.trust.said == []


def test_a_line_that_is_down_is_tried_ever_more_rarely(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    asking.uplink.failure = DeliveryDeferred("no answer")
    asking.live(600.0)
    assert 5 <= len(asking.uplink.asked_s) <= 15
    assert [one.levelname for one in caplog.records].count("WARNING") == 1
    assert asking.breaker.allows(asking.clock.mono_s)


def test_an_account_that_rejects_us_is_not_locked_by_questions(asking: Asking) -> None:
    asking.uplink.failure = DestinationRejected("wrong password")
    asking.live(REJECTED_S * 2.5)
    assert len(asking.uplink.asked_s) == 3
    assert not asking.breaker.allows(asking.clock.mono_s)


def test_a_certificate_that_is_not_valid_yet_by_a_wrong_clock_keeps_nobody_away_later(asking: Asking) -> None:
    asking.uplink.failure = DestinationRejected("the certificate is not valid yet", by_clock=True)
    asking.live(30.0)
    assert asking.breaker.allows(asking.clock.mono_s)


def test_an_uplink_that_cannot_ask_is_none_to_ask(asking: Asking) -> None:
    mute = AuthorityTime("broker", FakeUplink(FakeServer()), asking.breaker, asking.trust, asking.clock, lambda: 0.0)
    assert mute.ask(asking.clock.now()) == asking.clock.mono_s + LOOK_EVERY_S


@pytest.mark.parametrize("is_stepped", [False, True])
def test_nothing_is_sent_while_the_clock_is_not_trusted_whoever_asks(journey: Journey, is_stepped: bool) -> None:
    clock = FakeClock(MIDNIGHT_MS + SLOT_MS + 3000)
    destination = Destination(journey, clock)
    destination.trust = FakeTrust(clock.wall_ms - round(clock.mono_s * 1000), vouched=is_stepped)
    destination.restart()
    journey.send(MIDNIGHT_MS + SLOT_MS, [destination.name])
    if is_stepped:
        clock.jump_wall(90_000)
    Interventions(journey.database).act(Action.RESEND, DeliverySelection(destination.name), "lan", clock.wall_ms)
    for _ in range(30):
        for lane in Lane:
            assert destination.step(lane) <= clock.mono_s + LOOK_EVERY_S
        clock.advance(1.0)
    assert destination.server.connections == 0
    if is_stepped:
        clock.jump_wall(-90_000)
    else:
        destination.trust.vouched = True
    destination.live(2.0)
    assert len(destination.server.arrivals) == 1


def test_a_delivery_during_which_the_clock_is_set_has_its_true_time(journey: Journey) -> None:
    clock = FakeClock(MIDNIGHT_MS + SLOT_MS + 3000)
    destination = Destination(journey, clock)
    journey.send(MIDNIGHT_MS + SLOT_MS, [destination.name])
    began = clock.now()
    clock.jump_wall(126_144_000_000)
    clock.advance(2.0)
    destination.lanes[Lane.LIVE].step(began)
    assert journey.database.read("SELECT delivered_ms FROM delivery") == [(began.wall_ms + 2000,)]


def test_a_station_whose_clock_is_not_trusted_is_not_shown_as_online() -> None:
    class Signal:
        is_online = False
        asked = 0

        def refresh(self) -> None:
            self.asked += 1

        def abort(self) -> None: ...
        def close(self) -> None: ...

    clock, signal = FakeClock(), Signal()
    trust = FakeTrust(clock.wall_ms - round(clock.mono_s * 1000), vouched=False)
    status = OnlineStatus("broker", signal, LoginBreaker(), clock, trust, lambda: 0.0)
    assert status.step(clock.now()) == clock.mono_s + 1.0
    assert signal.asked == 0
    trust.vouched = True
    status.step(clock.advance(1.0))
    assert signal.asked == 1


def test_a_clock_that_is_only_assumed_is_held_against_the_server_after_a_delivery(asking: Asking) -> None:
    began_s = asking.clock.mono_s
    for _ in range(40):
        asking.time.delivered(asking.clock.now())
        asking.clock.advance(60.0)
    assert asking.uplink.asked_s == [began_s, began_s + CHECK_EVERY_S, began_s + 2 * CHECK_EVERY_S]
    asking.trust.asks_authorities = False
    asking.time.delivered(asking.clock.advance(CHECK_EVERY_S))
    assert len(asking.uplink.asked_s) == 3


def test_after_a_check_a_clock_that_is_set_is_asked_about_at_once(asking: Asking) -> None:
    asking.time.delivered(asking.clock.now())
    asking.clock.advance(ASK_EVERY_S)
    asking.time.ask(asking.clock.now())
    assert len(asking.uplink.asked_s) == 2
