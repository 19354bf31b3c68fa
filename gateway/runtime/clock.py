"""The one place where clocks are read."""

from __future__ import annotations

import time

from gateway.core.interfaces import Instant


class SystemClock:
    """The machine's clocks. See `gateway.core.interfaces.Clock`."""

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000_000, time.monotonic())
