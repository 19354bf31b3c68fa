"""Delivery over SFTP.

Promises what `Uplink` promises. How the server's answers are read stands in `sftp_steps`; how long anything may take in
`line.Patience`: whatever the server leaves unanswered, `deliver` fails after connect_s or answer_s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gateway.core.interfaces import Clock, Delivered, Parcel, Refused, RemoteFile
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks import sftp_inspection
from gateway.uplinks.berths import Berths
from gateway.uplinks.line import Deadline, Line, Patience
from gateway.uplinks.moorings import Moorings
from gateway.uplinks.publish import Denials, Denied
from gateway.uplinks.sftp_pipeline import complete, run
from gateway.uplinks.sftp_session import SftpServer, SftpSession


class SftpUplink:
    """One lane to one destination reached over SFTP. Many parcels are under way at once over one channel of one
    connection."""

    def __init__(
        self,
        server: SftpServer,
        *,
        clock: Clock,
        berths: Berths[SftpSession],
        urgent: bool,
        publishing: Publishing = Publishing.RENAME,
        patience: Patience | None = None,
    ) -> None:
        """`urgent`: the live lane's, which takes precedence where the lanes have to take turns."""
        self._server = server
        self._clock = clock
        self._berths = berths
        self._urgent = urgent
        self._publishing = publishing
        self._patience = patience or Patience()
        self._line = line = Line()
        self._moorings = Moorings(
            str(server),
            berths,
            clock,
            to=(server, publishing),
            urgent=urgent,
            within_s=self._patience.answer_s,
            open_one=self._open,
            adopt=self._adopt,
            end=SftpSession.close,
            unless=lambda: line.broken,
        )
        self._denials = Denials(str(server))
        self._session: SftpSession | None = None
        """While it is in use."""

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        """See `Uplink.deliver`. After an exception, or when left early, the next call connects anew."""
        finished = False
        try:
            waiting = deque(parcels)
            with self._line.trip(Deadline(self._clock, self._patience.trip_s)):
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
            return sftp_inspection.listing(session, folder, str(self._server))

    def fetch(self, folder: str, name: str) -> bytes:
        """See `Auditable.fetch`."""
        with self._connection() as session:
            return sftp_inspection.fetch(session, folder, name, str(self._server))

    def probe(self) -> ServerProfile:
        """See `Probed.probe`."""
        with self._connection() as session:
            profile = sftp_inspection.probe(session, self._publishing, str(self._server))
            return replace(profile, connections=1 + self._lets_in_another())

    @property
    def scarce(self) -> bool:
        """See `Uplink.scarce`."""
        return self._berths.scarce

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._line.break_off()
        self._berths.stir()

    def close(self) -> None:
        """See `Uplink.close`."""
        self._drop()
        self._line.mend()

    @contextmanager
    def _connection(self) -> Iterator[SftpSession]:
        """The connection for something else than delivering."""
        with self._line.trip(Deadline(self._clock, self._patience.trip_s)):
            session = self._connected()
            try:
                with session.told():
                    yield session
            except BaseException:
                self._drop()
                raise
        self._rest(session)

    def _lets_in_another(self) -> bool:
        another = self._moorings.another()
        if another is None:
            return False
        another.close()
        self._berths.leave(moored=True)
        return True

    def _some_of(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused]:
        """Deliver until all is delivered or the live lane wants our connection."""
        session = self._connected()
        with session.told():
            for folder in dict.fromkeys(parcel.folder for parcel in waiting):
                if folder not in session.steps.leftovers:
                    complete(session.wire, session.steps.prepare(folder))
            for outcome in run(session.wire, map(session.steps.publish, self._taken_from(waiting))):
                if isinstance(outcome, Denied):
                    self._denials.denied(outcome)
                    continue
                if isinstance(outcome, Delivered):
                    self._denials.taken(outcome.parcel.folder)
                yield outcome
        self._rest(session)

    def _taken_from(self, waiting: deque[Parcel]) -> Iterator[Parcel]:
        while waiting and (self._urgent or not self._berths.gives_way()):
            yield waiting.popleft()

    def _connected(self) -> SftpSession:
        """One that rests if it still answers, else a new one, if need be after waiting for a berth."""
        self._session = self._moorings.first()
        return self._session

    def _open(self) -> SftpSession:
        return SftpSession(self._server, self._line, self._patience, self._clock, self._publishing)

    def _adopt(self, session: SftpSession) -> bool:
        if session.stands_on(self._line):
            return True
        session.close()
        return False

    def _rest(self, session: SftpSession) -> None:
        session.rests()
        self._session = None
        self._moorings.rest(session)

    def _drop(self) -> None:
        """End the connection in use and those that rest: where one has failed, each of them would cost a probe."""
        for resting in self._moorings.resting():
            resting.close()
        session, self._session = self._session, None
        if session is not None:
            session.close()
            self._berths.leave(moored=True)
