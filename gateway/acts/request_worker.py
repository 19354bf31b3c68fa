"""The daemon's worker that takes what people asked for at the page: looks once a second, does each request once, and
keeps its outcome. It never writes into the page's folder: the page removes what has an outcome."""

from __future__ import annotations

import logging
from collections import deque
from pathlib import Path

from gateway.acts.carry_out import ActsAtThePage
from gateway.acts.outcomes import ActOutcomes
from gateway.acts.request_folder import RequestFolder, UnreadableRequest
from gateway.config import Configuration
from gateway.core.act import ActOutcome, ActRequest
from gateway.core.interfaces import Clock, Instant
from gateway.db import Database

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
_MOST_AT_ONCE = 10
_MOST_AN_HOUR = 600
"""More than people ask for; a page that runs wild fills no journal."""
_HOUR_S = 3600.0


class RequestWorker:
    """Implements `gateway.core.interfaces.Worker`."""

    name = "acts"
    patience_s = 120.0

    def __init__(self, configuration: Configuration, page_storage: Path, database: Database, clock: Clock) -> None:
        self._folder = RequestFolder(page_storage)
        self._acts = ActsAtThePage(configuration, database)
        self._outcomes = ActOutcomes(database)
        self._database = database
        self._clock = clock
        self._settled: set[str] = set()
        """Those in the folder that are known to have an outcome."""
        self._trouble = ""
        """What was last said of the folder."""
        self._taken_s: deque[float] = deque()
        self._forget_s = 0.0

    def step(self, now: Instant) -> float:
        """
        Raises:
            StoreError: it was not done and not kept; the same again is worth trying.
        """
        waiting = self._waiting()
        self._settled &= set(waiting)
        new = [one for one in waiting if one not in self._settled]
        self._settled |= self._outcomes.settled(new) if new else set()
        for request_id in [one for one in new if one not in self._settled][: self._allowed(now)]:
            self._take(request_id)
            self._settled.add(request_id)
            self._taken_s.append(now.mono_s)
        if now.mono_s >= self._forget_s:
            self._outcomes.forget(now.wall_ms, waiting)
            self._forget_s = now.mono_s + _HOUR_S
        return now.mono_s + LOOK_EVERY_S

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        """The database belongs to the application."""

    def _waiting(self) -> list[str]:
        trouble = ""
        found: list[str] = []
        try:
            found = self._folder.ids()
        except OSError as error:
            trouble = error.strerror or str(error)
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble:
                _log.error(
                    "requests of the page cannot be read, nothing that people ask for there is done folder=%s error=%r",
                    self._folder.folder,
                    trouble,
                )
        return found

    def _allowed(self, now: Instant) -> int:
        while self._taken_s and now.mono_s - self._taken_s[0] > _HOUR_S:
            self._taken_s.popleft()
        return max(0, min(_MOST_AT_ONCE, _MOST_AN_HOUR - len(self._taken_s)))

    def _take(self, request_id: str) -> None:
        try:
            request = self._folder.read(request_id)
        except FileNotFoundError:
            return
        at_ms = self._clock.now().wall_ms
        if isinstance(request, UnreadableRequest):
            with self._database.write() as connection:
                self._outcomes.keep_unreadable(connection, request.id, request.why, at_ms)
            _log.error("request of the page cannot be read, it is left as it is id=%s why=%r", request.id, request.why)
            return
        _tell(request, self._acts.carry_out(request, at_ms))


def _tell(request: ActRequest, outcome: ActOutcome) -> None:
    _log.info(
        "asked at the page kind=%s by=%s state=%s count=%d%s",
        request.kind.value,
        request.who,
        outcome.state.value,
        outcome.count,
        f" why={outcome.words!r}" if outcome.words else "",
    )
