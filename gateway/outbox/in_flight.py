"""Which deliveries are being carried at the moment, so that the two lanes of a destination never send a file twice, nor
a courier and the one that takes its place."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence


class InFlight:
    """Shared by all couriers of a run."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._carried: set[int] = set()

    def claim(self, delivery_ids: Sequence[int], most: int | None = None) -> set[int]:
        """The first of the deliveries that nobody else is carrying, all by default; they are the caller's until
        `release`."""
        with self._turn:
            free = set([one for one in delivery_ids if one not in self._carried][:most])
            self._carried |= free
            return free

    def free(self, delivery_ids: Iterable[int]) -> set[int]:
        """Those of the deliveries that nobody is carrying now; somebody may claim them in the next moment."""
        with self._turn:
            return {one for one in delivery_ids if one not in self._carried}

    @property
    def count(self) -> int:
        """How many are being carried by all."""
        with self._turn:
            return len(self._carried)

    def release(self, delivery_ids: set[int]) -> None:
        with self._turn:
            self._carried -= delivery_ids
