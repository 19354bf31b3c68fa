"""How long video is kept and how much of it, and what there is."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.instants import DAY_MS, HOUR_MS

SHORTEST_MS = 90 * DAY_MS
"""Three months (TT10/2021)."""
NEWEST_MS = HOUR_MS
"""So much of the newest never goes."""


@dataclass(frozen=True, slots=True)
class VideoRules:
    """How long, and how much. `max_bytes`: of all video together; `None`: what the disk has. `pinned_bytes`: what pins
    may hold of video that has kept its time. `zone`: the station's, in whose days people are told."""

    keep_ms: int
    max_bytes: int | None
    leave_free: int
    pinned_bytes: int
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is. `used_bytes`: of our video; `free_bytes`: on its disk; `newest_ms`: the end of the newest
    video."""

    used_bytes: int
    free_bytes: int
    newest_ms: int

    def needed_bytes(self, rules: VideoRules) -> int:
        """So much has to go."""
        over = 0 if rules.max_bytes is None else self.used_bytes - rules.max_bytes
        return max(0, over, rules.leave_free - self.free_bytes)
