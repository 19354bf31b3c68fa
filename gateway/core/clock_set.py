"""The system's clock was set while the gateway watched: time that the clock showed and that never passed.

Whoever compares two instants of the wall clock that lie on either side of such a jump reckons with hours in which
nothing could happen. What really passed is known from the machine's own counting since it started.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.instants import MINUTE_MS
from gateway.core.lateness import Downtime

RECORDED_FROM_MS = MINUTE_MS
"""What is less than a minute changes no judgement."""


@dataclass(frozen=True, slots=True)
class ClockSet:
    """One jump of the wall clock during a run."""

    booted_ms: int
    """When the machine was started, by the clock as it was when the run began."""
    at_ms: int
    """What the clock would have shown, had it not been set."""
    by_ms: int
    """How far ahead it was set; negative: back."""

    @property
    def now_ms(self) -> int:
        """What it showed instead."""
        return self.at_ms + self.by_ms


@dataclass(frozen=True, slots=True)
class SkippedTime:
    """`[from_ms, until_ms)` on the wall clock, which no clock ran through."""

    from_ms: int
    until_ms: int


def skipped_times(sets: Sequence[ClockSet], downtimes: Sequence[Downtime]) -> tuple[SkippedTime, ...]:
    """What was jumped over and never made up for by setting the clock back. `sets` oldest first.

    While the gateway was off nobody saw what passed: that counts as it stands, and so does what was lived through
    before. A machine without a battery that was off for a night starts in 1970 and is set ahead to the morning: neither
    the night nor the years are skipped.
    Worked: set ahead by 13 h at 01:00 and back by 13 h an hour later, at 15:00: skipped is 01:00 to 02:00.
    """
    found: list[SkippedTime] = []
    for one in sets:
        if one.by_ms > 0:
            found.append(SkippedTime(one.at_ms, one.now_ms))
        else:
            found = _without(found, one.now_ms, one.at_ms)
    for off in downtimes:
        # One that begins within a skipped time came before the jump: the clock was behind what had been lived through.
        found = [
            part
            for one in found
            for lived_ms in [one.from_ms if one.from_ms < off.from_ms < one.until_ms else off.from_ms]
            for part in _without([one], lived_ms, off.until_ms)
        ]
    return tuple(found)


def skipped_ms(begin_ms: int, end_ms: int, skipped: Sequence[SkippedTime]) -> int:
    """How much of the time between two instants never passed."""
    return sum(max(0, min(end_ms, one.until_ms) - max(begin_ms, one.from_ms)) for one in skipped)


def _without(spans: Sequence[SkippedTime], from_ms: int, until_ms: int) -> list[SkippedTime]:
    parts = [
        part
        for one in spans
        for part in (
            SkippedTime(one.from_ms, min(one.until_ms, from_ms)),
            SkippedTime(max(one.from_ms, until_ms), one.until_ms),
        )
    ]
    return [part for part in parts if part.from_ms < part.until_ms]
