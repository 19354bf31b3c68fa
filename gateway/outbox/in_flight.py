"""Which deliveries are being carried at the moment, so that the two lanes of a destination never send a file twice, nor
a courier and the one that takes its place."""

from __future__ import annotations

import threading


class InFlight:
    """Shared by all couriers of a run."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._carried: set[int] = set()

    def claim(self, delivery_ids: list[int]) -> set[int]:
        """Those of the deliveries that nobody else is carrying; they are the caller's until `release`."""
        with self._turn:
            free = set(delivery_ids) - self._carried
            self._carried |= free
            return free

    def release(self, delivery_ids: set[int]) -> None:
        with self._turn:
            self._carried -= delivery_ids
