"""Delivery over FTP, plain or with TLS (FTPS, explicit or implicit).

Promises what `Uplink` promises. How the server's answers are read stands in `ftp_login` and `ftp_steps`; how long
anything may take in `line.Patience`; over how many connections in `ftp_fleet`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gateway.core.interfaces import Clock, Delivered, Parcel, Refused, RemoteFile
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks import ftp_inspection
from gateway.uplinks.berths import Berths
from gateway.uplinks.ftp_crew import Crew
from gateway.uplinks.ftp_fleet import Fleet
from gateway.uplinks.ftp_login import FtpServer
from gateway.uplinks.ftp_steps import FtpSteps
from gateway.uplinks.line import Deadline, Line, Patience
from gateway.uplinks.publish import Denials, Denied


class FtpUplink:
    """One lane to one destination reached over FTP or FTPS."""

    def __init__(
        self,
        server: FtpServer,
        *,
        clock: Clock,
        berths: Berths[FtpSteps],
        urgent: bool,
        publishing: Publishing = Publishing.RENAME,
        patience: Patience | None = None,
    ) -> None:
        """`urgent`: the live lane's, which takes one connection and takes precedence."""
        self._where = str(server)
        self._clock = clock
        self._patience = patience or Patience()
        self._line = Line()
        self._fleet = Fleet(server, self._line, self._patience, clock, berths, urgent=urgent, publishing=publishing)
        self._denials = Denials(self._where)
        self._publishing = publishing

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
                self._fleet.drop()
                self._denials = Denials(self._where)

    def listing(self, folder: str) -> list[RemoteFile]:
        """See `Auditable.listing`."""
        with self._connection() as steps:
            return ftp_inspection.listing(steps, folder, self._where)

    def fetch(self, folder: str, name: str) -> bytes:
        """See `Auditable.fetch`."""
        with self._connection() as steps:
            return ftp_inspection.fetch(steps, folder, name, self._where)

    def probe(self) -> ServerProfile:
        """See `Probed.probe`."""
        with self._connection() as steps:
            profile = ftp_inspection.probe(steps, self._publishing, self._where)
            return replace(profile, connections=self._fleet.count())

    @property
    def scarce(self) -> bool:
        """See `Uplink.scarce`."""
        return self._fleet.scarce

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._line.break_off()
        self._fleet.wake()

    def close(self) -> None:
        """See `Uplink.close`."""
        self._fleet.close()
        self._line.mend()

    @contextmanager
    def _connection(self) -> Iterator[FtpSteps]:
        """One connection for something else than delivering."""
        with self._line.trip(Deadline(self._clock, self._patience.trip_s)):
            with self._fleet.told():
                steps = self._fleet.first()
            try:
                with self._fleet.told(steps):
                    yield steps
            except BaseException:
                self._fleet.drop()
                raise
        self._fleet.rest(steps)

    def _some_of(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused]:
        """Deliver until all is delivered or the live lane wants our last connection."""
        with self._fleet.told():
            first = self._fleet.first()
        with self._fleet.told(first):
            for folder in dict.fromkeys(parcel.folder for parcel in waiting):
                first.prepare(folder)
        for outcome in Crew(self._fleet, waiting).work(first):
            if isinstance(outcome, Denied):
                self._denials.denied(outcome)
                continue
            if isinstance(outcome, Delivered):
                self._denials.taken(outcome.parcel.folder)
            yield outcome
