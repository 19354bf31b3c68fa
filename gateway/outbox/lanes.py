"""Two lanes lead to each destination, so that yesterday's outage never delays the present.

Which delivery belongs to which lane is a matter of its slot's age alone, and may change while it waits.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum

from gateway.core.slot import HOUR_MS

_FAR_FUTURE_MS = 1 << 62


class Lane(Enum):
    LIVE = "live"
    """Slots that have just closed."""
    BACKLOG = "backlog"
    """Everything older, oldest first."""

    def span_ms(self, now_ms: int, interval_ms: int) -> tuple[int, int]:
        """`(after, until]`: the slot ends that the lane serves now. Live are the last two intervals and the future."""
        edge_ms = now_ms - min(2 * interval_ms + 60_000, 3 * HOUR_MS)
        return (edge_ms, _FAR_FUTURE_MS) if self is Lane.LIVE else (-1, edge_ms)


class Crossing:
    """What the two lanes of a destination must know of each other: who carries what, and whether we are let in."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._carried: set[int] = set()
        self._barred_until_s: float | None = None

    def claim(self, delivery_ids: list[int]) -> set[int]:
        """Those of the deliveries that the other lane is not carrying; they are the caller's until `release`."""
        with self._turn:
            free = set(delivery_ids) - self._carried
            self._carried |= free
            return free

    def release(self, delivery_ids: set[int]) -> None:
        with self._turn:
            self._carried -= delivery_ids

    def bar(self, until_s: float) -> None:
        """The destination rejected us: neither lane knocks again before then, lest the account be locked."""
        with self._turn:
            self._barred_until_s = until_s

    def barred_until_s(self) -> float | None:
        with self._turn:
            return self._barred_until_s


@dataclass(frozen=True, slots=True)
class Route:
    """How a destination wants its files: `folder` is a strftime pattern in the station's `zone`."""

    destination: str
    folder: str
    zone: str
    interval_ms: int
