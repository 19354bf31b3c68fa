"""Before a question: listen until nobody talks, and throw away what was said.

An answer that comes late must not be taken for the next one, and on lines without frame numbers only silence tells
them apart.
"""

from __future__ import annotations

from typing import Protocol

from gateway.core.errors import InstrumentGarbled
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase


class DrainableLine(Protocol):
    """A line, and when (monotonic) something was last heard on it."""

    address: str
    timeout_s: float
    silent_since_s: float

    def receive(self, longest_s: float) -> bytes: ...


def drain(line: DrainableLine, listen_s: float, quiet_s: float, clock: Clock) -> None:
    """Throw away whatever still arrives, for at least `listen_s` and until the line has been silent for `quiet_s`.

    Raises:
        InstrumentGarbled: something on the line never stops talking.
        OSError: the line failed.
    """
    now_s = clock.now().mono_s
    give_up_s = now_s + listen_s + line.timeout_s
    until_s = max(now_s + listen_s, line.silent_since_s + quiet_s)
    while line.receive(max(0.0, until_s - now_s)):
        now_s = line.silent_since_s
        until_s = max(until_s, now_s + quiet_s)
        if now_s > give_up_s:
            raise InstrumentGarbled(Phrase("{address}: the line never falls silent", address=line.address))
