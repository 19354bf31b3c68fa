"""Delivery over SFTP: `steps` decide what is said, `pipeline` runs many of them at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from gateway.core.interfaces import Delivered, Parcel, Refused, RemoteFile, ServerTime, Unproven
from gateway.core.profile import ServerProfile
from gateway.uplinks.pool.uplink import PooledUplink
from gateway.uplinks.sftp import inspection
from gateway.uplinks.sftp.pipeline import complete, run
from gateway.uplinks.sftp.session import SftpServer, SftpSession


class SftpUplink(PooledUplink[SftpServer, SftpSession]):
    """One lane to one destination reached over SFTP. Many parcels are under way at once over one channel of one
    connection."""

    def listing(self, folder: str) -> list[RemoteFile]:
        """See `Auditable.listing`."""
        with self._session() as session:
            return inspection.listing(session, folder)

    def fetch(self, folder: str, name: str) -> bytes:
        """See `Auditable.fetch`."""
        with self._session() as session:
            return inspection.fetch(session, folder, name)

    def probe(self) -> ServerProfile:
        """See `Probed.probe`."""
        with self._session() as session:
            profile = inspection.probe(session, self._publishing)
            return replace(profile, connections=self._connections.count())

    def server_time(self) -> ServerTime | None:
        """See `TellsTime.server_time`."""
        with self._session() as session:
            return inspection.server_time(session, self._clock)

    def _open(self) -> SftpSession:
        return SftpSession(self._server, self._sockets, self._timeouts, self._clock, self._publishing)

    def _publish(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        session = self._connections.acquire()
        with session.as_delivery_errors():
            for folder in dict.fromkeys(parcel.folder for parcel in waiting):
                if folder not in session.steps.leftovers:
                    complete(session.channel, session.steps.prepare(folder))
            attempts = map(session.steps.publish, self._next_parcels(waiting))
            yield from self._denials.decided(run(session.channel, attempts))
        self._connections.put_idle(session)

    def _next_parcels(self, waiting: deque[Parcel]) -> Iterator[Parcel]:
        while waiting and not self._connections.is_wanted_back():
            yield waiting.popleft()
