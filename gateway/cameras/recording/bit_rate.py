"""How many bits a second a camera sends, over the last minutes."""

from __future__ import annotations

from collections import deque

_BUCKET_S = 10
_BUCKETS = 30


class BitRate:
    """Written by the camera's thread, read by any."""

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, int]] = deque(maxlen=_BUCKETS)

    def add(self, mono_s: float, bytes: int) -> None:
        bucket = int(mono_s // _BUCKET_S)
        if self._buckets and self._buckets[-1][0] == bucket:
            self._buckets[-1] = (bucket, self._buckets[-1][1] + bytes)
        else:
            self._buckets.append((bucket, bytes))

    def bits_per_s(self, mono_s: float) -> int | None:
        """`None`: too little is known."""
        present = int(mono_s // _BUCKET_S)
        whole = [(at, count) for at, count in list(self._buckets)[1:] if present - _BUCKETS <= at < present]
        if not whole:
            return None
        return round(sum(count for _, count in whole) * 8 / ((present - whole[0][0]) * _BUCKET_S))
