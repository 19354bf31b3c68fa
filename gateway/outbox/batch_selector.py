"""Which of the waiting files are in the next batch: all of them, oldest first, until nothing is decided any more.

A batch may break down because the line is dead, or because the far end chokes on one file, and the uplink cannot always
tell. After three empty batches in a row, of which nothing was decided, each file makes a batch alone, in its turn. One
that is decided past the oldest casts doubt on the oldest; if the next full batch is empty again, that file goes last
from then on, and holds up nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.outbox.store import WaitingDelivery

ALONE_AFTER = 3


class BatchSelector:
    """One lane's memory of what went wrong. Lost with the process, and harmless to lose."""

    def __init__(self) -> None:
        self._empty_batches = 0
        self._passed_over: int | None = None
        self._doubted: set[int] = set()

    def choose(self, waiting: Sequence[WaitingDelivery]) -> list[WaitingDelivery]:
        """Those of the waiting, given oldest first, that are sent now."""
        line = sorted(waiting, key=lambda delivery: delivery.id in self._doubted)
        if self._empty_batches < ALONE_AFTER or len(line) < 2:
            return line
        turn = (self._empty_batches - ALONE_AFTER) % len(line)
        self._passed_over = line[0].id if turn else None
        return [line[turn]]

    def decided(self) -> None:
        """The far end decided on something in the batch."""
        self._empty_batches = 0

    def was_empty(self, batch: Sequence[WaitingDelivery]) -> None:
        """A batch broke down before anything was decided; `batch` is what `choose` had chosen."""
        self._empty_batches += 1
        if len(batch) > 1 and batch[0].id == self._passed_over:
            self._doubted.add(batch[0].id)
            self._passed_over = None
