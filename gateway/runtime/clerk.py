"""One thread that takes the journey's stages in their order: keep → close → file → plan → expire.

Stages fail one by one: one that cannot do its work says so once, is shown in `status`, and is tried again with a pause;
the others go on. What needs the time is done only while the clock is trusted.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Protocol

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import GatewayError, StoreCorrupt, StoreFull
from gateway.core.interfaces import Instant, StateBoard

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
_WORD = re.compile(r"[A-Z][a-z]*")


class Stage(Protocol):
    """Finds unfinished work in the database, does a little of it, says when it wants to be called again."""

    def step(self, now: Instant) -> float: ...


class Gate(Protocol):
    """Says when the stages that need the time may run."""

    def is_open(self, now: Instant) -> bool: ...


SHUT_S = 1.0
"""How often to look whether the gate has opened."""


class Clerk:
    """A worker made of stages. All of them run whenever one is due: each finds out for itself, cheaply."""

    name = "clerk"
    patience_s = 120.0

    def __init__(
        self,
        stages: Sequence[Stage],
        timed: Sequence[Stage] = (),
        gate: Gate | None = None,
        board: StateBoard | None = None,
    ) -> None:
        """`stages` always run, and first; `timed` only while the `gate` is open. `board` shows how each fares."""
        self._posts = tuple(_StagePost(stage, board) for stage in stages)
        self._timed = tuple(_StagePost(stage, board) for stage in timed)
        self._gate = gate

    def step(self, now: Instant) -> float:
        """Raises StoreCorrupt, StoreFull: no stage can go on; the supervisor knows what to do."""
        due_s = min(post.step(now) for post in self._posts)
        for post in self._timed:
            # Asked before each: a stage may take long, but `now` is one look, and by it either all may run or none.
            if self._gate is not None and not self._gate.is_open(now):
                return min(due_s, now.mono_s + SHUT_S)
            due_s = min(due_s, post.step(now))
        return due_s

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        """What the stages hold belongs to the application."""


class _StagePost:
    """A stage, and how it fares."""

    def __init__(self, stage: Stage, board: StateBoard | None) -> None:
        self._stage = stage
        self._board = board
        self._name = stage_name(stage)
        self._failures = 0
        self._not_before_s = float("-inf")
        self._is_known = False

    def step(self, now: Instant) -> float:
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        try:
            next_s = self._stage.step(now)
        except (StoreCorrupt, StoreFull):
            raise
        except Exception as error:
            return self._failed(error, now)
        if self._failures:
            _log.info("stage works again stage=%r failures=%d", self._name, self._failures)
        if self._failures or not self._is_known:
            self._report(ComponentState.WORKING, None, now)
        self._failures = 0
        return next_s

    def _failed(self, error: Exception, now: Instant) -> float:
        self._failures += 1
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self._failures - 1, 10))
        self._not_before_s = now.mono_s + pause_s
        words = str(error) or type(error).__name__
        self._report(ComponentState.FAILING, words, now)
        foreseen = isinstance(error, GatewayError)
        _log.log(
            logging.DEBUG if self._failures > 1 else logging.ERROR if foreseen else logging.CRITICAL,
            "stage failed, the others go on stage=%r failures=%d again_in_s=%.0f error=%r",
            self._name,
            self._failures,
            pause_s,
            words,
            exc_info=None if foreseen else error,
        )
        return self._not_before_s

    def _report(self, state: ComponentState, error: str | None, now: Instant) -> None:
        self._is_known = True
        if self._board is not None:
            self._board.report(ComponentKind.STAGE, self._name, state, error, now.wall_ms)


def stage_name(stage: Stage) -> str:
    """In words: a `RecordWatch` is "record watch"."""
    return " ".join(_WORD.findall(type(stage).__name__)).lower()
