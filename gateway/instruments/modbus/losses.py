"""Which requests were lost again and again while others were answered, and how long each is left alone. Pure.

Lost is what may be answered another time; a refusal is an answer.
"""

from __future__ import annotations

from gateway.core.backoff import instrument_pause_s
from gateway.instruments.register_plan import Request

EVIDENCE = 2
"""Polls in a row in which a read must have been lost, while something else was answered, before it is taken apart."""


class Losses:
    """Of one device's requests. Seconds are monotonic."""

    def __init__(self) -> None:
        self._polls: dict[Request, int] = {}
        self._rest_until_s: dict[Request, float] = {}

    @property
    def are_none(self) -> bool:
        return not self._polls

    def of(self, request: Request) -> int:
        """In how many polls in a row."""
        return self._polls.get(request, 0)

    def rest_until_s(self, request: Request) -> float | None:
        """Until when it is not asked; `None`: it has never been left to rest."""
        return self._rest_until_s.get(request)

    def note(self, request: Request, now_s: float) -> None:
        """It was lost once more. What is for a single value rests the longer, the more often it was."""
        before = self.of(request)
        self._polls[request] = before + 1
        if before >= EVIDENCE and len(request.spans) == 1:
            self._rest_until_s[request] = now_s + instrument_pause_s(before + 1 - EVIDENCE)

    def take_apart(self, request: Request) -> None:
        """It was lost often enough: from now on it is asked for in pieces."""
        self._polls[request] = EVIDENCE

    def answered(self, request: Request) -> None:
        self._polls.pop(request, None)

    def clear(self) -> None:
        """Other requests take their place."""
        self._polls.clear()
        self._rest_until_s.clear()
