"""Delivery over SFTP: `steps` decide what is said, `convoy` how many files are under way at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, Parcel, Refused, RemoteFile, ServerTime, Unproven
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.core.profile import ServerProfile
from gateway.uplinks.pool.uplink import PooledUplink
from gateway.uplinks.sftp import inspection
from gateway.uplinks.sftp.convoy import Convoy
from gateway.uplinks.sftp.messages import Verb
from gateway.uplinks.sftp.pipeline import complete
from gateway.uplinks.sftp.session import SftpServer, SftpSession

_BREAKS_THAT_DOUBT = 2
"""So many connections in a row broke with many files under way, and none was done: it may be too many at once."""

_ASKED_IN_VAIN = {
    Verb.STAT: Manner.NO_STAT,
    Verb.LSTAT: Manner.NO_LSTAT,
    Verb.FSTAT: Manner.NO_FSTAT,
    Verb.OPENDIR: Manner.NO_LISTING,
    Verb.READDIR: Manner.NO_LISTING,
}


class SftpUplink(PooledUplink[SftpServer, SftpSession]):
    """One lane to one destination reached over SFTP. Many parcels are under way at once over one channel of one
    connection."""

    _broken = 0
    """How many connections in a row broke so."""
    _silent_at: Verb | None = None
    """What the connection before this one did not answer."""
    _last: Parcel | None = None
    """What was delivered last."""

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
        with self._trial() as session:
            profile = inspection.probe(session, self._publishing, self._last)
            return replace(profile, connections=self._connections.count())

    def server_time(self) -> ServerTime | None:
        """See `TellsTime.server_time`."""
        with self._trial() as session:
            return inspection.server_time(session, self._clock, self._last)

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

    def _open(self) -> SftpSession:
        return SftpSession(
            self._server, self._sockets, self._timeouts, self._clock, self._publishing, self._proof, self._manners
        )

    def _publish(self, waiting: deque[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        plainly = self._broken >= _BREAKS_THAT_DOUBT and len(waiting) > 1
        session = self._connections.acquire()
        convoy = Convoy(
            session, self._manners, waiting, self._connections.is_wanted_back, self._pool.crowded, plainly=plainly
        )
        try:
            with session.as_delivery_errors():
                if self._has_strays:
                    complete(session.channel, session.steps.folders.prepare(""))
                    self._has_strays = False
                for outcome in self._denials.decided(convoy.outcomes()):
                    if isinstance(outcome, Delivered):
                        self._last = outcome.parcel
                    yield outcome
        except DeliveryDeferred as error:
            self._learn_silence(session)
            if plainly or convoy.decided:
                self._broken = 0  # it is the line
            elif convoy.is_hurried and not error.by_server:
                self._broken += 1
            raise
        if plainly and convoy.decided > 1:
            words = Phrase(
                "{broken} times the connection broke while many files were under way, and none was done",
                broken=self._broken,
            )
            self._manners.learn(Manner.ONE_FILE, words, 1)
            self._manners.learn(Manner.ONE_REQUEST, words)
        self._broken, self._silent_at = 0, None
        if convoy.is_crowded_out:
            self._connections.log_out(session)
        else:
            self._connections.put_idle(session)

    def _learn_silence(self, session: SftpSession) -> None:
        """Whoever leaves the same question unanswered twice in a row is not asked it again."""
        manner = _ASKED_IN_VAIN.get(session.silent_at) if session.silent_at is not None else None
        if manner is not None and session.silent_at is self._silent_at:
            self._manners.learn(manner, Phrase("it was not answered, twice"))
        self._silent_at = session.silent_at
