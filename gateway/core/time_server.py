"""What a time server's answer is worth before it is compared with others (RFC 5905, 7.3, 7.4, 11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gateway.core.phrase import Phrase

LEAP_UNSYNCHRONISED = 3
WORST_STRATUM = 15
WORST_DISTANCE_MS = 1_500.0
"""Beyond it a server is not selected (RFC 5905, MAXDIST, as ntpd has it): it may be wrong by that much."""
LEAST_DISTANCE_MS = 5.0
"""RFC 5905, MINDISP: nobody knows better over a network."""
EARLIEST_MS = 1_735_689_600_000
"""2025-01-01: a clock that shows less shows a time before this program."""
LATEST_MS = 4_102_444_800_000
"""2100-01-01: what shows more was never set, and counts from 1970 in the next era of NTP (2036 to 2172)."""
FIRST_PAUSE_S = 64.0
"""After `RATE`; doubled each time (RFC 8633, 3.2)."""
LONGEST_PAUSE_S = 36 * 3600.0
BANNED_FOR_S = 86_400.0


class Kiss(Enum):
    """What a kiss-o'-death asks of us (RFC 5905, 7.4)."""

    STAY_AWAY = Phrase("is not asked again before tomorrow, unless the configuration changes")
    SLOW_DOWN = Phrase("is asked less often")


_KISSES = {"DENY": Kiss.STAY_AWAY, "RSTR": Kiss.STAY_AWAY, "RATE": Kiss.SLOW_DOWN}


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """One answer to a question of ours: that it is, has been proven by the time stamp it returns."""

    offset_ms: float
    """How far the server's clock is ahead of ours."""
    delay_ms: float
    """There and back, without the server's own time."""
    root_delay_ms: float
    root_dispersion_ms: float
    stratum: int
    leap: int
    code: str
    """Four letters of a server without a time: a kiss-o'-death, or why it has none."""
    server_ms: float
    """UTC of its clock when it answered."""

    @property
    def distance_ms(self) -> float:
        """The most by which its time may be wrong (RFC 5905, root distance)."""
        return max(LEAST_DISTANCE_MS, (max(0.0, self.delay_ms) + self.root_delay_ms) / 2 + self.root_dispersion_ms)

    @property
    def kiss(self) -> Kiss | None:
        """What the server asks of us; `None`: nothing."""
        return _KISSES.get(self.code) if self.stratum == 0 else None


def unfit(answer: ServerAnswer) -> str | None:
    """Why nothing can be concluded from the answer, in words; `None`: it can."""
    if answer.kiss is not None:
        return Phrase("answers {code}: it {then}", code=answer.code, then=answer.kiss.value)
    if answer.leap == LEAP_UNSYNCHRONISED or not 1 <= answer.stratum <= WORST_STRATUM:
        if answer.code:
            return Phrase("says that its clock is not synchronised ({code})", code=answer.code)
        return Phrase("says that its clock is not synchronised")
    if answer.distance_ms > WORST_DISTANCE_MS:
        return Phrase(
            "may be wrong by {length:.1f} s, as it says itself or as long as its answer took",
            length=answer.distance_ms / 1000,
        )
    if not EARLIEST_MS <= answer.server_ms < LATEST_MS:
        return Phrase("shows a time that cannot be")
    return None


def pause_after_rate_s(pause_s: float) -> float:
    """How long a server that answers `RATE` is left alone, if it was left alone so long before."""
    return min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, pause_s * 2))
