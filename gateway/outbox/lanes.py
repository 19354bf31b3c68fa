"""Two lanes lead to each destination, so that yesterday's outage never delays the present.

Which delivery belongs to which lane is a matter of its slot's age alone, and may change while it waits.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum

from gateway.core.backoff import REJECTED_S
from gateway.core.instants import FAR_FUTURE_MS, HOUR_MS, MINUTE_MS, local_time
from gateway.core.interfaces import Instant


class Lane(Enum):
    LIVE = "live"
    """Slots that have just closed."""
    BACKLOG = "backlog"
    """Everything older, oldest first."""

    def span_ms(self, now_ms: int, interval_ms: int) -> tuple[int, int]:
        """`(after, until]`: the slot ends that the lane serves now. Live are the last two intervals and the future."""
        edge_ms = now_ms - min(2 * interval_ms + MINUTE_MS, 3 * HOUR_MS)
        return (edge_ms, FAR_FUTURE_MS) if self is Lane.LIVE else (-1, edge_ms)


class Crossing:
    """What the two lanes of a destination must know of each other: who carries what, and whether we are let in.

    Once the destination has rejected us, lest it lock the account, one lane at a time knocks, and not before the bar
    has passed; both are free again when one of them has been let in.
    """

    def __init__(self, barred_until_s: float | None = None) -> None:
        """`barred_until_s` is what an earlier run left behind: see `barred_until_s`."""
        self._turn = threading.Lock()
        self._carried: set[int] = set()
        self._barred_until_s = barred_until_s

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
        """The destination rejected us: neither lane knocks again before then."""
        with self._turn:
            self._barred_until_s = until_s

    def may_knock(self, now_s: float) -> bool:
        """Whether the caller may connect now. If we were rejected, it is the only one that may."""
        with self._turn:
            if self._barred_until_s is None:
                return True
            if now_s < self._barred_until_s:
                return False
            self._barred_until_s = now_s + REJECTED_S
            return True

    def came_to_nothing(self, retry_s: float) -> None:
        """The line was down when the caller knocked: that says nothing about whether we would be let in."""
        with self._turn:
            if self._barred_until_s is not None:
                self._barred_until_s = retry_s

    def is_barred(self) -> bool:
        """Whether we were rejected and have not been let in since."""
        return self._barred_until_s is not None

    def let_in(self) -> None:
        with self._turn:
            self._barred_until_s = None


def barred_until_s(rejected_ms: int | None, changed_ms: int, now: Instant) -> float | None:
    """When a destination that rejected an earlier run may be knocked at again; `None`: it did not reject us.

    A restart is no reason to knock sooner: a service that restarts in a loop would lock the account. A configuration
    or a secret that was changed since (`changed_ms`) is.
    """
    if rejected_ms is None or changed_ms > rejected_ms:
        return None
    rest_s = REJECTED_S - (now.wall_ms - rejected_ms) / 1000
    return now.mono_s + min(REJECTED_S, max(0.0, rest_s))  # the clock may have been set meanwhile


BACKLOG_FILES_PER_S = 200.0


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
