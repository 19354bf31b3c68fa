"""One thread that takes the journey's stages in their order: keep → close → file → plan → expire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.core.interfaces import Instant


class Stage(Protocol):
    """Finds unfinished work in the database, does a little of it, says when it wants to be called again."""

    def step(self, now: Instant) -> float: ...


class Clerk:
    """A worker made of stages. All of them run whenever one is due: each finds out for itself, cheaply."""

    name = "clerk"
    patience_s = 120.0

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = tuple(stages)

    def step(self, now: Instant) -> float:
        return min(stage.step(now) for stage in self._stages)

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        """What the stages hold belongs to the application."""
