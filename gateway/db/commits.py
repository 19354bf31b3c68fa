"""How long the card takes to keep something. Every stage waits for it: a file that is late through it has no other
cause."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.db.board import Component

_log = logging.getLogger(__name__)

SLOW_S = 1.0
"""A commit that takes longer is told."""
QUICK_AGAIN_S = 60.0
"""So long after the last slow one the storage counts as quick again."""
COMMITS = "commits"
"""Under this name the board has it."""
_WORST = re.compile(r"([0-9]+[.][0-9]+) s")

Report = Callable[[ComponentKind, str, ComponentState, str | None, int], object]


class CommitWatch:
    """Of one process's database; used in its one writing connection, by one thread at a time."""

    def __init__(self, look: Callable[[], Instant], report: Report) -> None:
        """`look`: at the clocks; `report`: as the board's."""
        self.look = look
        self._report = report
        self._count = 0
        self._worst_s = 0.0
        self._last_slow_s: float | None = None

    def committed(self, began: Instant) -> None:
        """A commit that began then is over."""
        now = self.look()
        took_s = now.mono_s - began.mono_s
        if took_s >= SLOW_S:
            self._slow(took_s, now)
        elif self._last_slow_s is not None and now.mono_s - self._last_slow_s >= QUICK_AGAIN_S:
            _log.info("the storage is quick again slow_commits=%d worst_s=%.1f", self._count, self._worst_s)
            self._report(ComponentKind.STORAGE, COMMITS, ComponentState.UP, None, now.wall_ms)
            self._last_slow_s, self._count, self._worst_s = None, 0, 0.0

    def _slow(self, took_s: float, now: Instant) -> None:
        if self._last_slow_s is None:
            _log.warning(
                "the storage is slow: readings, slots and files wait for it, and files are late by it commit_s=%.1f",
                took_s,
            )
        self._last_slow_s = now.mono_s
        self._count += 1
        self._worst_s = max(self._worst_s, took_s)
        words = Phrase(
            "a commit took up to {worst_s:.1f} s, and everything that is to be kept or sent waits for it",
            worst_s=self._worst_s,
        )
        self._report(ComponentKind.STORAGE, COMMITS, ComponentState.SLOW, words, now.wall_ms)


def worst_s(component: Component) -> float | None:
    """The longest commit that the board tells of, in seconds."""
    found = _WORST.search(component.last_error or "")
    return float(found[1]) if found else None
