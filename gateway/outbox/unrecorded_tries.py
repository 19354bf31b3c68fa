"""Failed tries that are not written down yet: rewriting all that waits every few minutes would wear out the card in a
long outage. A first try is written down at once, others with the next that comes to something."""

from __future__ import annotations

from collections import Counter

MOST = 1000


class UnrecordedTries:
    """One lane's, by delivery. Lost with the process."""

    def __init__(self) -> None:
        self._tries: Counter[int] = Counter()

    def add(self, delivery_id: int) -> None:
        self._tries[delivery_id] += 1

    def take(self, delivery_id: int) -> int:
        """How many there are of this delivery, for whoever writes them down now."""
        return self._tries.pop(delivery_id, 0)

    def take_if_many(self) -> dict[int, int]:
        """All of them, once they are of more deliveries than are to be held in memory; otherwise none."""
        if len(self._tries) <= MOST:
            return {}
        taken, self._tries = self._tries, Counter()
        return taken
