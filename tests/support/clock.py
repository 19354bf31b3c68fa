"""A clock that moves only when a test says so."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.interfaces import Instant


@dataclass(slots=True)
class FakeClock:
    """Both clocks, in the test's hand. Implements `gateway.core.interfaces.Clock`."""

    wall_ms: int = 1_767_200_400_000
    """2026-01-01T00:00:00+07:00"""
    mono_s: float = 1000.0

    def now(self) -> Instant:
        return Instant(self.wall_ms, self.mono_s)

    def advance(self, seconds: float) -> Instant:
        """Time passes: both clocks move on."""
        self.wall_ms += round(seconds * 1000)
        self.mono_s += seconds
        return self.now()

    def jump_wall(self, milliseconds: int) -> Instant:
        """Someone set the wall clock; no time passed."""
        self.wall_ms += milliseconds
        return self.now()
