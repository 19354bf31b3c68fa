"""Who comes along on a trip: everybody that waits, oldest first, until nothing arrives any more.

A trip may break down because the line is dead, or because the far end chokes on one file, and the uplink cannot always
tell. After three barren trips in a row files travel alone, each in its turn. One that arrives past the oldest casts
doubt on it; if the next full trip is barren again, the oldest goes last from then on, and holds up nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.outbox.store import Waiting

ALONE_AFTER = 3


class Boarding:
    """One lane's memory of what went wrong. Lost with the process, and harmless to lose."""

    def __init__(self) -> None:
        self._barren = 0
        self._passed_over: int | None = None
        self._doubted: set[int] = set()

    def choose(self, waiting: Sequence[Waiting]) -> list[Waiting]:
        """Those of the waiting, given oldest first, that come along now."""
        line = sorted(waiting, key=lambda delivery: delivery.id in self._doubted)
        if self._barren < ALONE_AFTER or len(line) < 2:
            return line
        turn = (self._barren - ALONE_AFTER) % len(line)
        self._passed_over = line[0].id if turn else None
        return [line[turn]]

    def arrived(self) -> None:
        """The far end decided on something that was on board."""
        self._barren = 0

    def came_back_empty(self, carried: Sequence[Waiting]) -> None:
        """A trip broke down before anything was decided; `carried` is what `choose` had chosen."""
        self._barren += 1
        if len(carried) > 1 and carried[0].id == self._passed_over:
            self._doubted.add(carried[0].id)
            self._passed_over = None
