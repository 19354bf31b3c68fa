"""A circuit breaker between us and an account: whoever logs in again and again where he is rejected has it locked."""

from __future__ import annotations

import threading

from gateway.core.backoff import REJECTED_S
from gateway.core.interfaces import Instant


class LoginBreaker:
    """Shared by all workers of one destination. Closed, everybody may log in. Opened by a rejection, nobody may for a
    while; then one at a time, until one of them has logged in and closes it."""

    def __init__(self, open_until_s: float | None = None) -> None:
        """`open_until_s` is what an earlier run left behind: see `open_until_s`."""
        self._turn = threading.Lock()
        self._open_until_s = open_until_s

    @property
    def is_open(self) -> bool:
        """Whether we were rejected and have not logged in since."""
        return self._open_until_s is not None

    def allows(self, now_s: float) -> bool:
        """Whether the caller may log in now. If we were rejected, it is the only one that may."""
        with self._turn:
            if self._open_until_s is None:
                return True
            if now_s < self._open_until_s:
                return False
            self._open_until_s = now_s + REJECTED_S
            return True

    def open(self, until_s: float) -> None:
        """The destination rejected us: nobody logs in before then."""
        with self._turn:
            self._open_until_s = until_s

    def failed(self, retry_s: float) -> None:
        """The caller came to no answer, for the line was down: that says nothing about whether we would be rejected."""
        with self._turn:
            if self._open_until_s is not None:
                self._open_until_s = retry_s

    def close(self) -> None:
        """The destination took something from us."""
        with self._turn:
            self._open_until_s = None


def open_until_s(rejected_ms: int | None, changed_ms: int, now: Instant) -> float | None:
    """Until when the breaker of a destination that rejected an earlier run stays open; `None`: it did not reject us.

    A restart is no reason to try sooner: a service that restarts in a loop would lock the account. A configuration or
    a secret that was changed since (`changed_ms`) is.
    """
    if rejected_ms is None or changed_ms > rejected_ms:
        return None
    rest_s = REJECTED_S - (now.wall_ms - rejected_ms) / 1000
    return now.mono_s + min(REJECTED_S, max(0.0, rest_s))  # the clock may have been set meanwhile
