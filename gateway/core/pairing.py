"""Which reading of another instrument belongs to a reading: the nearest in time. A vane and an anemometer that are read
one after the other still tell of one wind."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def nearest(at_ms: int, instants_ms: Sequence[int], within_ms: int) -> int | None:
    """Position of the instant nearest to `at_ms`, the earlier of two that are as near; `None` if none is within
    `within_ms`. `instants_ms` are in the order of time.

    Worked: read at 10:00:02, partners at 10:00:00 and 10:00:05, within 5 s: the first, 2 s away.
    """
    following = bisect_left(instants_ms, at_ms)
    near = [place for place in (following - 1, following) if 0 <= place < len(instants_ms)]
    chosen = min(near, key=lambda place: abs(instants_ms[place] - at_ms), default=None)
    if chosen is None or abs(instants_ms[chosen] - at_ms) > within_ms:
        return None
    return chosen
