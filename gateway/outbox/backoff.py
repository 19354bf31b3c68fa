"""How long one worker leaves a destination alone after failures in a row."""

from __future__ import annotations

from collections.abc import Callable

from gateway.core.backoff import REJECTED_S, delivery_pause_s
from gateway.core.errors import DeliveryDeferred, DestinationRejected


class Backoff:
    """A line that is down is tried ever more rarely, a destination that rejects us as rarely as its account bears."""

    def __init__(self, chance: Callable[[], float]) -> None:
        """`chance` returns numbers in [0, 1), see `gateway.core.backoff.delivery_pause_s`."""
        self._chance = chance
        self.failures = 0
        """In a row."""

    def failed(self, error: DeliveryDeferred | DestinationRejected) -> float:
        """Returns the pause in seconds."""
        self.failures += 1
        if isinstance(error, DestinationRejected):
            return REJECTED_S
        return delivery_pause_s(self.failures, self._chance())

    def succeeded(self) -> int:
        """Returns how many failures there had been."""
        failures, self.failures = self.failures, 0
        return failures
