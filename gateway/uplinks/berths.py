"""How many connections an account bears at once, and which lane may have the next.

The uplinks of both lanes, and those of all destinations that log in to the same account, share one `Berths`, so that
together they never hold more than is configured, and learn together when the server takes fewer. A live lane (`urgent`)
needs one, now; the backlogs take what is left, and where nothing is left give one back between two files. Where there
is only one, the lanes take turns.

A connection that rests lies here for whichever lane to the same place wants one next. So nobody has to close one that
stands to get another, which a crowded server may refuse to both. One to another place is ended only to make room.

What a server was found to take is believed for a while, and for longer each time that it is found again: asking for
more costs a refusal, and with a server that says nothing to it, the time in which an answer could have come.

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


class Berths(Generic[T]):
    """A count with a queue of one: whoever is urgent comes first. `T` is a connection."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._configured = most
        self._most = most
        self._clock = clock
        self._believed_s = 0.0
        self._believed_until_s = float("-inf")
        self._held = 0
        self._moored = 0
        """How many of ours the server has let in: of those held, and all that rest."""
        self._resting: deque[tuple[object, T]] = deque()
        """With where it leads to, the longest rested first."""
        self._turned_away = 0
        """Holders that wait to see what becomes of those at the door."""
        self._urgent = 0
        """Urgent ones that wait."""
        self._patient = 0
        self._promised = 0
        """Holders that have said they give way and have not left yet."""
        self._turn = threading.Condition()

    @property
    def most(self) -> int:
        """Connections at once, as far as is known."""
        with self._turn:
            self._forget()
            return self._most

    @property
    def scarce(self) -> bool:
        """Whether there are so few, as far as is known, that somebody else may be waiting for one that rests."""
        with self._turn:
            return self._most < self._configured or self._most == 1

    @property
    def full(self) -> bool:
        """Whether the next one would have to wait."""
        with self._turn:
            return self._held >= self._most

    def take(self, *, urgent: bool, within_s: float, unless: Callable[[], bool]) -> bool:
        """Wait for a berth. `unless`: no longer wanted (after `stir`). Whoever has taken one must `leave`."""
        with self._turn:
            self._forget()
            self._count(urgent, 1)
            try:
                self._turn.wait_for(lambda: unless() or self._is_free(urgent), within_s)
            finally:
                self._count(urgent, -1)
                self._turn.notify_all()  # one in haste that gave up holds up nobody
            return not unless() and self._grant(urgent)

    def take_another(self) -> bool:
        """One more for somebody who has one; never waits, never before somebody who does."""
        with self._turn:
            return self._patient == 0 and self._grant(urgent=False)

    def take_over(self, to: object) -> T | None:
        """The connection to this place that has rested least, to be used on a berth that was just taken, or to be
        ended; `None`: none rests. One that no longer stands is told of by `sank`."""
        with self._turn:
            for resting in reversed(self._resting):
                if resting[0] == to:
                    self._resting.remove(resting)
                    return resting[1]
            return None

    def in_the_way(self) -> T | None:
        """A connection that rests and has to be ended (and `sank` be told) before one can be opened on a berth that was
        just taken; `None`: there is room."""
        with self._turn:
            if self._resting and self._held + len(self._resting) > self._most:
                return self._resting.popleft()[1]
            return None

    def moored(self) -> None:
        """The server has let in the caller's connection."""
        with self._turn:
            self._moored += 1
            self._turn.notify_all()
            self._most = max(self._most, self._moored)
            if self._moored == self._configured:
                self._believed_s = 0.0

    def leave(self, *, moored: bool = False) -> None:
        """Give a berth back. `moored`: its connection had been let in, and has ended."""
        with self._turn:
            self._moored -= moored
            self._vacate()

    def rest(self, connection: T, to: object) -> None:
        """Give a berth back and leave its connection, which the server had let in, for whoever wants one to the same
        place next."""
        with self._turn:
            self._resting.append((to, connection))
            self._vacate()

    def sank(self) -> None:
        """A connection that was taken over has ended. The caller's berth, if he has one, stays his."""
        with self._turn:
            self._moored -= 1

    def crowded(self, *, within_s: float, unless: Callable[[], bool]) -> bool:
        """The server has not let in the caller's connection. If one of ours is at the door now, waits to see whether
        that is let in: whoever knocks together with it may be the one too many.

        Returns whether others of ours are in: then as many as those is what it bears, and the caller's berth is gone.
        If not, it is about us, about others, or one of ours whose end the server has not noticed yet; the caller keeps
        its berth.
        """
        with self._turn:
            self._turned_away += 1
            self._turn.notify_all()
            try:
                self._turn.wait_for(lambda: unless() or self._moored > 0 or not self._at_the_door, within_s)
            finally:
                self._turned_away -= 1
            if not self._moored:
                return False
            self._believe(self._moored)
            self._held -= 1
            self._turn.notify_all()
            return True

    def gives_way(self) -> bool:
        """Whether the caller is to leave now, so that the live lane can connect. True for as many as are needed."""
        with self._turn:
            needed = self._held + self._urgent - self._most
            if self._urgent == 0 or self._promised >= needed:
                return False
            self._promised += 1
            return True

    def pause(self, for_s: float, *, unless: Callable[[], bool]) -> None:
        """Keep one's berth and wait for the server to notice that another one's connection has ended."""
        with self._turn:
            self._turn.wait_for(unless, for_s)

    def stir(self) -> None:
        """Let everybody who waits look whether he still wants to."""
        with self._turn:
            self._turn.notify_all()

    @property
    def _at_the_door(self) -> int:
        """Holders whose connection may be let in any moment."""
        return self._held - (self._moored - len(self._resting)) - self._turned_away

    def _vacate(self) -> None:
        self._held -= 1
        self._promised = max(0, self._promised - 1)
        self._turn.notify_all()

    def _count(self, urgent: bool, change: int) -> None:
        if urgent:
            self._urgent += change
        else:
            self._patient += change

    def _is_free(self, urgent: bool) -> bool:
        return self._held < self._most and (urgent or self._urgent == 0)

    def _grant(self, urgent: bool) -> bool:
        if not self._is_free(urgent):
            return False
        self._held += 1
        return True

    def _believe(self, most: int) -> None:
        self._most = most
        now_s = self._clock.now().mono_s
        if now_s >= self._believed_until_s:  # else it is another refusal of the same moment
            self._believed_s = min(_LONGEST_BELIEVED_S, max(_FIRST_BELIEVED_S, 2 * self._believed_s))
            self._believed_until_s = now_s + self._believed_s

    def _forget(self) -> None:
        """What is no longer believed, when it can be tried out: while nobody holds or wants a connection."""
        if self._held + self._urgent + self._patient == 0 and self._clock.now().mono_s >= self._believed_until_s:
            self._most = self._configured
