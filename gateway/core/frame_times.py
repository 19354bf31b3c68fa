"""The frames of one connection in their order: where some are missing, how long one lasts, and how much later than it
might have each arrived.

Pure. A frame never arrives before it was taken, and may arrive late: the line stalls, and then all comes at once. So
what arrived earliest against the stream's own time tells where that time lies.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

LEAP_MS = 1000
"""A camera's frames are closer together: what is farther apart is a gap."""
LATEST_MS = 15_000
"""A frame that waits longer on its way is of another counting, not late."""
EARLY_MS = 1000
"""Nor does one come so much too early."""
_REMEMBERED_S = 10
"""Of how long the earliest arrival counts: a camera that is 1 % too slow is 0.1 s off by then."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A frame in the stream's time, in milliseconds. `lost_from_ms`: since when frames are missing before it, if they
    are. `is_astray`: the stream does not run as time does."""

    pts_ms: int
    dts_ms: int
    lost_from_ms: int | None = None
    is_astray: bool = False


class FrameTimes:
    """One for each connection."""

    def __init__(self) -> None:
        self._last_dts_ms: int | None = None
        self._end_ms = 0
        """Of the newest frame that is shown."""
        self._lasts_ms = 40
        self._delays: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED_S + 1)
        """By second of the machine's counting: the least by which it was ahead of the stream's time."""

    @property
    def lasts_ms(self) -> int:
        """How long a frame lasts, as far as those before it tell."""
        return self._lasts_ms

    def place(self, pts_s: float, dts_s: float, mono_s: float) -> Placed:
        """The next frame, in the order of decoding; `mono_s`: when it arrived."""
        pts_ms, dts_ms = round(pts_s * 1000), round(dts_s * 1000)
        step_ms = 0 if self._last_dts_ms is None else dts_ms - self._last_dts_ms
        lost_from_ms = self._end_ms if step_ms > LEAP_MS else None
        if 0 < step_ms <= LEAP_MS:
            self._lasts_ms = step_ms
        late_ms = self._late_ms(dts_ms, mono_s)
        self._remember(dts_ms, mono_s)
        self._last_dts_ms = dts_ms
        self._end_ms = max(self._end_ms, pts_ms + self._lasts_ms)
        return Placed(pts_ms, dts_ms, lost_from_ms, not -EARLY_MS <= late_ms <= LATEST_MS)

    def late_ms(self, dts_ms: int, mono_s: float) -> int:
        """How much later than it might have this frame arrived."""
        return max(0, self._late_ms(dts_ms, mono_s))

    def _late_ms(self, dts_ms: int, mono_s: float) -> int:
        if not self._delays:
            return 0
        oldest = int(mono_s) - _REMEMBERED_S
        recent = [delay_ms for second, delay_ms in self._delays if second >= oldest]
        return round(mono_s * 1000) - dts_ms - min(recent, default=self._delays[-1][1])

    def _remember(self, dts_ms: int, mono_s: float) -> None:
        second, delay_ms = int(mono_s), round(mono_s * 1000) - dts_ms
        if self._delays and self._delays[-1][0] == second:
            delay_ms = min(delay_ms, self._delays.pop()[1])
        self._delays.append((second, delay_ms))
