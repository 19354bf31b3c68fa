"""How many connections an account may have, and which lane may have the next.

The uplinks of both lanes, and those of all destinations that log in to the same account, share one `ConnectionPool`, so
that together they never hold more than is configured, and learn together when the server accepts fewer. A live lane
(`urgent`) needs one, now; the backlogs take what is left, and where nothing is left give one back between two files.
Where there is only one, the lanes take turns.

An idle connection is kept here for whichever lane to the same place wants one next. So nobody has to close a connection
to get another, which a busy server may refuse to both. One to another place is closed only to make room.

The limit that a server was found to have is believed for a while, and for longer each time that it is found again:
asking for more costs a refusal, and with a server that says nothing to it, the time in which an answer could have come.

Never connects, knows no protocol.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from gateway.core.interfaces import Clock

T = TypeVar("T")
_FIRST_BELIEVED_S = 60.0
_LONGEST_BELIEVED_S = 3600.0
"""Servers recover."""
_REFUSALS_THAT_TELL = 2
"""One may be meant for others, who were many at that moment."""


class ConnectionPool(Generic[T]):
    """Counts places, each for one connection that is open or being opened. `T` is a connection.

    Whoever has acquired a place tells what becomes of it: `opened` or `opening_failed`, and at the end `put_idle` or
    `release`. An idle connection that is taken counts as one that is being opened: it may be dead.
    """

    def __init__(self, configured: int, clock: Clock) -> None:
        self._configured = configured
        self._limit = configured
        self._clock = clock
        self._believed_s = 0.0
        self._believed_until_s = float("-inf")
        self._refused_a_second = 0
        """How often in a row, each time after the one before was no longer believed."""
        self._acquired = 0
        self._open = 0
        """How many of our connections the server has accepted: of those acquired, and all that are idle."""
        self._idle: deque[tuple[object, T]] = deque()
        """With the place it leads to, the longest idle first."""
        self._refused = 0
        """Those whose opening has failed and who wait to see what becomes of the others."""
        self._waiting = {True: 0, False: 0}
        """Urgent ones, and the others."""
        self._promised = 0
        """Places that are still acquired and were promised to the urgent."""
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """Connections at once, as far as is known."""
        with self._changed:
            self._forget_limit()
            return self._limit

    @property
    def scarce(self) -> bool:
        """Whether there are so few, as far as is known, that somebody else may be waiting for an idle one."""
        with self._changed:
            return self._limit < self._configured or self._limit == 1

    @property
    def full(self) -> bool:
        """Whether the next one would have to wait."""
        with self._changed:
            return self._acquired >= self._limit

    @property
    def in_use(self) -> int:
        """How many places are acquired."""
        with self._changed:
            return self._acquired

    @property
    def bears_one(self) -> bool:
        """Whether the server has refused a second connection time and again."""
        with self._changed:
            return self._refused_a_second >= _REFUSALS_THAT_TELL

    def keep_to_one(self) -> None:
        """The server is taken to bear one connection at a time. Not for long, unless this is said again."""
        with self._changed:
            self._believe(1)

    def acquire(self, *, urgent: bool, within_s: float, unless: Callable[[], bool]) -> bool:
        """Wait for a place. `unless`: no longer wanted (after `notify`)."""
        with self._changed:
            self._forget_limit()
            self._waiting[urgent] += 1
            try:
                self._changed.wait_for(lambda: unless() or self._is_free(urgent), within_s)
            finally:
                self._waiting[urgent] -= 1
                self._changed.notify_all()  # an urgent one that gave up delays nobody
            return not unless() and self._grant(urgent)

    def acquire_another(self) -> bool:
        """One more for somebody who has one; never waits, never before somebody who does."""
        with self._changed:
            return not self._waiting[False] and self._grant(urgent=False)

    def take_idle(self, to: object) -> T | None:
        """The connection to this place that was used last, for a place that was just acquired, or to be closed; `None`:
        none is idle. `opened` says that it is still good."""
        with self._changed:
            for idle in reversed(self._idle):
                if idle[0] == to:
                    self._idle.remove(idle)
                    self._open -= 1
                    return idle[1]
            return None

    def evict_idle(self) -> T | None:
        """An idle connection that has to be closed before one can be opened in a place that was just acquired; `None`:
        there is room."""
        with self._changed:
            if not self._idle or self._acquired + len(self._idle) <= self._limit:
                return None
            self._open -= 1
            return self._idle.popleft()[1]

    def opened(self) -> None:
        """The server has accepted the caller's connection."""
        with self._changed:
            self._open += 1
            self._changed.notify_all()
            self._limit = max(self._limit, self._open)
            if self._open > 1:
                self._refused_a_second = 0
            if self._open == self._configured:
                self._believed_s = 0.0

    def opening_failed(self, *, within_s: float, unless: Callable[[], bool]) -> bool:
        """The server has not accepted the caller's connection. If another of ours is being opened now, waits to see
        whether that is accepted: of two that log in together, the caller's may be the one too many.

        Returns whether others of ours are open: then the server's limit is as many as those, and the caller's place is
        gone. If not, it is about us, about others, or about one of ours whose end the server has not noticed yet; the
        caller keeps its place.
        """
        with self._changed:
            self._refused += 1
            self._changed.notify_all()
            try:
                self._changed.wait_for(lambda: unless() or self._open > 0 or not self._opening, within_s)
            finally:
                self._refused -= 1
            if not self._open:
                return False
            self._refused_a_second += self._open == 1 and self._clock.now().mono_s >= self._believed_until_s
            self._believe(self._open)
            self._acquired -= 1
            self._changed.notify_all()
            return True

    def crowded(self) -> bool:
        """The server does not work with the caller's connection while others of ours are in use. Returns whether there
        are: then the server's limit is as many as those, and the caller is to close his and to wait for his turn."""
        with self._changed:
            if self._acquired < 2:
                return False
            self._believe(self._acquired - 1)
            return True

    def put_idle(self, connection: T, to: object) -> None:
        """Give a place back and leave its open connection for whoever wants one to the same place next."""
        with self._changed:
            self._idle.append((to, connection))
            self._give_back()

    def release(self, *, was_open: bool = False) -> None:
        """Give a place back. `was_open`: its connection had been accepted, and is closed."""
        with self._changed:
            self._open -= was_open
            self._give_back()

    def is_wanted_back(self) -> bool:
        """Whether the caller is to give its place back now, so that the live lane can connect. True for as many as are
        needed."""
        with self._changed:
            needed = self._acquired + self._waiting[True] - self._limit
            if not self._waiting[True] or self._promised >= needed:
                return False
            self._promised += 1
            return True

    def pause(self, for_s: float, *, unless: Callable[[], bool]) -> None:
        """Keep one's place and wait for the server to notice that another connection has ended."""
        with self._changed:
            self._changed.wait_for(unless, for_s)

    def notify(self) -> None:
        """Let everybody who waits look whether he still wants to."""
        with self._changed:
            self._changed.notify_all()

    @property
    def _opening(self) -> int:
        """How many connections may be accepted any moment."""
        return self._acquired - (self._open - len(self._idle)) - self._refused

    def _give_back(self) -> None:
        self._acquired -= 1
        self._promised = max(0, self._promised - 1)
        self._changed.notify_all()

    def _is_free(self, urgent: bool) -> bool:
        return self._acquired < self._limit and (urgent or not self._waiting[True])

    def _grant(self, urgent: bool) -> bool:
        if not self._is_free(urgent):
            return False
        self._acquired += 1
        return True

    def _believe(self, limit: int) -> None:
        self._limit = limit
        now_s = self._clock.now().mono_s
        if now_s >= self._believed_until_s:  # else it is another refusal of the same moment
            self._believed_s = min(_LONGEST_BELIEVED_S, max(_FIRST_BELIEVED_S, 2 * self._believed_s))
            self._believed_until_s = now_s + self._believed_s

    def _forget_limit(self) -> None:
        """What is no longer believed, when it can be tried out: while nobody has or wants a connection."""
        if (
            not self._acquired
            and not any(self._waiting.values())
            and self._clock.now().mono_s >= self._believed_until_s
        ):
            self._limit = self._configured
