"""Connections of one lane, opened within what its `ConnectionPool` allows, at a server that may accept fewer.

Servers say in many ways that they have enough of us: with a reply, with a refusal of the password, by hanging up, by
silence. So whatever fails while another connection of ours is open counts as that: the lane waits for its turn and
tries again when it is alone, and what fails then is meant. An idle connection is used again, whichever lane left it, if
it leads to the same place; one that leads elsewhere is closed if there is no room for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sockets import Deadline

T = TypeVar("T")
_NOTICED_AFTER_S: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.8)
"""How often and when to try again in place of the other lane: servers count a connection for a moment after it has
ended. A rejection is tried again once, after the last of them: more would lock the account."""
_NOTICED_WITHIN_S = 5.0


class PoolClient(Generic[T]):
    """One lane's way to connections. Whoever has been given one gives it back with `put_idle`, or closes it and says
    `ConnectionPool.release(was_open=True)`."""

    def __init__(
        self,
        where: str,
        pool: ConnectionPool[T],
        clock: Clock,
        *,
        to: object,
        urgent: bool,
        within_s: float,
        open_one: Callable[[], T],
        take_over: Callable[[T], bool],
        close: Callable[[T], object],
        unless: Callable[[], bool],
    ) -> None:
        """`to`: server, account and all else that makes connections alike. `within_s`: how long to wait for one's turn.
        `open_one` raises `DeliveryError` if there is none to be had; `take_over` makes an idle connection the lane's
        own, or closes it and returns `False` if it is dead; `close` logs out. `unless`: nothing is wanted any more
        (after `ConnectionPool.notify`)."""
        self._where = where
        self._pool = pool
        self._clock = clock
        self._to = to
        self._urgent = urgent
        self._within_s = within_s
        self._open_one = open_one
        self._take_over = take_over
        self._close = close
        self._unless = unless

    def first(self) -> T:
        """One connection, if need be in place of another one of ours.

        Raises:
            DeliveryError: no turn in time, or what `open_one` raised in the end.
        """
        is_handed_over = self._pool.full
        if not self._has_turn():
            raise DeliveryDeferred(f"{self._where}: {self._why_no_turn()}", by_server=True)
        pauses_s, noticed = _NOTICED_AFTER_S, self._deadline()
        while True:
            try:
                if (idle := self._idle_one()) is not None:
                    return idle
                is_handed_over |= self._made_room()
                opened = self._open_one()
            except DeliveryError as failure:
                if not self._unless() and self._others_are_open():
                    if not self._has_turn():
                        raise
                    is_handed_over, noticed = True, self._deadline()
                    continue
                if isinstance(failure, DestinationRejected):
                    pauses_s = pauses_s[-1:]
                if not pauses_s or not is_handed_over or noticed.is_over or self._unless():
                    self._pool.release()
                    raise
                self._pool.pause(pauses_s[0], unless=self._unless)
                pauses_s = pauses_s[1:]
            except BaseException:
                self._pool.release()
                raise
            else:
                self._pool.opened()
                return opened

    def another(self) -> T | None:
        """One more for a lane that has one; `None` if the server or the other lane leaves none."""
        if not self._pool.acquire_another():
            return None
        try:
            if (idle := self._idle_one()) is not None:
                return idle
            self._made_room()
            opened = self._open_one()
        except DeliveryError:  # the same account has just been accepted: it is not about us
            if self._unless() or not self._others_are_open():
                self._pool.release()
            return None
        except BaseException:
            self._pool.release()
            raise
        self._pool.opened()
        return opened

    def put_idle(self, connection: T) -> None:
        """Leave a connection for later, or for the other lane."""
        self._pool.put_idle(connection, self._to)

    def idle(self) -> Iterator[T]:
        """All that are idle, one after the other, each to be closed."""
        while (idle := self._pool.take_idle(self._to)) is not None:
            yield idle
            self._pool.closed()

    def _idle_one(self) -> T | None:
        while (idle := self._pool.take_idle(self._to)) is not None:
            if self._take_over(idle):
                return idle
            self._pool.closed()
        return None

    def _made_room(self) -> bool:
        """Close what leads elsewhere and leaves no room. Returns whether there was something."""
        made = False
        while (elsewhere := self._pool.evict_idle()) is not None:
            self._close(elsewhere)
            self._pool.closed()
            made = True
        return made

    def _others_are_open(self) -> bool:
        return self._pool.opening_failed(within_s=self._within_s, unless=self._unless)

    def _has_turn(self) -> bool:
        return self._pool.acquire(urgent=self._urgent, within_s=self._within_s, unless=self._unless)

    def _why_no_turn(self) -> str:
        if self._unless():
            return "interrupted"
        return f"there may be {self._pool.limit} connections at once, and none was free"

    def _deadline(self) -> Deadline:
        return Deadline(self._clock, _NOTICED_WITHIN_S)
