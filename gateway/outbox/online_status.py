"""Keeps a station shown as online at one destination, for those that can tell one that is there from one that is gone.

It carries nothing and decides nothing about deliveries but that a log-in that was refused here is not tried at once by
the lanes. While the destination rejects us it stays away: only the lanes log in then, as rarely as the `LoginBreaker`
allows. It stays away, too, while nobody vouches for the clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock, ClockTrust, Instant, OnlineSignal
from gateway.outbox.backoff import Backoff
from gateway.outbox.login_breaker import LoginBreaker

_log = logging.getLogger(__name__)

REFRESH_EVERY_S = 20.0
UNTRUSTED_S = 1.0
"""How soon it is noticed that the clock is trusted."""


class OnlineStatus:
    """A worker. See `gateway.core.interfaces.Worker`."""

    patience_s = 120.0

    def __init__(
        self,
        destination: str,
        signal: OnlineSignal,
        breaker: LoginBreaker,
        clock: Clock,
        trust: ClockTrust,
        chance: Callable[[], float],
    ) -> None:
        self.name = f"{destination}/online"
        self._destination = destination
        self._signal = signal
        self._breaker = breaker
        self._clock = clock
        self._trust = trust
        self._backoff = Backoff(chance)
        self._not_before_s = float("-inf")
        self._is_ending = False

    def step(self, now: Instant) -> float:
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        if not self._signal.is_online and not self._trust.is_trusted(now):
            return now.mono_s + UNTRUSTED_S
        was_online = self._signal.is_online
        if not was_online and self._breaker.is_open:
            return now.mono_s + REFRESH_EVERY_S
        if not was_online and not self._breaker.allows(now.mono_s):
            return self._breaker.look_again_s(now.mono_s)
        try:
            self._signal.refresh()
        except (DestinationRejected, DeliveryDeferred) as error:
            return self._failed(error)
        if not was_online:
            self._breaker.let_in(self._clock.now().mono_s)
        failures = self._backoff.succeeded()
        if failures:
            _log.info("online status is shown again destination=%s failures=%d", self._destination, failures)
        return now.mono_s + REFRESH_EVERY_S

    def interrupt(self) -> None:
        """One that is shown is left alone: it still has to say that we are leaving."""
        self._is_ending = True
        if not self._signal.is_online:
            self._signal.abort()

    def close(self) -> None:
        self._signal.close()

    def _failed(self, error: DestinationRejected | DeliveryDeferred) -> float:
        pause_s = self._backoff.failed(error)
        again_s = self._clock.now().mono_s + pause_s
        self._tell_breaker(error, again_s - pause_s)
        if self._is_ending:
            return again_s
        _log.log(
            logging.WARNING if self._backoff.failures == 1 else logging.DEBUG,
            "online status is not shown destination=%s again_in_s=%.0f error=%r",
            self._destination,
            pause_s,
            str(error),
        )
        self._not_before_s = again_s
        return again_s

    def _tell_breaker(self, error: DestinationRejected | DeliveryDeferred, at_s: float) -> None:
        if isinstance(error, DeliveryDeferred):
            self._breaker.gave_up()
        elif error.after_login:  # the topic of the status, which is not that of the files
            self._breaker.let_in(at_s)
        else:
            self._breaker.open(at_s + REJECTED_S, error, at_s, told=f"{self._destination}, for the online status")
