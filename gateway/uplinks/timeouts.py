"""How long an uplink waits, and the moment until which a step has to be done."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.interfaces import Clock


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long an uplink waits. Each network step is bounded by one of these."""

    connect_s: float = 10.0
    """For a name to be looked up, and again for one address to accept. A name with several addresses is tried address
    by address, all of them within twice this."""
    answer_s: float = 20.0
    """For the far end to give a whole answer once it has accepted: one that drips byte by byte is given up, too."""
    probe_s: float = 5.0
    """For a connection kept from an earlier delivery to show that it is still alive; else a new one is made."""
    batch_s: float = 240.0
    """For everything that is asked of an uplink in one call. A server that takes all the time it may for each answer
    would otherwise hold a lane until it is taken for hung."""


class Deadline:
    """The moment until which one step has to be done, however many waits it consists of."""

    def __init__(self, clock: Clock, within_s: float) -> None:
        self._clock = clock
        self._at_s = clock.now().mono_s + within_s

    @property
    def is_over(self) -> bool:
        return self._clock.now().mono_s >= self._at_s

    def left_s(self) -> float:
        """Seconds that are left.

        Raises:
            TimeoutError: none.
        """
        left_s = self._at_s - self._clock.now().mono_s
        if left_s <= 0:
            raise TimeoutError
        return left_s
