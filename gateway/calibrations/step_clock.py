"""The time in a step, and pauses that outlast it: a sequence waits for gas, and the clerk waits for nobody."""

from __future__ import annotations

from collections.abc import Generator

from gateway.core.interfaces import Instant

Steps = Generator[None, None, None]
"""Goes on until there is nothing to do in this step; each `yield` ends one."""


class StepClock:
    """`now` is the look at the clocks with which the step under way began; whoever runs the steps sets it."""

    def __init__(self) -> None:
        self.now = Instant(0, 0.0)

    def pause(self, seconds: float) -> Steps:
        until_s = self.now.mono_s + seconds
        while self.now.mono_s < until_s:
            yield
