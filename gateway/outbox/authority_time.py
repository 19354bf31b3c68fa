"""Asks a destination's server what time it is, while nobody else vouches for our clock.

By the time that the server gives to a file that no receiver takes. Nothing else is logged in for meanwhile, and an
account that rejects us is spared as a courier spares it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock, ClockTrust, Instant, TellsTime, Uplink
from gateway.outbox.backoff import Backoff
from gateway.outbox.login_breaker import LoginBreaker

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How soon it is noticed that the clock is trusted."""
ASK_EVERY_S = 10.0
"""The least time between two questions to one server."""
CHECK_EVERY_S = 900.0
"""The least time between two questions that only confirm."""
MUTE_S = 3600.0
"""How long a server is left alone that does not tell the time."""


class AuthorityTime:
    """Belongs to one courier and is called in its thread: while the clock is not trusted, and after deliveries."""

    def __init__(
        self,
        destination: str,
        uplink: Uplink,
        breaker: LoginBreaker,
        trust: ClockTrust,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._destination = destination
        self._uplink = uplink
        self._breaker = breaker
        self._trust = trust
        self._clock = clock
        self._backoff = Backoff(chance)
        self._not_before_s = float("-inf")
        self._next_check_s = float("-inf")

    def ask(self, now: Instant) -> float:
        """Ask, if anybody wants to know and it is not too soon. Returns when to be called again."""
        if (
            now.mono_s >= self._not_before_s
            and isinstance(self._uplink, TellsTime)
            and self._trust.wants_authority_time()
            and self._breaker.allows(now.mono_s)
        ):
            self._ask(self._uplink)
            return self._clock.now().mono_s
        return now.mono_s + LOOK_EVERY_S

    def delivered(self, now: Instant) -> None:
        """Files have just arrived: a clock that is only assumed to be right is held against theirs at times."""
        if (
            now.mono_s >= max(self._next_check_s, self._not_before_s)
            and isinstance(self._uplink, TellsTime)
            and self._trust.wants_authority_time()
        ):
            self._next_check_s = now.mono_s + CHECK_EVERY_S
            self._ask(self._uplink)

    def _ask(self, uplink: TellsTime) -> None:
        try:
            said = uplink.server_time()
        except DestinationRejected as error:
            if error.by_clock:  # which is what we are asking for: no reason to stay away once the time is known
                self._failed(error, self._backoff.failed(DeliveryDeferred(str(error))))
                self._breaker.failed(self._clock.now().mono_s)
            else:
                self._failed(error, self._backoff.failed(error))
                at_s = self._clock.now().mono_s
                self._breaker.open(at_s + REJECTED_S, error, at_s)
            return
        except DeliveryDeferred as error:
            self._failed(error, self._backoff.failed(error))
            self._breaker.failed(self._not_before_s)
            return
        self._backoff.succeeded()
        self._breaker.close(self._clock.now().mono_s)
        self._not_before_s = self._clock.now().mono_s + (MUTE_S if said is None else ASK_EVERY_S)
        if said is None:
            _log.info("server does not tell the time destination=%s", self._destination)
        else:
            self._trust.authority_said(self._destination, said)

    def _failed(self, error: DeliveryDeferred | DestinationRejected, pause_s: float) -> None:
        self._not_before_s = self._clock.now().mono_s + max(ASK_EVERY_S, pause_s)
        _log.log(
            logging.WARNING if self._backoff.failures == 1 else logging.DEBUG,
            "server cannot be asked for its time destination=%s again_in_s=%.0f error=%r",
            self._destination,
            self._not_before_s - self._clock.now().mono_s,
            str(error),
        )
