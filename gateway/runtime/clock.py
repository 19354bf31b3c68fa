"""The one place where clocks are read."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from gateway.core.interfaces import Clock, Instant, ServerTime

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


TOGETHER_S = 0.005
LOOKS = 5
"""A process may be stopped between its looks at the two clocks, which then looks as if one of them had been set."""


class SystemClock:
    """The machine's clocks. See `gateway.core.interfaces.Clock`.

    What counts the time since the machine's start is the one that goes on while it sleeps: a box that was asleep for a
    night has sent nothing, and nobody has set its clock.
    """

    def now(self) -> Instant:
        for _ in range(LOOKS):
            before_s = time.clock_gettime(time.CLOCK_BOOTTIME)
            wall_ms = time.time_ns() // 1_000_000
            mono_s = time.clock_gettime(time.CLOCK_BOOTTIME)
            if mono_s - before_s < TOGETHER_S:
                break
        return Instant(wall_ms, mono_s)


def boot_id() -> str:
    """Which start of the machine this is: another one each time.

    A service that sees nothing of /proc but processes (ProcSubset=pid) is told by its unit, in `GATEWAY_BOOT_ID`. Where
    nobody says it, each call is a start of its own: what was counted before belongs to another one.
    """
    try:
        text = _BOOT_ID.read_text(encoding="ascii")
    except OSError:
        text = os.environ.get("GATEWAY_BOOT_ID") or secrets.token_hex(16)
    return text.strip().replace("-", "")


class AlwaysTrusted:
    """Vouches for the clock as it is, whatever it shows. See `gateway.core.interfaces.ClockTrust`."""

    def __init__(self, clock: Clock, boot: str = "") -> None:
        self.boot_id = boot or boot_id()
        self._clock = clock

    def is_trusted(self, _now: Instant) -> bool:
        return True

    def stamp_ms(self, mono_s: float) -> int | None:
        now = self._clock.now()
        return now.wall_ms - round((now.mono_s - mono_s) * 1000)

    def wants_authority_time(self) -> bool:
        return False

    def authority_said(self, destination: str, said: ServerTime) -> None:
        """Nobody wants to know."""
