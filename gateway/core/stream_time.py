"""A camera's time stamps → seconds that never fall and never leap without cause.

Cameras stamp oddly: no stamp at first, stamps that go back, leap by hours after the camera was told the time, wrap
around, stand still. Seconds count from the opening of the connection, by the machine's monotonic clock; within that the
stream's own stamps say how far two pictures lie apart. They are believed unless they contradict the clock by more than
`LEAP_S`: what was only held up on the way arrives late and is not moved.

Pure: when a picture arrived is told.
"""

from __future__ import annotations

LEAP_S = 1.0
MOST_DELAY_S = 5.0
"""By how much a picture may be shown after it was decoded: sixteen pictures at three a second. Where FFmpeg hears for
the first time what a camera's two streams have in common, it stamps one or two pictures wildly, and their order of
decoding alone is right."""
_REORDERED = 4
"""So many pictures one after the other are enough to tell when the first of them is shown."""
_JITTER_S = 0.05
"""By how much a stamp may go back and is only held at the last one."""
_WINDOW_S = 10.0
"""For how long a stream has to lag before it counts as one whose clock stood still, not as one that was held up."""


class StreamTime:
    """One stream of one connection. `wrap_s`: after how many seconds its stamps begin again at 0."""

    def __init__(self, began_s: float, wrap_s: float, beside: StreamTime | None = None) -> None:
        """`beside`: the stream of the same camera whose stamps count from the same moment, if they do."""
        self._began_s = began_s
        self._wrap_s = wrap_s
        self._beside = beside
        self._offset_s: float | None = None
        self._unstamped_s: float | None = None
        """Where the first picture was placed if it had no stamp: FFmpeg counts a connection's stamps from it."""
        self._ahead_s = 0.0
        """How far the stream's seconds were before the clock's at the last packet; below 0: behind."""
        self._most_ahead_s = 0.0
        self._window_most_s = float("-inf")
        self._window_end_s = began_s + _WINDOW_S
        self._last_dts_s = 0.0
        self._delay_s = 0.0
        self._has_order = False
        """Whether pictures were told to be decoded in another order than they are shown."""
        self._order_is_lost = False
        self._shown_s: list[float] = []
        self._last_stamp_s: float | None = None

    def place(self, pts_s: float | None, dts_s: float | None, arrived_s: float) -> tuple[float, float]:
        """When it is shown and when it is decoded, in seconds since the connection began. The second never falls, and
        is never above the first."""
        elapsed_s = arrived_s - self._began_s
        if self._has_lost_order(pts_s, dts_s):
            dts_s = None
        stamp_s = pts_s if dts_s is None else dts_s
        stands_still, self._last_stamp_s = stamp_s == self._last_stamp_s, stamp_s
        if stamp_s is None or stands_still:  # no two pictures are taken at once: a stamp that stands still says nothing
            placed_s = max(self._last_dts_s, elapsed_s + self._ahead_s)
            if self._unstamped_s is None:
                self._unstamped_s = placed_s
            self._last_dts_s = placed_s
            return placed_s, placed_s
        offset_s = self._offset_for(stamp_s, elapsed_s, is_decoding_time=dts_s is not None)
        offset_s = self._without_standstill(offset_s, stamp_s, elapsed_s)
        self._offset_s = offset_s
        shown_s = (stamp_s if pts_s is None else pts_s) + offset_s
        decoded_s = stamp_s + offset_s if dts_s is not None else self._decoded_before(shown_s)
        self._last_dts_s = max(self._last_dts_s, decoded_s)
        if shown_s - self._last_dts_s > MOST_DELAY_S:
            shown_s = self._last_dts_s + self._delay_s
        self._delay_s = max(0.0, shown_s - self._last_dts_s)
        return max(shown_s, self._last_dts_s), self._last_dts_s

    def _has_lost_order(self, pts_s: float | None, dts_s: float | None) -> bool:
        """Whether FFmpeg has given up telling the order of decoding: after a stream with B-frames has leapt back, it
        hands out the one stamp for the other until the connection ends."""
        if dts_s is None or pts_s is None:
            return False
        self._has_order = self._has_order or pts_s > dts_s
        if self._has_order and self._last_stamp_s is not None and dts_s < self._last_stamp_s:
            self._order_is_lost = True
        return self._order_is_lost

    def _decoded_before(self, shown_s: float) -> float:
        """Without a stamp for it. Pictures at a stream's begin are decoded one after the other; later ones before the
        earliest of those around them is shown."""
        if not self._order_is_lost:
            return min(shown_s, self._last_dts_s)
        self._shown_s = [*self._shown_s[1 - _REORDERED :], shown_s]
        return min(self._shown_s)

    def _offset_for(self, stamp_s: float, elapsed_s: float, *, is_decoding_time: bool) -> float:
        """What makes a stamp a second of the connection."""
        if self._offset_s is None:
            return self._first_offset(stamp_s, elapsed_s)
        placed_s = stamp_s + self._offset_s
        ahead_s = placed_s - elapsed_s
        back_s = self._last_dts_s - placed_s
        if ahead_s > self._most_ahead_s + LEAP_S or back_s > (_JITTER_S if is_decoding_time else LEAP_S):
            wrapped_s = placed_s + self._wrap_s
            if abs(wrapped_s - elapsed_s - self._ahead_s) <= LEAP_S:
                return self._offset_s + self._wrap_s
            return elapsed_s + self._ahead_s - stamp_s
        return self._offset_s

    def _first_offset(self, stamp_s: float, elapsed_s: float) -> float:
        theirs_s = self._beside._offset_s if self._beside is not None else None
        for offset_s in (theirs_s, self._unstamped_s):
            if offset_s is not None and abs(stamp_s + offset_s - elapsed_s) <= LEAP_S:
                return offset_s
        return elapsed_s - stamp_s

    def _without_standstill(self, offset_s: float, stamp_s: float, elapsed_s: float) -> float:
        """A camera that made no pictures for a while and stamps on as if nothing had been lags for good."""
        self._ahead_s = stamp_s + offset_s - elapsed_s
        self._most_ahead_s = max(self._most_ahead_s, self._ahead_s)
        self._window_most_s = max(self._window_most_s, self._ahead_s)
        if elapsed_s + self._began_s < self._window_end_s:
            return offset_s
        lags_s = self._most_ahead_s - self._window_most_s
        if lags_s > LEAP_S:
            self._ahead_s += lags_s
            offset_s += lags_s
        else:
            self._most_ahead_s = self._window_most_s
        self._window_most_s = self._ahead_s
        self._window_end_s = elapsed_s + self._began_s + _WINDOW_S
        return offset_s
