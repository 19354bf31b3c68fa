"""Delivery over FTP, plain or with TLS (FTPS, explicit or implicit).

Promises what `Uplink` promises. How the server's answers are read stands in `login` and `steps`; how long
anything may take in `sockets.Timeouts`; over how many connections in `connections`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gateway.core.interfaces import Clock, Delivered, Parcel, Refused, RemoteFile
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp import inspection
from gateway.uplinks.ftp.connections import FtpConnections
from gateway.uplinks.ftp.login import FtpServer
from gateway.uplinks.ftp.steps import FtpSteps
from gateway.uplinks.ftp.workers import UploadWorkers
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.publish import Denials, Denied
from gateway.uplinks.sockets import Deadline, Sockets, Timeouts


class FtpUplink:
    """One lane to one destination reached over FTP or FTPS."""

    def __init__(
        self,
        server: FtpServer,
        *,
        clock: Clock,
        pool: ConnectionPool[FtpSteps],
        urgent: bool,
        publishing: Publishing = Publishing.RENAME,
        timeouts: Timeouts | None = None,
    ) -> None:
        """`urgent`: the live lane's, which takes one connection and takes precedence."""
        self._where = str(server)
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._sockets = Sockets()
        self._connections = FtpConnections(
            server, self._sockets, self._timeouts, clock, pool, urgent=urgent, publishing=publishing
        )
        self._denials = Denials(self._where)
        self._publishing = publishing

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
                self._connections.drop()
                self._denials = Denials(self._where)

    def listing(self, folder: str) -> list[RemoteFile]:
        """See `Auditable.listing`."""
        with self._connection() as steps:
            return inspection.listing(steps, folder, self._where)

    def fetch(self, folder: str, name: str) -> bytes:
        """See `Auditable.fetch`."""
        with self._connection() as steps:
            return inspection.fetch(steps, folder, name, self._where)

    def probe(self) -> ServerProfile:
        """See `Probed.probe`."""
        with self._connection() as steps:
            profile = inspection.probe(steps, self._publishing, self._where)
            return replace(profile, connections=self._connections.count())

    @property
    def scarce(self) -> bool:
        """See `Uplink.scarce`."""
        return self._connections.scarce

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._sockets.abort()
        self._connections.notify()

    def close(self) -> None:
        """See `Uplink.close`."""
        self._connections.close()
        self._sockets.reset()

    @contextmanager
    def _connection(self) -> Iterator[FtpSteps]:
        """One connection for something else than delivering."""
        with self._sockets.batch(Deadline(self._clock, self._timeouts.batch_s)):
            with self._connections.as_delivery_errors():
                steps = self._connections.first()
            try:
                with self._connections.as_delivery_errors(steps):
                    yield steps
            except BaseException:
                self._connections.drop()
                raise
        self._connections.put_idle(steps)

    def _some_of(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused]:
        """Deliver until all is delivered or the live lane wants our last connection."""
        with self._connections.as_delivery_errors():
            first = self._connections.first()
        with self._connections.as_delivery_errors(first):
            for folder in dict.fromkeys(parcel.folder for parcel in waiting):
                first.prepare(folder)
        for outcome in UploadWorkers(self._connections, waiting).work(first):
            if isinstance(outcome, Denied):
                self._denials.denied(outcome)
                continue
            if isinstance(outcome, Delivered):
                self._denials.taken(outcome.parcel.folder)
            yield outcome
