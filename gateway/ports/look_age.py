"""Notices that nobody looks at ports any more: a device whose driver never answers holds whoever asks for it.

The watch itself cannot say so, and nothing else waits for it: it may hang for ever, and the station goes on measuring.
"""

from __future__ import annotations

import logging
from typing import Protocol

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.interfaces import Instant, StateBoard
from gateway.core.phrase import Phrase

_log = logging.getLogger(__name__)

OLD_S = 120.0
"""Twice the usual time between two looks at everything."""
LOOK_EVERY_S = 30.0


class Looking(Protocol):
    """Who looks: when it has done so last; `None`: not yet."""

    @property
    def looked_s(self) -> float | None: ...


class LookAge:
    """A stage of the clerk."""

    def __init__(self, watch: Looking, board: StateBoard) -> None:
        self._watch = watch
        self._board = board
        self._started_s: float | None = None
        self._is_told = False

    def step(self, now: Instant) -> float:
        if self._started_s is None:
            self._started_s = now.mono_s
        looked_s = self._watch.looked_s
        age_s = now.mono_s - (self._started_s if looked_s is None else looked_s)
        if age_s >= OLD_S:
            words = Phrase(
                "nobody has looked for {age_s:.0f} min: a device does not answer, or what was seen is not kept",
                age_s=age_s / 60,
            )
            self._board.report(ComponentKind.STAGE, "ports", ComponentState.FAILING, words, now.wall_ms)
            if not self._is_told:
                _log.error("ports are not looked at since_s=%.0f", age_s)
        elif self._is_told:
            _log.info("ports are looked at again")
        self._is_told = age_s >= OLD_S
        return now.mono_s + LOOK_EVERY_S
