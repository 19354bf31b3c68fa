"""Delivery over FTP, plain or with TLS (FTPS, explicit or implicit).

From `deliver` to a socket: `PooledUplink` → `UploadWorkers`, each with a connection of its own from `PoolClient` →
`FtpPublisher`, which decides what is said → `FtpSession`, which says it.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Clock, Delivered, Parcel, Refused, RemoteFile, ServerTime, Unproven
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.ftp import inspection
from gateway.uplinks.ftp.login import FtpServer
from gateway.uplinks.ftp.optimism import Optimisms
from gateway.uplinks.ftp.publisher import FtpPublisher
from gateway.uplinks.ftp.replies import FtpError
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.ftp.workers import UploadWorkers
from gateway.uplinks.manners import Manners
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.pool.uplink import PooledUplink
from gateway.uplinks.publish import join
from gateway.uplinks.timeouts import Timeouts


class FtpUplink(PooledUplink[FtpServer, FtpSession]):
    """One lane to one destination reached over FTP or FTPS. Each connection carries one parcel after the other."""

    def __init__(
        self,
        server: FtpServer,
        *,
        clock: Clock,
        pool: ConnectionPool[FtpSession],
        urgent: bool,
        publishing: Publishing = Publishing.RENAME,
        proof: Proof = Proof.PRESENT,
        manners: Manners | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        super().__init__(
            server,
            clock=clock,
            pool=pool,
            urgent=urgent,
            publishing=publishing,
            proof=proof,
            manners=manners,
            timeouts=timeouts,
        )
        self._urgent = urgent
        self._optimisms = Optimisms(self._manners, clock)
        self._publisher = FtpPublisher(publishing, proof, self._confirm_plain_ways)
        self._last: Parcel | None = None
        """What was delivered last."""
        self._were_several = False
        """Whether several connections were at work when files were last published."""
        self._was_in_doubt = False
        """Whether a file was denied then that the server may take while no other lane is connected."""

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
        if self._takes_files():
            with self._session() as session:
                return ServerProfile(software=str(session.greeting), warning=session.warning or None)
        with self._trial() as session:
            profile = inspection.probe(session, self._publishing)
            return replace(profile, connections=self._connections.count())

    def server_time(self) -> ServerTime | None:
        """See `TellsTime.server_time`. Nothing is written where a receiver takes files away."""
        if self._takes_files():
            return None
        with self._trial() as session:
            return inspection.server_time(session, self._publishing, self._clock)

    def look(self, name: str) -> Presence:
        """See `TriedUplink.look`."""
        with self._session() as session:
            return inspection.look(session, name)

    def discard(self, name: str) -> None:
        """See `TriedUplink.discard`."""
        with self._session() as session:
            inspection.discard(session, name)
        if self._last is not None and self._last.name == name:
            self._last = None  # that it is not there any more says nothing of the receiver

    def close(self) -> None:
        """See `Uplink.close`. Only what a server does not bear is remembered (`Manners`)."""
        super().close()
        self._optimisms = Optimisms(self._manners, self._clock, self._optimisms.several_connections)

    def _open(self) -> FtpSession:
        return FtpSession(self._server, self._sockets, self._timeouts, self._clock, self._optimisms)

    def _takes_files(self) -> bool:
        """Whether a receiver takes files away as soon as they are there, so that a probe would be taken for one."""
        if self._manners.has(Manner.TAKES_AT_CLOSE) or self._manners.has(Manner.TAKES_AFTER_RENAME):
            return True
        last = self._last
        if last is None:
            return self._proof is Proof.ANSWER
        with self._session() as session:
            presence = inspection.look(session, join(last.folder, last.name))
        if presence is Presence.NOT_THERE:
            words = Phrase("{name} was delivered and is not there any more", name=last.name)
            self._manners.learn(Manner.TAKES_AFTER_RENAME, words)
        return presence is Presence.NOT_THERE or (presence is Presence.NOT_TOLD and self._proof is Proof.ANSWER)

    def _publish(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        """Once more over one connection, if something failed while several were open; and once more over other
        connections, if one was lost in a way that an optimism may be to blame for, or in which a file may have arrived
        whole."""
        goes_alone = is_again = False
        while True:
            unanswered, was_plain = self._publisher.unanswered, self._optimisms.suspended
            try:
                yield from self._published(waiting, in_place_of_others=goes_alone)
                return
            except DeliveryError as error:
                if was_plain:
                    self._optimisms.plain_failed()
                if self._sockets.aborted:
                    raise
                if not goes_alone and self._may_be_crowded():
                    goes_alone = True
                    self._go_alone(str(error))
                    continue
                was_again, is_again = is_again, True
                if was_again or isinstance(error, Crowded) or not isinstance(error, DeliveryDeferred):
                    raise
                if not (self._optimisms.suspend() or self._publisher.unanswered > unanswered):
                    raise
                self._connections.close_all()

    def _may_be_crowded(self) -> bool:
        """Whether what failed after a log-in may have failed because several connections were open."""
        if self._was_in_doubt:
            return True
        return self._connections.has_any and (self._were_several or self._connections.others_in_use)

    def _go_alone(self, words: str) -> None:
        """Of what other lanes have met, these will learn by themselves."""
        if self._were_several:
            self._optimisms.go_alone(words)
        if self._was_in_doubt or self._connections.others_in_use:
            self._pool.keep_to_one()
        self._connections.close_all()

    def _confirm_plain_ways(self, session: FtpSession) -> None:
        """A file has gone all the way over this connection. Where the plain way is being tried, the other one has been
        to blame only if this connection is still good: some servers end each after a file, or never say 226."""
        if self._optimisms.suspended:
            with contextlib.suppress(FtpError, OSError, EOFError):  # what comes next over it meets that again
                session.demand("NOOP")
                self._optimisms.plain_worked()

    def _wait(self) -> bool:
        """Until the server takes the commands for another file, if it has shown how many it takes in a minute; the live
        lane never does. Returns whether to go on: the connection may be wanted elsewhere.

        Raises:
            DeliveryDeferred: not within this call.
        """
        while not self._urgent and not self._sockets.aborted and (wait_s := self._optimisms.rate.wait_s()) > 0:
            if self._sockets.is_late:
                words = Phrase("the server takes so many commands in a minute, and these were sent")
                raise DeliveryDeferred(Phrase("{where}: {words}", where=self._where, words=words), by_server=True)
            if self._connections.is_wanted_back():
                return False
            self._pool.pause(min(wait_s, 1.0), unless=lambda: self._sockets.aborted)
        return True

    def _published(
        self, waiting: deque[Parcel], *, in_place_of_others: bool
    ) -> Iterator[Delivered | Refused | Unproven]:
        """`in_place_of_others`: of which the server may not have noticed yet that they have ended."""
        self._were_several = self._was_in_doubt = False
        first = self._connections.acquire(in_place_of_others=in_place_of_others)
        if first.is_new:
            self._publisher.forget()  # who knows for how long we were away
        with first.as_delivery_errors():
            if self._has_strays:
                inspection.tidy(first)
                self._has_strays = False
            for folder in dict.fromkeys(parcel.folder for parcel in waiting):
                self._publisher.prepare(first, folder)
        several = self._optimisms.several_connections
        workers = UploadWorkers(self._connections, self._publisher, waiting, self._wait, several)
        try:
            for outcome in self._denials.decided(workers.run(first)):
                if isinstance(outcome, Delivered):
                    self._last = outcome.parcel
                yield outcome
        finally:
            self._were_several, self._was_in_doubt = workers.were_several, bool(workers.doubtful)
