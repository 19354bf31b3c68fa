"""What the page's process does besides answering: certificates in time, and the journal told of failed log-ins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.core.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from gateway.core.interfaces import Instant

if TYPE_CHECKING:
    from gateway.web.tls import PageTls

_LOOK_EVERY_S = MINUTE_MS / SECOND_MS
_RENEW_EVERY_S = 6 * HOUR_MS / SECOND_MS


class PageUpkeep:
    """A worker: see `gateway.core.interfaces.Worker`."""

    name = "page upkeep"
    patience_s = 300.0

    def __init__(
        self,
        tls: PageTls | None,
        renew: Callable[[Instant], object] | None,
        tell: Callable[[Instant], object],
        end_if_outdated: Callable[[], object],
    ) -> None:
        """`renew`: look whether our own certificate has to be made anew, `None`: it is not ours. `tell`: what has
        become untold. `end_if_outdated`: end the page where the gateway has taken another configuration over."""
        self._tls = tls
        self._end_if_outdated = end_if_outdated
        self._renew = renew
        self._tell = tell
        self._renewed_s: float | None = None

    def step(self, now: Instant) -> float:
        if self._renew is not None and (self._renewed_s is None or now.mono_s - self._renewed_s >= _RENEW_EVERY_S):
            if self._renewed_s is not None:  # the start itself has looked
                self._renew(now)
            self._renewed_s = now.mono_s
        if self._tls is not None:
            self._tls.look()
        self._tell(now)
        self._end_if_outdated()
        return now.mono_s + _LOOK_EVERY_S

    def interrupt(self) -> None:
        """Nothing waits outside."""

    def close(self) -> None:
        """Nothing is held."""
