"""What has been learned of one server: which plain ways it needs. Remembered for a day, then tried again.

One for all uplinks of an account, whichever lane or destination; callable from several threads.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.interfaces import Clock
from gateway.core.manner import LearnedManner, Manner

_log = logging.getLogger(__name__)


class Manners:
    """`on_learned` and `on_forgotten` keep it beyond this process; they never raise."""

    def __init__(
        self,
        clock: Clock,
        known: Iterable[LearnedManner] = (),
        where: str = "",
        on_learned: Callable[[LearnedManner], None] = lambda _: None,
        on_forgotten: Callable[[Manner], None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._where = where
        self._on_learned = on_learned
        self._on_forgotten = on_forgotten
        self._turn = threading.Lock()
        self._known = {one.manner: one for one in known}

    def has(self, manner: Manner) -> bool:
        """Whether the server is known to need this plain way. After a day nobody knows: it is tried again."""
        return self.number(manner) is not None

    def number(self, manner: Manner) -> int | None:
        """The limit that goes with it, 0 where there is none; `None`: the server is not known to need it."""
        now_ms = self._clock.now().wall_ms
        with self._turn:
            one = self._known.get(manner)
            if one is None or abs(now_ms - one.learned_ms) >= DAY_MS:  # the clock may have been set meanwhile
                return None
            return one.number or 0

    def learn(self, manner: Manner, words: str, number: int | None = None) -> None:
        """The server needs the plain way. Logged when it was not known; what was learned a moment ago is not kept
        again, however many files show it."""
        learned = LearnedManner(manner, self._clock.now().wall_ms, words, number)
        with self._turn:
            before = self._known.get(manner)
            is_the_same = before is not None and before.number == number
            if before is not None and is_the_same and abs(learned.learned_ms - before.learned_ms) < HOUR_MS:
                return
            self._known[manner] = learned
        self._on_learned(learned)
        if not is_the_same:
            _log.info("server needs the plain way server=%r manner=%s words=%r", self._where, manner, words)

    def renew(self, manner: Manner, words: str) -> None:
        """The server has shown again what it is known for: it is believed for another day."""
        now_ms = self._clock.now().wall_ms
        with self._turn:
            known = self._known.get(manner)
        if known is not None and abs(now_ms - known.learned_ms) >= DAY_MS // 2:
            self.learn(manner, words, known.number)

    def forget(self, manner: Manner) -> None:
        """The server has shown that it does not need it any more."""
        with self._turn:
            known = self._known.pop(manner, None)
        if known is not None:
            self._on_forgotten(manner)

    def known(self) -> tuple[LearnedManner, ...]:
        """All that is remembered, also what is too old to be believed."""
        with self._turn:
            return tuple(self._known.values())
