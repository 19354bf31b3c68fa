"""Hearing an FTP server: whole replies within their time, and several at once from a server that bears it."""

from __future__ import annotations

import ftplib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.uplinks.sockets import Deadline

Reply = str
"""A server's reply: three digits and words, lines joined by a line feed."""

# The greetings of servers that forget or mix up commands sent in one packet: lftp's list (`ftp:auto-sync-mode`).
_ONE_AT_A_TIME = re.compile(r"icrosoft FTP Service|MS Windows NT|Windows_NT")

_MISUNDERSTOOD = ("421", "425", "500", "501", "503")
"""It hangs up, waited for nothing, or took two commands for one or the wrong one for the first."""


class Lines:
    """What `ftplib` reads lines from. A reply that drips in byte by byte is given up when its time has passed."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._heard = bytearray()
        self._deadline: Deadline | None = None

    def expect(self, deadline: Deadline) -> None:
        """The lines read from now on have to be here by then."""
        self._deadline = deadline

    def readline(self, limit: int) -> str:
        """Up to and with the line feed, `limit` characters, or the end of the connection.

        Replies may be in a local code page: what is not UTF-8 must not end a delivery.
        """
        while (end := self._heard.find(b"\n") + 1) == 0 and len(self._heard) < limit:
            if self._deadline is not None:
                self._connection.settimeout(self._deadline.left_s())
            received = self._connection.recv(4096)
            if not received:
                end = len(self._heard)
                break
            self._heard += received
        end = min(end or limit, limit)
        line = bytes(self._heard[:end])
        del self._heard[:end]
        return line.decode(errors="replace")

    def close(self) -> None:
        """Nothing to release: the connection is somebody else's."""


class Pipelining:
    """Whether a server bears several commands in one packet, as the standard allows and some servers do not.

    Shared by all connections of an uplink. A pack that fails before any has succeeded is taken for the server's
    weakness: it is then spoken to one command at a time.
    """

    def __init__(self) -> None:
        self.proven = False
        self.welcome = True

    def greeted(self, greeting: Reply) -> None:
        if _ONE_AT_A_TIME.search(greeting):
            self.welcome = False

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Send several and hear its replies inside, and what comes of it is remembered."""
        understood = False
        try:
            yield
            understood = True
        except (ftplib.error_temp, ftplib.error_perm) as refusal:
            understood = code(refusal) not in _MISUNDERSTOOD
            raise
        finally:
            self.proven = self.proven or understood
            self.welcome = self.proven


def code(said: object) -> str:
    """The three digits of a reply, or of the error that it became."""
    return str(said)[:3]
