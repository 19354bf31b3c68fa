"""How many files a trip takes along, and how long a lane rests after it.

Uplinks keep many files under way at once, so a trip should be long enough to fill the line; and short enough, for what
is to be sent is chosen anew with every trip. A trip of a few seconds is both, on any line.
"""

from __future__ import annotations

TRIP_S = 5.0
"""How long a trip of the backlog should take."""
FEWEST = 20
"""Files on the first trip, and on any other of an unpaced lane."""
MOST = 200


class Pace:
    """One lane's pace. `files_per_s` is the most that the lane may carry on average; `None`: a lane without haste or
    rest, whose trips are as small as what waits."""

    def __init__(self, files_per_s: float | None) -> None:
        self._files_per_s = files_per_s
        self._most = FEWEST if files_per_s is None else max(1, min(MOST, round(files_per_s)))
        self.size = min(FEWEST, self._most)
        """How many files the next trip takes along at the most."""

    def travelled(self, files: int, took_s: float) -> float:
        """A trip is over and `files` have been decided. Returns for how many seconds to rest."""
        if files == self.size:  # a trip that was not full says little about the line
            self.size = max(min(FEWEST, self._most), min(self._most, round(files / max(took_s, 0.001) * TRIP_S)))
        return 0.0 if self._files_per_s is None else max(0.0, files / self._files_per_s - took_s)
