"""Delivery over SFTP.

Promises what `Uplink` promises. How the server's answers are read stands in `sftp_steps`; how long anything may take in
`line.Patience`: whatever the server leaves unanswered, `deliver` fails after connect_s or answer_s.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import paramiko

from gateway.core.errors import DeliveryError, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.uplinks import sftp_wire as wire
from gateway.uplinks.line import Line, Patience
from gateway.uplinks.publish import Denials
from gateway.uplinks.sftp_pipeline import complete, run
from gateway.uplinks.sftp_steps import Denied, Steps
from gateway.uplinks.ssh import SshAccount, SshConnection


class _Session:
    """What lasts as long as one connection."""

    def __init__(self, connection: SshConnection, where: str, base: str) -> None:
        self.connection = connection
        self.wire = wire.Wire(connection.channel)
        self.steps = Steps(where, base, wire.POSIX_RENAME in self.wire.extensions)
        self.denials = Denials(where)


class SftpUplink:
    """One destination reached over SFTP. Many parcels are under way at once over one channel of one connection."""

    def __init__(
        self, *, host: str, port: int, path: str, account: SshAccount, patience: Patience | None = None
    ) -> None:
        """`path` is the base folder as the server names it; empty, or beginning with `/~/`, is below the log-in
        folder."""
        self._host = host
        self._port = port
        self._base = path.removeprefix("/~").removeprefix("/") if path.startswith("/~") else path
        self._account = account
        self._patience = patience or Patience()
        self._where = f"sftp {host}:{port}"
        self._line = Line()
        self._session: _Session | None = None

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        """See `Uplink.deliver`. After an exception, or when left early, the next call connects anew."""
        session = self._connected()
        finished = False
        try:
            for folder in dict.fromkeys(parcel.folder for parcel in parcels):
                if folder not in session.steps.leftovers:
                    complete(session.wire, session.steps.prepare(folder))
            for outcome in run(session.wire, map(session.steps.publish, parcels)):
                if isinstance(outcome, Denied):
                    session.denials.denied(outcome.parcel, outcome.words)
                    continue
                if isinstance(outcome, Delivered):
                    session.denials.taken(outcome.parcel.folder)
                yield outcome
            yield from session.denials.verdicts()
            finished = True
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise session.connection.trouble(error) from error
        except DeliveryError:
            self._clean_up(session)
            raise
        finally:
            if finished:
                session.connection.socket.watch(False)
            else:
                self._drop()

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._line.break_off()

    def close(self) -> None:
        """See `Uplink.close`."""
        self._drop()
        self._line.mend()

    def _connected(self) -> _Session:
        """The kept connection if it still answers, else a new one."""
        if self._session is not None:
            self._session.connection.socket.watch(True)
            if self._answers(self._session):
                return self._session
            self._drop()
        connection = SshConnection(self._line, self._where, self._host, self._port, self._account, self._patience)
        try:
            self._session = _Session(connection, self._where, self._base)
        except wire.WireBroken as error:
            alive = connection.alive()
            connection.close()
            if alive:
                raise DestinationRejected(f"{self._where}: the account may not use SFTP ({error})") from error
            raise connection.trouble(error) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            connection.close()
            raise connection.trouble(error) from error
        return self._session

    def _answers(self, session: _Session) -> bool:
        channel = session.connection.channel
        if not session.connection.alive():
            return False
        try:
            channel.settimeout(self._patience.probe_s)
            complete(session.wire, _ask(wire.stat(".")))
            channel.settimeout(self._patience.answer_s)
        except (OSError, EOFError, paramiko.SSHException):
            return False
        return True

    def _clean_up(self, session: _Session) -> None:
        """Take back what is half uploaded, as far as the connection still allows; what remains, the next one finds."""
        paths = tuple(session.steps.temporaries)
        if not paths or self._line.broken or not session.connection.alive():
            return
        try:
            complete(session.wire, _ask(*map(wire.remove, paths)))
        except (OSError, EOFError, paramiko.SSHException):
            return

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.connection.close()


def _ask(*requests: wire.Request) -> Generator[tuple[wire.Request, ...], tuple[wire.Reply, ...], None]:
    """These requests, whatever the answers."""
    yield requests
