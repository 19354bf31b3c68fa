"""Delivery over SFTP.

Promises what `Uplink` promises. How the server's answers are read stands in `sftp_steps`; how long anything may take in
`sockets.Timeouts`: whatever the server leaves unanswered, `deliver` fails after connect_s or answer_s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gateway.core.interfaces import Clock, Delivered, Parcel, Refused, RemoteFile
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks.pool.client import PoolClient
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.publish import Denials, Denied
from gateway.uplinks.sftp import inspection
from gateway.uplinks.sftp.pipeline import complete, run
from gateway.uplinks.sftp.session import SftpServer, SftpSession
from gateway.uplinks.sockets import Deadline, Sockets, Timeouts


class SftpUplink:
    """One lane to one destination reached over SFTP. Many parcels are under way at once over one channel of one
    connection."""

    def __init__(
        self,
        server: SftpServer,
        *,
        clock: Clock,
        pool: ConnectionPool[SftpSession],
        urgent: bool,
        publishing: Publishing = Publishing.RENAME,
        timeouts: Timeouts | None = None,
    ) -> None:
        """`urgent`: the live lane's, which takes precedence where the lanes have to take turns."""
        self._server = server
        self._clock = clock
        self._pool = pool
        self._urgent = urgent
        self._publishing = publishing
        self._timeouts = timeouts or Timeouts()
        self._sockets = sockets = Sockets()
        self._pool_client = PoolClient(
            str(server),
            pool,
            clock,
            to=(server, publishing),
            urgent=urgent,
            within_s=self._timeouts.answer_s,
            open_one=self._open,
            take_over=self._take_over,
            close=SftpSession.close,
            unless=lambda: sockets.aborted,
        )
        self._denials = Denials(str(server))
        self._session: SftpSession | None = None
        """While it is in use."""

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        """See `Uplink.deliver`. After an exception, or when left early, the next call connects anew."""
        finished = False
        try:
            waiting = deque(parcels)
            with self._sockets.batch(Deadline(self._clock, self._timeouts.batch_s)):
                while waiting:
                    yield from self._some_of(waiting)
            yield from self._denials.verdicts()
            finished = True
        finally:
            if not finished:
                self._denials = Denials(str(self._server))
                self._drop()

    def listing(self, folder: str) -> list[RemoteFile]:
        """See `Auditable.listing`."""
        with self._connection() as session:
            return inspection.listing(session, folder, str(self._server))

    def fetch(self, folder: str, name: str) -> bytes:
        """See `Auditable.fetch`."""
        with self._connection() as session:
            return inspection.fetch(session, folder, name, str(self._server))

    def probe(self) -> ServerProfile:
        """See `Probed.probe`."""
        with self._connection() as session:
            profile = inspection.probe(session, self._publishing, str(self._server))
            return replace(profile, connections=1 + self._accepts_another())

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
        self._drop()
        self._sockets.reset()

    @contextmanager
    def _connection(self) -> Iterator[SftpSession]:
        """The connection for something else than delivering."""
        with self._sockets.batch(Deadline(self._clock, self._timeouts.batch_s)):
            session = self._connected()
            try:
                with session.as_delivery_errors():
                    yield session
            except BaseException:
                self._drop()
                raise
        self._put_idle(session)

    def _accepts_another(self) -> bool:
        another = self._pool_client.another()
        if another is None:
            return False
        another.close()
        self._pool.release(was_open=True)
        return True

    def _some_of(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused]:
        """Deliver until all is delivered or the live lane wants our connection."""
        session = self._connected()
        with session.as_delivery_errors():
            for folder in dict.fromkeys(parcel.folder for parcel in waiting):
                if folder not in session.steps.leftovers:
                    complete(session.channel, session.steps.prepare(folder))
            for outcome in run(session.channel, map(session.steps.publish, self._taken_from(waiting))):
                if isinstance(outcome, Denied):
                    self._denials.denied(outcome)
                    continue
                if isinstance(outcome, Delivered):
                    self._denials.taken(outcome.parcel.folder)
                yield outcome
        self._put_idle(session)

    def _taken_from(self, waiting: deque[Parcel]) -> Iterator[Parcel]:
        while waiting and (self._urgent or not self._pool.is_wanted_back()):
            yield waiting.popleft()

    def _connected(self) -> SftpSession:
        """An idle one if it still answers, else a new one, if need be after waiting for its turn."""
        self._session = self._pool_client.first()
        return self._session

    def _open(self) -> SftpSession:
        return SftpSession(self._server, self._sockets, self._timeouts, self._clock, self._publishing)

    def _take_over(self, session: SftpSession) -> bool:
        if session.is_alive_on(self._sockets):
            return True
        session.close()
        return False

    def _put_idle(self, session: SftpSession) -> None:
        session.set_idle()
        self._session = None
        self._pool_client.put_idle(session)

    def _drop(self) -> None:
        """End the connection in use and the idle ones: where one has failed, each of them would cost a probe."""
        for idle in self._pool_client.idle():
            idle.close()
        session, self._session = self._session, None
        if session is not None:
            session.close()
            self._pool.release(was_open=True)
