"""What is done in the hope that an FTP server bears it: several commands in one packet, data before the go-ahead,
several connections at work.

Where such a hope fails, the plain way is gone in the same call, before a file or a folder is judged. If that works, the
server needs it, which is remembered for a day (`Manners`). A hope that has come true before has to fail twice in a row:
lines break, too, and the plain way costs twice the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.core.interfaces import Clock
from gateway.core.manner import Manner
from gateway.uplinks.ftp.command_rate import CommandRate
from gateway.uplinks.ftp.replies import FtpError
from gateway.uplinks.manners import Manners

_FAILURES_THAT_TELL = 2
_ENDINGS_THAT_TELL = 2


class Optimism:
    """One such hope, shared by all connections of an uplink. `manner`: what a server has that disappoints it."""

    def __init__(self, manner: Manner, manners: Manners) -> None:
        self._manner = manner
        self._manners = manners
        self._is_excluded = False
        self._failures = 0
        self._words = ""
        self.proven = False
        """Whether it has come true."""
        self.suspended = False
        """Whether the plain way is tried now, to see whether that works."""
        self.in_use = False
        """Whether the server is made to bear it now, where that is known."""

    @property
    def allowed(self) -> bool:
        return not (self.suspended or self._is_excluded or self._manners.has(self._manner))

    def exclude(self) -> None:
        """The server has said who it is, and is known not to bear it."""
        self._is_excluded = True

    def worked(self) -> None:
        self.proven = True
        self._failures = 0

    def failed(self, words: str) -> None:
        """Something went wrong under it, and it may be to blame."""
        self._failures += 1
        self._words = words

    def plain_worked(self) -> None:
        """The plain way has worked where this has just failed."""
        if not self.proven or self._failures >= _FAILURES_THAT_TELL:
            self._manners.learn(self._manner, self._words)
            self.proven, self._failures = False, 0
        self.suspended = False

    def plain_failed(self) -> None:
        """The plain way has not worked either: it was not to blame."""
        self._failures = 0
        self.suspended = False

    def suspend(self) -> bool:
        """Go the plain way next, over whichever connection, if there were failures enough to blame it. Returns whether
        it is so."""
        if self.suspended or not self._failures or (self.proven and self._failures < _FAILURES_THAT_TELL):
            return False
        self.suspended = True
        return True

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Several commands are sent and answered inside. Whether a bad answer is its fault is not judged here."""
        try:
            yield
        except FtpError as error:
            if not error.reply.is_bad or (error.reply.code == "421" and not error.reply.speaks_of_haste):
                self.failed(str(error))
            raise
        except (OSError, EOFError) as error:
            self.failed(str(error) or type(error).__name__)
            raise
        self.worked()


class Optimisms:
    """All of them, for one uplink's server."""

    def __init__(self, manners: Manners, clock: Clock, several: Optimism | None = None) -> None:
        """`several`: what has been seen of several connections so far."""
        self.manners = manners
        self.rate = CommandRate(manners, clock)
        self.several_commands = Optimism(Manner.ONE_COMMAND, manners)
        self.early_data = Optimism(Manner.DATA_AFTER_GO_AHEAD, manners)
        self.several_connections = several or Optimism(Manner.ONE_CONNECTION, manners)
        self._all = (self.early_data, self.several_commands, self.several_connections)
        self._endings: dict[str, int] = {}
        """By what was asked: how often in a row the connection ended at it."""
        self._outlived: set[str] = set()

    def is_left_out(self, verb: str) -> bool:
        """Whether this is a question at which the server ends connections."""
        return self._endings.get(verb, 0) >= _ENDINGS_THAT_TELL

    def is_outlived(self, verb: str) -> bool:
        """Whether a connection was seen to be good after this question."""
        return verb in self._outlived

    @contextmanager
    def question(self, verb: str, manner: Manner | None = None) -> Iterator[None]:
        """Something that delivery can do without is asked inside. Where the connection ends at it again and again, or
        the answer is to nothing that was asked, it is left out. `manner`: what the server then has."""
        try:
            yield
        except (FtpError, OSError, EOFError) as error:
            if isinstance(error, FtpError) and error.reply.is_bad and error.reply.code != "421":
                raise
            self._endings[verb] = self._endings.get(verb, 0) + 1
            if manner is not None and self.is_left_out(verb):
                del self._endings[verb]
                self.manners.learn(manner, f"{verb}: {error or type(error).__name__}")
            raise
        self._endings.pop(verb, None)
        self._outlived.add(verb)

    def go_alone(self, words: str) -> None:
        """Something went wrong while several connections were open: go on over one, and see whether that works."""
        self.several_connections.failed(words)
        self.several_connections.suspended = True

    def suspend(self) -> bool:
        """After a connection was lost: whether the plain way is to be tried over another one."""
        suspended = [one.suspend() for one in (self.early_data, self.several_commands)]
        return any(suspended)

    @property
    def suspended(self) -> bool:
        """Whether the plain way is tried now."""
        return any(one.suspended for one in self._all)

    def plain_worked(self) -> None:
        """A file has gone all the way, over a connection that is still good."""
        for one in self._all:
            if one.suspended:
                one.plain_worked()

    def plain_failed(self) -> None:
        """None has, the plain way either."""
        for one in self._all:
            if one.suspended:
                one.plain_failed()
