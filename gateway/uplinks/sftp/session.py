"""One logged-in SFTP connection with all that lasts as long as it: its channel, its steps, what it knows of folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import paramiko

from gateway.core.errors import DeliveryError
from gateway.core.interfaces import Clock
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.manners import Manners
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.channel import SftpChannel
from gateway.uplinks.sftp.login import SshAccount
from gateway.uplinks.sftp.pipeline import complete
from gateway.uplinks.sftp.ssh import SshConnection
from gateway.uplinks.sftp.steps import Steps
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Deadline, Timeouts


@dataclass(frozen=True, slots=True)
class SftpServer:
    """Where to go and how. `path` is the base folder as the server names it; empty, or beginning with `/~/`, is below
    the log-in folder."""

    host: str
    port: int
    path: str
    account: SshAccount

    @property
    def base(self) -> str:
        return self.path.removeprefix("/~").removeprefix("/") if self.path.startswith("/~") else self.path

    def __str__(self) -> str:
        return f"sftp {self.host}:{self.port}"


class SftpSession:
    """A connection on which files can be published."""

    def __init__(
        self,
        server: SftpServer,
        sockets: Sockets,
        timeouts: Timeouts,
        clock: Clock,
        publishing: Publishing,
        proof: Proof,
        manners: Manners,
    ) -> None:
        """Connect, log in, agree on SFTP.

        Raises:
            DeliveryDeferred: no connection, or not now.
            DestinationRejected: the server refuses us, or is not the server we know.
        """
        self._sockets = sockets
        self._timeouts = timeouts
        self._clock = clock
        self.where = where = str(server)
        self.connection = SshConnection(sockets, where, server.host, server.port, server.account, timeouts, clock)
        try:
            self.channel = SftpChannel(self.connection, self._deadline, timeouts.answer_s)
        except (OSError, EOFError, paramiko.SSHException) as error:
            why = self.connection.why_no_sftp(error)
            self.connection.close()
            raise why from error
        renames_at_once = messages.POSIX_RENAME in self.channel.extensions
        self.silent_at: messages.Verb | None = None
        """What the server did not answer until it was given up."""
        self.steps = Steps(where, server.base, renames_at_once, manners, publishing, proof)

    @property
    def warning(self) -> str:
        """See `pool.uplink.Session`."""
        return self.connection.warning

    def take_over(self, sockets: Sockets) -> bool:
        """See `PooledConnection.take_over`. If the server still answers, somebody waits again."""
        self._sockets = sockets
        self.connection.socket.watch(True)
        self.channel.answer_s = self._timeouts.probe_s
        try:
            self.connection.move_to(sockets)
            if not self.connection.alive():
                return False
            complete(self.channel, ask(self.steps.writing.question(".") or messages.stat(".")))
        except (OSError, EOFError, paramiko.SSHException):
            return False
        finally:
            self.channel.answer_s = self._timeouts.answer_s
        return True

    @contextmanager
    def as_delivery_errors(self) -> Iterator[None]:
        """Turns a failure of the connection inside into a `DeliveryDeferred`; after any other trouble half uploads are
        taken back. When all is done the connection may be silent: nobody waits."""
        try:
            yield
        except (OSError, EOFError, paramiko.SSHException) as error:
            if self.connection.socket.silent_too_long or isinstance(error, TimeoutError):
                self.silent_at = self.channel.waits_for
            raise self.connection.trouble(error) from error
        except DeliveryError:
            self._clean_up()
            raise
        self.connection.socket.watch(False)

    def log_out(self) -> None:
        """See `PooledConnection.log_out`. SSH has no goodbye."""
        self.connection.close()

    def close(self) -> None:
        """See `PooledConnection.close`."""
        self.connection.close()

    def _deadline(self, within_s: float) -> Deadline:
        return self._sockets.deadline(self._clock, within_s)

    def _clean_up(self) -> None:
        """Take back what is half uploaded, as far as the connection still allows; what remains, the next one finds."""
        paths = tuple(self.steps.writing.unfinished)
        if not paths or self._sockets.aborted or not self.connection.alive():
            return
        try:
            complete(self.channel, ask(*map(messages.remove, paths)))
        except (OSError, EOFError, paramiko.SSHException):
            return


def ask(*requests: messages.SftpRequest) -> messages.Exchange[tuple[messages.Reply, ...]]:
    """These requests, and their answers, whatever they are."""
    return (yield requests)
