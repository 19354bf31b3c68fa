"""A circuit breaker between us and a destination: whoever logs in again and again where he is rejected has the account
locked."""

from __future__ import annotations

import threading

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DestinationRejected
from gateway.core.interfaces import Instant
from gateway.outbox.login_turns import LoginTurns, Rejection

LOOK_SOON_S = 0.5
LOOK_LATER_S = 5.0


class LoginBreaker:
    """Shared by all workers of one destination, and through its `LoginTurns` with the destinations of the same account.

    Opened by a rejection, nobody may log in for a while; then one at a time, until one of them has been let in and
    closes it. A rejection that came after the log-in (a folder that may not be written) holds up this destination only.
    """

    def __init__(
        self, open_until_s: float | None = None, turns: LoginTurns | None = None, destination: str = ""
    ) -> None:
        """`open_until_s` is what an earlier run left behind: see `open_until_s`. `turns`: the account's; without them
        nobody else logs in there."""
        self._turn = threading.Lock()
        self._open_until_s = open_until_s
        self._is_tried_again = False
        """Whether one of the lanes tries now what was rejected."""
        self._turns = turns or LoginTurns()
        self._destination = destination

    @property
    def is_open(self) -> bool:
        """Whether we were rejected and have not been let in since."""
        return self._open_until_s is not None or self._turns.is_rejected

    def allows(self, now_s: float) -> bool:
        """Whether the caller may log in now. Where it is not known how that ends, it is the only one that may."""
        with self._turn:
            if self._open_until_s is not None and now_s < self._open_until_s:
                return False
            if not self._turns.takes(now_s):
                return False
            if self._open_until_s is not None:
                self._open_until_s = now_s + REJECTED_S
                self._is_tried_again = True
            return True

    def look_again_s(self, now_s: float) -> float:
        """When somebody who may not log in now is to ask again."""
        return now_s + (LOOK_SOON_S if self._turns.is_busy(now_s) else LOOK_LATER_S)

    def rejection_elsewhere(self) -> Rejection | None:
        """What another destination of the same account was told, if it holds for us as well."""
        rejection = self._turns.rejection
        return None if rejection is None or rejection.destination == self._destination else rejection

    def open(self, until_s: float, error: DestinationRejected, now_s: float, *, told: str = "") -> None:
        """The destination rejected us: nobody logs in before then. `told`: who was told so, if not one of the lanes,
        which then have to say it themselves."""
        with self._turn:
            self._open_until_s, self._is_tried_again = until_s, False
        if error.after_login:
            self._turns.let_in(now_s)
        else:
            self._turns.rejected(until_s, Rejection(told or self._destination, str(error)))

    def failed(self, retry_s: float) -> None:
        """The caller came to no answer, for the line was down: that says nothing about whether we would be rejected."""
        with self._turn:
            if self._is_tried_again:  # else it was a connection of before the rejection
                self._open_until_s, self._is_tried_again = retry_s, False
        self._turns.failed(retry_s)

    def let_in(self, now_s: float) -> None:
        """The account was accepted from somebody who is no lane; what the lanes may do there is another matter."""
        self._turns.let_in(now_s)

    def gave_up(self) -> None:
        """Somebody who is no lane came to no answer."""
        self._turns.failed(float("-inf"))

    def close(self, now_s: float) -> None:
        """The destination took something from us."""
        with self._turn:
            self._open_until_s, self._is_tried_again = None, False
        self._turns.let_in(now_s)


def open_until_s(rejected_ms: int | None, changed_ms: int, now: Instant) -> float | None:
    """Until when the breaker of a destination that rejected an earlier run stays open; `None`: it did not reject us.

    A restart is no reason to try sooner: a service that restarts in a loop would lock the account. A configuration or
    a secret that was changed since (`changed_ms`) is.
    """
    if rejected_ms is None or changed_ms > rejected_ms:
        return None
    rest_s = REJECTED_S - (now.wall_ms - rejected_ms) / 1000
    return now.mono_s + min(REJECTED_S, max(0.0, rest_s))  # the clock may have been set meanwhile
