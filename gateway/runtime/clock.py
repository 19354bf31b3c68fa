"""The one place where clocks are read."""

from __future__ import annotations

import time

from gateway.core.interfaces import Instant


class SystemClock:
    """The machine's clocks. See `gateway.core.interfaces.Clock`.

    What counts the time since the machine's start is the one that goes on while it sleeps: a box that was asleep for a
    night has sent nothing, and nobody has set its clock.
    """

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000_000, time.clock_gettime(time.CLOCK_BOOTTIME))
