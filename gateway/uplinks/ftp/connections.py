"""The connections that one uplink holds at one FTP server: opened within what the pool allows, kept, given back.

The first is waited for; further ones are a gain in speed and never a reason to fail: see `PoolClient`. Callable from
several threads at once, each with a connection of its own.
"""

from __future__ import annotations

import ftplib
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Clock
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp.data import Opening
from gateway.uplinks.ftp.login import FtpServer, log_in
from gateway.uplinks.ftp.replies import Pipelining
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.ftp.steps import Folders, FtpSteps
from gateway.uplinks.pool.client import PoolClient
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.publish import join, one_line
from gateway.uplinks.sockets import Sockets, Timeouts, why_lost

_LOG_OUT_S = 2.0


class FtpConnections:
    """Connections, each with its steps of publishing. What they know of folders and of the server they share."""

    def __init__(
        self,
        server: FtpServer,
        sockets: Sockets,
        timeouts: Timeouts,
        clock: Clock,
        pool: ConnectionPool[FtpSteps],
        *,
        urgent: bool,
        publishing: Publishing,
    ) -> None:
        self._server = server
        self._where = str(server)
        self._sockets = sockets
        self._timeouts = timeouts
        self._clock = clock
        self._pool = pool
        self._urgent = urgent
        self._publishing = publishing
        self._pipelining = Pipelining()
        self._folders: Folders = {}
        self._pool_client = PoolClient(
            self._where,
            pool,
            clock,
            to=(server, publishing),
            urgent=urgent,
            within_s=timeouts.answer_s,
            open_one=self._open,
            take_over=self._take_over,
            close=_log_out,
            unless=lambda: sockets.aborted,
        )
        self._all: list[FtpSteps] = []
        """Those in use."""
        self._opened = 0

    @property
    def scarce(self) -> bool:
        """Whether somebody else may be waiting for an idle connection."""
        return self._pool.scarce

    def first(self) -> FtpSteps:
        """An idle one that still answers, else a new one, if need be after waiting for its turn.

        Raises:
            DeliveryError: there is none, in words for people.
        """
        opened_so_far = self._opened
        steps = self._pool_client.first()
        if self._opened != opened_so_far:
            self._folders.clear()  # who knows for how long we were away
        return steps

    def another(self) -> FtpSteps | None:
        """One more; `None` if the server or the other lane leaves none."""
        return self._pool_client.another()

    def count(self) -> int:
        """How many connections the server lets us hold at once, as far as the pool allows. Those that were not
        there before are given back."""
        further = []
        while (steps := self.another()) is not None:
            further.append(steps)
        held = len(self._all)
        for steps in further:
            self.close_one(steps)
        return held

    def put_idle(self, steps: FtpSteps) -> None:
        """Leave a connection for later, or for the other lane."""
        self._all.remove(steps)
        self._pool_client.put_idle(steps)

    def close_one(self, steps: FtpSteps) -> None:
        """Log out on one connection and give its place back."""
        _log_out(steps)
        self._forget(steps)

    def is_wanted_back(self) -> bool:
        """Whether the caller is to put its connection back, so that the live lane can have it."""
        return not self._urgent and self._pool.is_wanted_back()

    def notify(self) -> None:
        """End a wait for a connection, if the sockets were aborted."""
        self._pool.notify()

    def drop(self) -> None:
        """Disconnect all connections at once, the idle ones included: each of them would cost a probe."""
        for idle in self._pool_client.idle():
            idle.session.disconnect()
        for steps in list(self._all):
            steps.session.disconnect()
            self._forget(steps)

    def close(self) -> None:
        """Log out on all connections, the idle ones included; forget what was learned of the server."""
        for idle in self._pool_client.idle():
            _log_out(idle)
        for steps in list(self._all):
            self.close_one(steps)
        self._pipelining = Pipelining()

    def worker_count(self, files: int) -> int:
        """How many connections are worth having for so many files: opening one costs as much as a few of them."""
        return 1 if self._urgent else max(1, min(self._pool.limit, files // 5))

    @contextmanager
    def as_delivery_errors(self, steps: FtpSteps | None = None) -> Iterator[None]:
        """Turns what fails inside into a `DeliveryError`."""
        try:
            yield
        except ftplib.Error as error:
            if steps is not None:
                raise steps.judged(error) from error
            raise DeliveryDeferred(f"{self._where}: no log-in now ({one_line(str(error))})", by_server=True) from error
        except (OSError, EOFError) as error:
            raise DeliveryDeferred(f"{self._where}: {why_lost(error, self._sockets, self._timeouts)}") from error
        except DeliveryError as error:
            if self._sockets.aborted:  # whatever it looked like, it was `abort`
                raise DeliveryDeferred(f"{self._where}: interrupted") from error
            raise

    def _take_over(self, steps: FtpSteps) -> bool:
        if not steps.session.is_alive_on(self._sockets):
            steps.session.disconnect()
            return False
        steps.folders = self._folders
        self._all.append(steps)
        return True

    def _open(self) -> FtpSteps:
        opening = None if self._server.passive else Opening.ACTIVE
        protection = self._server.protection
        session = FtpSession(
            self._sockets, self._timeouts, self._clock, protection.context(self._where), self._pipelining, opening
        )
        try:
            with self.as_delivery_errors():
                log_in(session, self._server)
                steps = FtpSteps(self._where, session, self._base(session), self._publishing, self._folders)
        except BaseException:
            session.disconnect()
            raise
        self._opened += 1
        self._all.append(steps)
        return steps

    def _base(self, session: FtpSession) -> str:
        path = self._server.path
        if path.startswith("/") and not path.startswith("/~"):
            return path
        return join(session.pwd() or "/", path.removeprefix("/~").strip("/"))

    def _forget(self, steps: FtpSteps) -> None:
        self._all.remove(steps)
        self._pool.release(was_open=True)


def _log_out(steps: FtpSteps) -> None:
    steps.session.log_out(_LOG_OUT_S)
