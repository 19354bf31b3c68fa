"""Which video is kept of what happened at the station. Pure.

Two minutes before and after are kept with it. What lasts long is kept whole for its first hour, and of its end the two
minutes around it: a limit that is exceeded for a month must not keep a month of every camera.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.occasion import Occasion

AROUND_MS = 2 * MINUTE_MS
WHOLE_MS = HOUR_MS
"""So much of what happened is kept from its begin on."""


@dataclass(frozen=True, slots=True)
class PinSpan:
    """`source` is the pin's own: of a long occasion its begin and its end are two pins."""

    source: str
    begin_ms: int
    end_ms: int


def pin_spans(occasion: Occasion) -> Iterator[PinSpan]:
    """One, or two of what lasted long. Told again while it lasts, its first one only ever grows."""
    begin_ms = occasion.begin_ms
    until_ms = max(begin_ms, occasion.last_ms if occasion.end_ms is None else occasion.end_ms)
    whole_until_ms = min(until_ms, begin_ms + WHOLE_MS)
    yield PinSpan(occasion.source, begin_ms - AROUND_MS, whole_until_ms + AROUND_MS)
    if occasion.end_ms is not None and until_ms > begin_ms + WHOLE_MS:
        yield PinSpan(f"{occasion.source} end", max(until_ms - AROUND_MS, whole_until_ms), until_ms + AROUND_MS)
