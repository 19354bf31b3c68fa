"""How many files a batch has, and how long a lane rests after it.

Uplinks keep many files under way at once, so a batch should be long enough to fill the line; and short enough, for what
is to be sent is chosen anew with every batch. A batch of a few seconds is both, on any line.
"""

from __future__ import annotations

BATCH_S = 5.0
"""How long a batch of the backlog should take."""
FEWEST = 20
"""Files in the first batch, and in any other of an unpaced lane."""
MOST = 200


class BatchSize:
    """One lane's. `files_per_s` is the most that the lane may carry on average; `None`: a lane without haste or rest,
    whose batches are as small as what waits."""

    def __init__(self, files_per_s: float | None) -> None:
        self._files_per_s = files_per_s
        self._most = FEWEST if files_per_s is None else max(1, min(MOST, round(files_per_s)))
        self.files = min(FEWEST, self._most)
        """How many files the next batch has at the most."""

    def batch_over(self, files: int, took_s: float) -> float:
        """A batch is over and `files` have been decided. Returns for how many seconds to rest."""
        if files == self.files:  # a batch that was not full says little about the line
            self.files = max(min(FEWEST, self._most), min(self._most, round(files / max(took_s, 0.001) * BATCH_S)))
        return 0.0 if self._files_per_s is None else max(0.0, files / self._files_per_s - took_s)
