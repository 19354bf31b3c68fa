"""Connections of one lane, opened within what its `ConnectionPool` allows, at a server that may accept fewer.

Servers say in many ways that they have enough of us: with a reply, with a refusal of the password, by hanging up, by
silence. So whatever fails while another connection of ours is open counts as that: the lane waits for its turn and
tries again when it is alone, and what fails then is meant. An idle connection is used again, whichever lane left it, if
it leads to the same place; one that leads elsewhere is closed if there is no room for both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Deadline

_NOTICED_AFTER_S: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.8)
"""How often and when to try again in place of the other lane: servers count a connection for a moment after it has
ended. A rejection is tried again once, after the last of them: more would lock the account."""
_NOTICED_WITHIN_S = 5.0


class PooledConnection(Protocol):
    """One that a server has accepted. No method raises."""

    def take_over(self, sockets: Sockets) -> bool:
        """Belong to the uplink of these sockets from now on. Returns whether the server still answers."""

    def log_out(self) -> None:
        """Say goodbye, if the server answers soon, and close."""

    def close(self) -> None:
        """Close at once."""


C = TypeVar("C", bound=PooledConnection)


class PoolClient(Generic[C]):
    """One lane's way to connections. Whoever has acquired one gives it back with `put_idle` or `log_out`, or closes all
    that the lane has."""

    def __init__(
        self,
        where: str,
        pool: ConnectionPool[C],
        sockets: Sockets,
        clock: Clock,
        *,
        to: object,
        urgent: bool,
        within_s: float,
        open_one: Callable[[], C],
    ) -> None:
        """`to`: server, account and all else that makes connections alike. `within_s`: how long to wait for one's turn.
        `open_one` raises `DeliveryError` if there is none to be had."""
        self._where = where
        self._pool = pool
        self._sockets = sockets
        self._clock = clock
        self._to = to
        self._urgent = urgent
        self._within_s = within_s
        self._open_one = open_one
        self._in_use: list[C] = []
        self.refusal = ""
        """The server's last words when it did not let in one more of ours."""
        self.was_let_in = False
        """Whether the server has accepted a connection of the lane since somebody last set this."""

    @property
    def has_any(self) -> bool:
        """Whether the lane has a connection that the server has accepted."""
        return bool(self._in_use)

    @property
    def are_several(self) -> bool:
        """Whether several are in use, whichever lane's."""
        return self._pool.in_use > 1

    @property
    def others_in_use(self) -> bool:
        """Whether other lanes have any."""
        return self._pool.in_use > len(self._in_use)

    def acquire(self, *, in_place_of_others: bool = False) -> C:
        """One connection, if need be in place of another one of ours. `in_place_of_others`: some have just ended.

        Raises:
            DeliveryError: no turn in time, or what `open_one` raised in the end.
        """
        is_in_place_of_another = in_place_of_others or self._pool.full
        if not self._has_turn():
            raise DeliveryDeferred(
                Phrase("{where}: {why_no_turn}", where=self._where, why_no_turn=self._why_no_turn()), by_server=True
            )
        pauses_s, noticed = _NOTICED_AFTER_S, Deadline(self._clock, _NOTICED_WITHIN_S)
        while True:
            try:
                if (idle := self._idle_one()) is not None:
                    return idle
                is_in_place_of_another |= self._made_room()
                return self._now_in_use(self._open_one())
            except DeliveryError as failure:
                if not self._sockets.aborted and self._others_are_open():
                    self.refusal = str(failure)
                    if not self._has_turn():
                        raise
                    is_in_place_of_another, noticed = True, Deadline(self._clock, _NOTICED_WITHIN_S)
                    continue
                if isinstance(failure, DestinationRejected):
                    pauses_s = pauses_s[-1:]
                if not pauses_s or not is_in_place_of_another or noticed.is_over or self._sockets.aborted:
                    self._pool.release()
                    raise
                self._pool.pause(pauses_s[0], unless=self._is_aborted)
                pauses_s = pauses_s[1:]
            except BaseException:
                self._pool.release()
                raise

    def acquire_another(self) -> C | None:
        """One more for a lane that has one; `None` if the server or the other lane leaves none."""
        if not self._pool.acquire_another():
            return None
        try:
            if (idle := self._idle_one()) is not None:
                return idle
            self._made_room()
            return self._now_in_use(self._open_one())
        except DeliveryError as failure:  # the same account has just been accepted: it is not about us
            if self._sockets.aborted or not self._others_are_open():
                self._pool.release()
            else:
                self.refusal = str(failure)
            return None
        except BaseException:
            self._pool.release()
            raise

    def put_idle(self, connection: C) -> None:
        """Leave a connection for later, or for the other lane."""
        self._in_use.remove(connection)
        self._pool.put_idle(connection, self._to)

    def log_out(self, connection: C) -> None:
        """End a connection that the lane has acquired."""
        connection.log_out()
        self._forget(connection)

    def log_out_all(self) -> None:
        """End all connections that the lane has acquired, and the idle ones to the same place."""
        self._end_all(lambda connection: connection.log_out())

    def close_all(self) -> None:
        """The same at once: where one has failed, each of the others would cost a time-out."""
        self._end_all(lambda connection: connection.close())

    def is_wanted_back(self) -> bool:
        """Whether the lane is to put a connection back now, so that the live lane can have it."""
        return not self._urgent and self._pool.is_wanted_back()

    def worth_having(self, files: int) -> int:
        """How many connections are worth having for so many files: opening one costs as much as a few of them."""
        return 1 if self._urgent else max(1, min(self._pool.limit, files // 5))

    def count(self) -> int:
        """How many connections the server lets us have at once, as far as the pool allows. Those that were not there
        before are given back."""
        further = []
        while (connection := self.acquire_another()) is not None:
            further.append(connection)
        count = len(self._in_use)
        for connection in further:
            self.log_out(connection)
        return count

    def _idle_one(self) -> C | None:
        while (idle := self._pool.take_idle(self._to)) is not None:
            if idle.take_over(self._sockets):
                return self._now_in_use(idle)
            idle.close()
        return None

    def _made_room(self) -> bool:
        """Log out of what leads elsewhere and leaves no room. Returns whether there was something."""
        made = False
        while (elsewhere := self._pool.evict_idle()) is not None:
            elsewhere.log_out()
            made = True
        return made

    def _now_in_use(self, connection: C) -> C:
        self._in_use.append(connection)
        self.was_let_in = True
        self._pool.opened()
        return connection

    def _end_all(self, end: Callable[[C], None]) -> None:
        while (idle := self._pool.take_idle(self._to)) is not None:
            end(idle)
        for connection in list(self._in_use):
            end(connection)
            self._forget(connection)

    def _forget(self, connection: C) -> None:
        self._in_use.remove(connection)
        self._pool.release(was_open=True)

    def _has_turn(self) -> bool:
        return self._pool.acquire(urgent=self._urgent, within_s=self._within_s, unless=self._is_aborted)

    def _others_are_open(self) -> bool:
        return self._pool.opening_failed(within_s=self._within_s, unless=self._is_aborted)

    def _is_aborted(self) -> bool:
        return self._sockets.aborted

    def _why_no_turn(self) -> str:
        if self._sockets.aborted:
            return "interrupted"
        return Phrase("there may be {limit} connections at once, and none was free", limit=self._pool.limit)
