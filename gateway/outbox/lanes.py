"""Two lanes lead to each destination, so that yesterday's outage never delays the present.

Which delivery belongs to which lane is a matter of its slot's age alone, and may change while it waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.core.instants import HOUR_MS, MINUTE_MS, local_time

BACKLOG_FILES_PER_S = 200.0


class Lane(StrEnum):
    LIVE = "live"
    """Slots that have just closed."""
    BACKLOG = "backlog"
    """Everything older, oldest first."""

    def span_ms(self, now_ms: int, interval_ms: int) -> tuple[int, int]:
        """`(after, until]`: the slot ends that the lane serves now. Live are the last two intervals.

        A slot that has not ended yet is nobody's: its file bears a time that has not come."""
        edge_ms = now_ms - min(2 * interval_ms + MINUTE_MS, 3 * HOUR_MS)
        return (edge_ms, now_ms) if self is Lane.LIVE else (-1, edge_ms)


@dataclass(frozen=True, slots=True)
class Route:
    """How a destination wants its files: `folder` is a strftime pattern in the station's `zone`; of old files, at the
    most `backlog_files_per_s`."""

    destination: str
    folder: str
    zone: str
    interval_ms: int
    backlog_files_per_s: float = BACKLOG_FILES_PER_S

    def path(self, end_ms: int) -> str:
        """The folder of the slot's files."""
        return local_time(end_ms, self.zone).strftime(self.folder)
