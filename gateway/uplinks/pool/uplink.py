"""What the uplinks over connections of a pool have in common, whatever their protocol.

A delivery goes from `deliver` to the protocol's `_publish`, which acquires connections from `PoolClient` and puts them
back. What a server's words mean is for the room of its protocol; how long anything may take stands in
`timeouts.Timeouts`: whatever the server leaves unanswered, `deliver` fails after connect_s or answer_s.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, Protocol, TypeVar

from gateway.core.errors import DestinationRejected
from gateway.core.interfaces import Clock, Delivered, Parcel, Refused, Unproven
from gateway.core.manner import Manner
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.manners import Manners
from gateway.uplinks.pool.client import PoolClient, PooledConnection
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.publish import Denials
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Deadline, Timeouts

_log = logging.getLogger(__name__)


class Session(PooledConnection, Protocol):
    """A connection that can be worked on."""

    @property
    def warning(self) -> str:
        """What the server said at the log-in of the end of the password or of the account; empty: nothing."""

    def as_delivery_errors(self) -> AbstractContextManager[None]:
        """Turns what fails inside into a `DeliveryError`."""


V = TypeVar("V")
S = TypeVar("S", bound=Session)


class PooledUplink(ABC, Generic[V, S]):
    """One lane to one destination. `V` says where to go and who we are, `S` is a connection."""

    def __init__(
        self,
        server: V,
        *,
        clock: Clock,
        pool: ConnectionPool[S],
        urgent: bool,
        publishing: Publishing = Publishing.RENAME,
        proof: Proof = Proof.PRESENT,
        manners: Manners | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        """`urgent`: the live lane's, which takes precedence where the lanes have to take turns."""
        self._server = server
        self._where = str(server)
        self._clock = clock
        self._pool = pool
        self._publishing = publishing
        self._proof = proof
        self._manners = manners or Manners(clock)
        self._timeouts = timeouts or Timeouts()
        self._sockets = Sockets()
        self._connections = PoolClient(
            self._where,
            pool,
            self._sockets,
            clock,
            to=(server, publishing, proof),
            urgent=urgent,
            within_s=self._timeouts.answer_s,
            open_one=self._opened,
        )
        self._denials = Denials(self._where)
        self._warning = ""
        self._has_strays = urgent
        """Whether a trial may have left its file at the server: one that was broken off, or an earlier run's. One lane
        looks for them: the other may be trying something itself."""

    @abstractmethod
    def _open(self) -> S:
        """A new connection, logged in.

        Raises:
            DeliveryError: there is none to be had.
        """

    @abstractmethod
    def _publish(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        """Deliver what waits until all is delivered, or a connection is wanted back; take from `waiting` what is on its
        way. What the server denies goes through `self._denials`."""

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        """See `Uplink.deliver`. After an exception, or when left early, the next call connects anew."""
        is_finished = self._connections.was_let_in = False
        try:
            waiting = deque(parcels)
            with self._batch():
                while waiting:
                    yield from self._publish(waiting)
            refusal, self._connections.refusal = self._connections.refusal, ""
            if refusal and self._pool.bears_one:
                self._manners.learn(Manner.ONE_CONNECTION, refusal)
            yield from self._denials.verdicts()
            is_finished = True
        except DestinationRejected as error:
            error.after_login = self._connections.was_let_in
            raise
        finally:
            if not is_finished:
                self._connections.close_all()
                self._denials = Denials(self._where)

    @property
    def scarce(self) -> bool:
        """See `Uplink.scarce`."""
        return self._pool.scarce

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._sockets.abort()
        self._pool.notify()

    def close(self) -> None:
        """See `Uplink.close`."""
        self._connections.log_out_all()
        self._sockets.reset()

    @contextmanager
    def _session(self) -> Iterator[S]:
        """A connection for something else than delivering."""
        with self._batch():
            session = self._connections.acquire()
            try:
                with session.as_delivery_errors():
                    yield session
            except BaseException as error:
                self._connections.close_all()
                if isinstance(error, DestinationRejected):
                    error.after_login = True
                raise
        self._connections.put_idle(session)

    def _opened(self) -> S:
        session = self._open()
        if session.warning and session.warning != self._warning:
            _log.warning("server warns at the log-in server=%r words=%r", self._where, session.warning)
        self._warning = session.warning
        return session

    @contextmanager
    def _trial(self) -> Iterator[S]:
        """A connection to try something on, after which nothing is left at the server."""
        self._has_strays = True
        with self._session() as session:
            yield session
            self._has_strays = False

    def _batch(self) -> AbstractContextManager[None]:
        if self._manners.has(Manner.ONE_CONNECTION):
            self._pool.keep_to_one()
        return self._sockets.batch(Deadline(self._clock, self._timeouts.batch_s))
