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
_REMEMBERED_S = 10
"""Of how long the earliest arrival counts: a camera that is 1 % too slow is 0.1 s off by then."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A frame in the stream's time, in milliseconds. `zero_ms`: where that time's zero lies on the machine's counting,
    as far as the last seconds tell. `late_ms`: how much later than it might have it arrived. `lost_from_ms`: since when
    frames are missing before it, if they are."""

    pts_ms: int
    dts_ms: int
    zero_ms: int
    late_ms: int
    lost_from_ms: int | None = None


class FrameTimes:
    """One for each connection."""

    def __init__(self) -> None:
        self._last_dts_ms: int | None = None
        self._end_ms = 0
        """Of the newest frame that is shown."""
        self._lasts_ms = 40
        self._zeros_ms: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED_S + 1)
        """By second of the machine's counting: where the stream's zero lay by the frame that was least late."""

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
        self._last_dts_ms = dts_ms
        self._end_ms = max(self._end_ms, pts_ms + self._lasts_ms)
        zero_ms = round(mono_s * 1000) - dts_ms
        least_ms = self._least(int(mono_s), zero_ms)
        return Placed(pts_ms, dts_ms, least_ms, zero_ms - least_ms, lost_from_ms)

    def _least(self, second: int, zero_ms: int) -> int:
        if self._zeros_ms and self._zeros_ms[-1][0] == second:
            zero_ms = min(zero_ms, self._zeros_ms.pop()[1])
        self._zeros_ms.append((second, zero_ms))
        return min(one for at, one in self._zeros_ms if at > second - _REMEMBERED_S)
