"""One thread that takes the journey's stages in their order: keep → close → file → plan → expire.

What judges by the wall clock is done only while somebody vouches for it: this is the one place where that is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.core.interfaces import Instant


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

    def __init__(self, stages: Sequence[Stage], timed: Sequence[Stage] = (), gate: Gate | None = None) -> None:
        """`stages` always run, and first; `timed` only while the `gate` is open."""
        self._stages = tuple(stages)
        self._timed = tuple(timed)
        self._gate = gate

    def step(self, now: Instant) -> float:
        due_s = min(stage.step(now) for stage in self._stages)
        for stage in self._timed:
            # Asked before each: a stage may take long, but `now` is one look, and by it either all may run or none.
            if self._gate is not None and not self._gate.is_open(now):
                return min(due_s, now.mono_s + SHUT_S)
            due_s = min(due_s, stage.step(now))
        return due_s

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        """What the stages hold belongs to the application."""
