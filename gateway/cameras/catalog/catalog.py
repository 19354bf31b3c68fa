"""The thread that keeps index and disk at one, in the background: first what has no time yet gets it, then the rest is
looked through. One after the other, for both rename files and write their rows."""

from __future__ import annotations

from gateway.cameras.catalog.reconcile import VideoReconciliation
from gateway.cameras.catalog.restamping import VideoRestamping
from gateway.core.interfaces import Instant


class VideoCatalog:
    """A worker. See `gateway.core.interfaces.Worker`."""

    name = "video catalog"
    patience_s = 900.0
    """A file of half an hour is made whole on a slow disk that is written to by all cameras meanwhile."""

    def __init__(self, restamping: VideoRestamping, reconciliation: VideoReconciliation) -> None:
        self._restamping = restamping
        self._reconciliation = reconciliation

    def step(self, now: Instant) -> float:
        return min(self._restamping.step(now), self._reconciliation.step(now))

    def interrupt(self) -> None:
        self._reconciliation.interrupt()

    def close(self) -> None:
        """It holds nothing."""
