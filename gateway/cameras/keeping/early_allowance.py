"""How much may go of the video that is younger than 90 days."""

from __future__ import annotations

from gateway.core.interfaces import Instant
from gateway.core.room_forecast import USUAL_BITS_A_SECOND, RoomForecast

EARLY_PACE = 2
"""Of what is younger than 90 days, so many times what is recorded meanwhile goes at the most: another program that
fills the disk must not cost all there is."""


class EarlyAllowance:
    """Grows as time passes, to an hour's worth at the most."""

    def __init__(self, camera_count: int) -> None:
        self._camera_count = max(1, camera_count)
        self._bytes = 0.0
        self._at_s: float | None = None

    def left_bytes(self, now: Instant, forecast: RoomForecast | None) -> int:
        """`forecast`: what is recorded; while it is not known, what is usual."""
        bits = float(USUAL_BITS_A_SECOND * self._camera_count)
        if forecast is not None and forecast.rates:
            bits = sum(rate.bits_a_second for rate in forecast.rates)
        most = EARLY_PACE * bits / 8 * 3600
        passed_s = 3600.0 if self._at_s is None else now.mono_s - self._at_s
        self._at_s = now.mono_s
        self._bytes = min(most, self._bytes + most * passed_s / 3600)
        return int(self._bytes)

    def spend(self, size: int) -> None:
        """So many bytes went."""
        self._bytes -= size
