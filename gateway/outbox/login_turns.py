"""Whose turn it is to log in to an account: many tries lock it, whichever destination or lane makes them.

While nobody has been let in of late, one logs in and the others wait for what it hears. What it is told counts for all.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from gateway.core.backoff import REJECTED_S

LET_IN_S = 20.0
"""So long after the account has taken something the others need not wait for each other."""
TURN_S = 30.0
"""A log-in that has not been answered for so long delays nobody else any more."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Which destination was rejected, and in what words."""

    destination: str
    words: str


class LoginTurns:
    """Shared by all destinations that log in to the same account by the same means."""

    def __init__(self, closed_until_s: float | None = None) -> None:
        """`closed_until_s`: until when nobody logs in, for an earlier run was rejected."""
        self._turn = threading.Lock()
        self._closed_until_s = closed_until_s
        self._rejection: Rejection | None = None
        self._busy_until_s = float("-inf")
        self._let_in_until_s = float("-inf")
        self._is_tried_again = False
        """Whether somebody tries now what was rejected."""

    @property
    def is_rejected(self) -> bool:
        """Whether we were rejected and have not been let in since."""
        return self._closed_until_s is not None

    @property
    def rejection(self) -> Rejection | None:
        """Of this run, if nobody has been let in since."""
        return self._rejection

    def is_busy(self, now_s: float) -> bool:
        """Whether somebody logs in just now, so that it is soon known what becomes of it."""
        return now_s < self._busy_until_s

    def takes(self, now_s: float) -> bool:
        """Whether the caller may log in now. Where it is not known how that ends, it is the only one that may."""
        with self._turn:
            if self._closed_until_s is not None:
                if now_s < self._closed_until_s:
                    return False
                self._closed_until_s = now_s + REJECTED_S
                self._is_tried_again = True
                return True
            if now_s < self._let_in_until_s:
                return True
            if now_s < self._busy_until_s:
                return False
            self._busy_until_s = now_s + TURN_S
            return True

    def rejected(self, until_s: float, rejection: Rejection) -> None:
        """The account was refused: nobody logs in before then."""
        with self._turn:
            self._closed_until_s, self._rejection, self._is_tried_again = until_s, rejection, False
            self._let_in_until_s = self._busy_until_s = float("-inf")

    def failed(self, retry_s: float) -> None:
        """The caller came to no answer, for the line was down: that says nothing of the account."""
        with self._turn:
            self._busy_until_s = float("-inf")
            if self._is_tried_again:  # else it was a connection of before the rejection
                self._closed_until_s, self._is_tried_again = retry_s, False

    def let_in(self, now_s: float) -> None:
        """The account was accepted."""
        with self._turn:
            self._closed_until_s = self._rejection = None
            self._is_tried_again = False
            self._busy_until_s, self._let_in_until_s = float("-inf"), now_s + LET_IN_S
