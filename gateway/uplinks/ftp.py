"""Delivery over FTP, plain or with TLS (FTPS, explicit or implicit).

Promises what `Uplink` promises. How the server's answers are read stands in `ftp_login` and `ftp_steps`; how long
anything may take in `line.Patience`; over how many connections in `ftp_fleet`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from gateway.core.interfaces import Clock, Delivered, Parcel, Refused
from gateway.core.publishing import Publishing
from gateway.uplinks.berths import Berths
from gateway.uplinks.ftp_crew import Crew
from gateway.uplinks.ftp_fleet import Fleet
from gateway.uplinks.ftp_login import FtpServer
from gateway.uplinks.line import Line, Patience
from gateway.uplinks.publish import Denials, Denied


class FtpUplink:
    """One lane to one destination reached over FTP or FTPS."""

    def __init__(
        self,
        server: FtpServer,
        *,
        clock: Clock,
        berths: Berths,
        urgent: bool,
        publishing: Publishing = Publishing.RENAME,
        patience: Patience | None = None,
    ) -> None:
        """`urgent`: the live lane's, which takes one connection and takes precedence."""
        self._where = str(server)
        self._line = Line()
        self._fleet = Fleet(
            server, self._line, patience or Patience(), clock, berths, urgent=urgent, publishing=publishing
        )
        self._denials = Denials(self._where)

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        """See `Uplink.deliver`. After an exception, or when left early, the next call connects anew."""
        finished = False
        try:
            waiting = deque(parcels)
            while waiting:
                yield from self._some_of(waiting)
            yield from self._denials.verdicts()
            finished = True
        finally:
            if not finished:
                self._fleet.drop()
                self._denials = Denials(self._where)

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._line.break_off()
        self._fleet.wake()

    def close(self) -> None:
        """See `Uplink.close`."""
        self._fleet.close()
        self._line.mend()

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
