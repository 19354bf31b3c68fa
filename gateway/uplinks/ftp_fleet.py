"""The connections that one uplink holds at one FTP server: opened within what `Berths` allows, kept, given back.

The first is waited for; further ones are a gain in speed and never a reason to fail: see `moorings`. Callable from
several threads at once, each with a connection of its own.
"""

from __future__ import annotations

import ftplib
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Clock
from gateway.core.publishing import Publishing
from gateway.uplinks.berths import Berths
from gateway.uplinks.ftp_data import Opening
from gateway.uplinks.ftp_login import FtpServer, log_in
from gateway.uplinks.ftp_replies import Packs
from gateway.uplinks.ftp_session import FtpSession
from gateway.uplinks.ftp_steps import Folders, FtpSteps
from gateway.uplinks.line import Line, Patience, why_lost
from gateway.uplinks.moorings import Moorings
from gateway.uplinks.publish import join, one_line

_GOODBYE_S = 2.0


class Fleet:
    """Connections, each with its steps of publishing. What they know of folders and of the server they share."""

    def __init__(
        self,
        server: FtpServer,
        line: Line,
        patience: Patience,
        clock: Clock,
        berths: Berths[FtpSteps],
        *,
        urgent: bool,
        publishing: Publishing,
    ) -> None:
        self._server = server
        self._where = str(server)
        self._line = line
        self._patience = patience
        self._clock = clock
        self._berths = berths
        self._urgent = urgent
        self._publishing = publishing
        self._packs = Packs()
        self._folders: Folders = {}
        self._moorings = Moorings(
            self._where,
            berths,
            clock,
            to=(server, publishing),
            urgent=urgent,
            within_s=patience.answer_s,
            open_one=self._open,
            adopt=self._adopt,
            end=_say_goodbye,
            unless=lambda: line.broken,
        )
        self._all: list[FtpSteps] = []
        """Those in use."""
        self._opened = 0

    @property
    def scarce(self) -> bool:
        """Whether somebody else may be waiting for a connection that rests."""
        return self._berths.scarce

    def first(self) -> FtpSteps:
        """One that rests and still answers, else a new one, if need be after waiting for a berth.

        Raises:
            DeliveryError: there is none, in words for people.
        """
        opened_so_far = self._opened
        steps = self._moorings.first()
        if self._opened != opened_so_far:
            self._folders.clear()  # who knows for how long we were away
        return steps

    def another(self) -> FtpSteps | None:
        """One more; `None` if the server or the other lane leaves none."""
        return self._moorings.another()

    def count(self) -> int:
        """How many connections the server lets us hold at once, as far as `Berths` allows. Those that were not there
        before are given back."""
        further = []
        while (steps := self.another()) is not None:
            further.append(steps)
        held = len(self._all)
        for steps in further:
            self.part(steps)
        return held

    def rest(self, steps: FtpSteps) -> None:
        """Leave a connection for later, or for the other lane."""
        self._all.remove(steps)
        self._moorings.rest(steps)

    def part(self, steps: FtpSteps) -> None:
        """Say goodbye on one connection and give its berth back."""
        _say_goodbye(steps)
        self._forget(steps)

    def gives_way(self) -> bool:
        """Whether the caller is to let its connection `rest`, so that the live lane can have it."""
        return not self._urgent and self._berths.gives_way()

    def wake(self) -> None:
        """End a wait for a berth, if the line was broken off."""
        self._berths.stir()

    def drop(self) -> None:
        """Hang up on all connections at once, those that rest included: each of them would cost a probe."""
        for resting in self._moorings.resting():
            resting.session.hang_up()
        for steps in list(self._all):
            steps.session.hang_up()
            self._forget(steps)

    def close(self) -> None:
        """Say goodbye on all connections, those that rest included; forget what was learned of the server."""
        for resting in self._moorings.resting():
            _say_goodbye(resting)
        for steps in list(self._all):
            self.part(steps)
        self._packs = Packs()

    def hands(self, files: int) -> int:
        """How many connections are worth having for so many files: opening one costs as much as a few of them."""
        return 1 if self._urgent else max(1, min(self._berths.most, files // 5))

    @contextmanager
    def told(self, steps: FtpSteps | None = None) -> Iterator[None]:
        """Turns what fails inside into a `DeliveryError`."""
        try:
            yield
        except ftplib.Error as error:
            if steps is not None:
                raise steps.judged(error) from error
            raise DeliveryDeferred(f"{self._where}: no log-in now ({one_line(str(error))})", by_server=True) from error
        except (OSError, EOFError) as error:
            raise DeliveryDeferred(f"{self._where}: {why_lost(error, self._line, self._patience)}") from error
        except DeliveryError as error:
            if self._line.broken:  # whatever it looked like, it was `abort`
                raise DeliveryDeferred(f"{self._where}: interrupted") from error
            raise

    def _adopt(self, steps: FtpSteps) -> bool:
        if not steps.session.stands_on(self._line):
            steps.session.hang_up()
            return False
        steps.folders = self._folders
        self._all.append(steps)
        return True

    def _open(self) -> FtpSteps:
        opening = None if self._server.passive else Opening.ACTIVE
        protection = self._server.protection
        session = FtpSession(
            self._line, self._patience, self._clock, protection.context(self._where), self._packs, opening
        )
        try:
            with self.told():
                log_in(session, self._server)
                steps = FtpSteps(self._where, session, self._base(session), self._publishing, self._folders)
        except BaseException:
            session.hang_up()
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
        self._berths.leave(moored=True)


def _say_goodbye(steps: FtpSteps) -> None:
    steps.session.say_goodbye(_GOODBYE_S)
