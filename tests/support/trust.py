"""Who vouches for the clock, in the test's hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.core.interfaces import Instant, ServerTime

BOOT = "5f3c1a52-0000-4000-8000-000000000001"
STEP_MS = 500


@dataclass(slots=True)
class CountedFrom1970:
    """Always trusted, on a machine that was started in 1970: a sample's time is its monotonic second, whatever the wall
    clock shows meanwhile. Implements `gateway.core.interfaces.ClockTrust`."""

    boot_id: str = BOOT

    def is_trusted(self, _now: Instant) -> bool:
        return True

    def stamp_ms(self, mono_s: float) -> int | None:
        return round(mono_s * 1000)

    def wants_authority_time(self) -> bool:
        return False

    def authority_said(self, destination: str, said: ServerTime) -> None:
        raise AssertionError("nobody asked")


@dataclass(slots=True)
class FakeTrust:
    """Knows the truth: the clock is trusted while `vouched` and right, which is when the machine counts from `zero_ms`.

    Implements `gateway.core.interfaces.ClockTrust`.
    """

    zero_ms: int
    """UTC at which the machine was started."""
    vouched: bool = True
    boot_id: str = BOOT
    asks_authorities: bool = False
    said: list[tuple[str, ServerTime]] = field(default_factory=list)
    is_stepped: bool = False

    def is_trusted(self, now: Instant) -> bool:
        self.is_stepped = abs(now.wall_ms - round(now.mono_s * 1000) - self.zero_ms) >= STEP_MS
        return self.vouched and not self.is_stepped

    def stamp_ms(self, mono_s: float) -> int | None:
        return self.zero_ms + round(mono_s * 1000) if self.vouched and not self.is_stepped else None

    def wants_authority_time(self) -> bool:
        return self.asks_authorities

    def authority_said(self, destination: str, said: ServerTime) -> None:
        self.said.append((destination, said))
