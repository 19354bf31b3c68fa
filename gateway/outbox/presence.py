"""Keeps a station online at one destination, for those that can tell a station that is there from one that is gone.

It carries nothing and decides nothing about deliveries. While the destination rejects us it stays away: only the lanes
knock then, as rarely as `Crossing` allows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gateway.core.backoff import REJECTED_S, delivery_pause_s
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock, Instant, OnlineSignal
from gateway.outbox.lanes import Crossing

_log = logging.getLogger(__name__)

SHINE_EVERY_S = 20.0


class Presence:
    """A worker. See `gateway.core.interfaces.Worker`."""

    patience_s = 120.0

    def __init__(
        self, destination: str, signal: OnlineSignal, crossing: Crossing, clock: Clock, chance: Callable[[], float]
    ) -> None:
        self.name = f"{destination}/presence"
        self._destination = destination
        self._signal = signal
        self._crossing = crossing
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._not_before_s = float("-inf")
        self._ending = False

    def step(self, now: Instant) -> float:
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        if not self._signal.is_online and self._crossing.is_barred():
            return now.mono_s + SHINE_EVERY_S
        try:
            self._signal.refresh()
        except DestinationRejected as error:
            return self._failed(str(error), REJECTED_S)
        except DeliveryDeferred as error:
            return self._failed(str(error), delivery_pause_s(self._failures + 1, self._chance()))
        if self._failures:
            _log.info("presence is shown again destination=%s failures=%d", self._destination, self._failures)
            self._failures = 0
        return now.mono_s + SHINE_EVERY_S

    def interrupt(self) -> None:
        """One that is online is left alone: it still has to say that we are leaving."""
        self._ending = True
        if not self._signal.is_online:
            self._signal.abort()

    def close(self) -> None:
        self._signal.close()

    def _failed(self, error: str, pause_s: float) -> float:
        again_s = self._clock.now().mono_s + pause_s
        if self._ending:
            return again_s
        self._failures += 1
        _log.log(
            logging.WARNING if self._failures == 1 else logging.DEBUG,
            "presence is not shown destination=%s again_in_s=%.0f error=%r",
            self._destination,
            pause_s,
            error,
        )
        self._not_before_s = again_s
        return again_s
