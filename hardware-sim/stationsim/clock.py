"""The only place that reads clocks. Everything else is given a `Clock`, so that a test can hold time in its hand."""

import time
from typing import Protocol


class Clock(Protocol):
    """Wall time says *when* (values, slots, arrivals); monotonic time says *how long* (faults)."""

    def wall_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""
        ...


class SystemClock:
    """The machine's clocks."""

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()
