"""The control connection of FTP: commands out, replies in.

Replies have to be whole in time and need not be UTF-8. Several commands go out in one packet where the server bears
that (`Optimisms`). What a reply means is for whoever asked: only the server's last word (421) and what is no reply at
all are errors here.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl

from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.first_words import MOST_HEARD
from gateway.uplinks.ftp.optimism import Optimism, Optimisms
from gateway.uplinks.ftp.replies import FtpError, Reply
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Deadline, Timeouts
from gateway.uplinks.tls import begin_tls

_LONGEST_LINE = 8192
_MOST_LINES = 500
"""Of one reply: what servers say of themselves at a greeting or log-in is a page or two."""
_LOG_OUT_S = 2.0

# The greetings of servers that forget or mix up commands sent in one packet: lftp's list (`ftp:auto-sync-mode`).
_ONE_AT_A_TIME = re.compile(r"icrosoft FTP Service|MS Windows NT|Windows_NT")


class ControlConnection:
    """Methods raise `FtpError`, `EOFError` and `OSError`."""

    def __init__(self, sockets: Sockets, timeouts: Timeouts, clock: Clock, optimisms: Optimisms) -> None:
        """Connects nothing yet."""
        self._sockets = sockets
        self._timeouts = timeouts
        self._clock = clock
        self._answer_s = timeouts.answer_s
        self.optimisms = optimisms
        self.pipelining = optimisms.several_commands
        self.plainly: list[Optimism] = []
        """What is not hoped for now, over this connection alone."""
        self.greeting = Reply("")
        self.warning = ""
        """What the server said at the log-in of the end of the password or of the account."""
        self._connection: socket.socket | None = None
        self._host = ""
        self._received = bytearray()

    @property
    def is_open(self) -> bool:
        """Whether the connection has been made and not closed by us."""
        return self._connection is not None

    @property
    def secured(self) -> ssl.SSLSocket | None:
        """The connection, if it is under TLS."""
        return self._connection if isinstance(self._connection, ssl.SSLSocket) else None

    def connect(self, host: str, port: int) -> None:
        """Make the connection. Nothing is said yet."""
        self._connection = self._sockets.connect(host, port, self._timeouts.connect_s)
        self._connection.settimeout(self._timeouts.answer_s)
        self._host = host

    def greet(self) -> None:
        """Hear the server's greeting."""
        self.greeting = done(self._reply())
        if _ONE_AT_A_TIME.search(self.greeting.text):
            self.pipelining.exclude()

    def provoke(self, words: bytes) -> bytes:
        """The first bytes of a server that has not greeted: those that have come, or come in answer to these words,
        which are none of FTP's. The connection is of no use any more."""
        if not self._received:
            within_s = min(self._timeouts.probe_s, self._answer_s)
            self._control.settimeout(self._sockets.deadline(self._clock, within_s).left_s())
            self._control.sendall(words)
            self._received += self._control.recv(MOST_HEARD)
        return bytes(self._received[:MOST_HEARD])

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Put the connection under TLS and check the certificate.

        Raises:
            ssl.SSLError: `ssl.SSLCertVerificationError` if it is the certificate.
        """
        self._connection = secured = begin_tls(self._sockets, self._control, context, self._host)
        secured.do_handshake()
        self._received.clear()  # what was received in clear before the handshake is not trusted

    def ask(self, command: str) -> Reply:
        """Send a command. Returns the reply, good or bad."""
        self._send(command)
        return self._reply()

    def ask_all(self, *commands: str) -> tuple[Reply, ...]:
        """The replies to these commands, good or bad, in one round trip if the server bears that."""
        if len(commands) == 1 or not self.hopes_for(self.pipelining):
            return tuple(self.ask(command) for command in commands)
        with self.pipelining.trial():
            self._send(*commands)
            return tuple(self._reply() for _ in commands)

    def hopes_for(self, hope: Optimism) -> bool:
        """Whether the server is taken to bear it, here and now."""
        return hope.allowed and hope not in self.plainly

    def demand(self, command: str) -> Reply:
        """Send a command that has to be carried out."""
        return done(self.ask(command))

    def log_out(self) -> None:
        """Say goodbye, if the server answers soon, and close. Never raises."""
        if self._connection is not None:
            self._answer_s = _LOG_OUT_S
            with contextlib.suppress(OSError, EOFError, FtpError):
                self.demand("QUIT")
                has_closed = self._sockets.deadline(self._clock, _LOG_OUT_S)
                while self._connection.recv(256):  # until it has closed, too: only then it counts one connection less
                    self._connection.settimeout(has_closed.left_s())
        self.close()

    def close(self) -> None:
        """Close at once. Never raises."""
        if self._connection is not None:
            self._sockets.close(self._connection)
            self._connection = None

    @property
    def _control(self) -> socket.socket:
        if self._connection is None:
            raise EOFError
        return self._connection

    def _send(self, *commands: str) -> None:
        if any("\r" in command or "\n" in command for command in commands):
            raise ValueError("a command holds a line break")
        self.optimisms.rate.sent(len(commands))
        self._control.settimeout(self._answer_s)
        self._control.sendall("".join(f"{command}\r\n" for command in commands).encode())

    def _reply(self) -> Reply:
        """The next reply, good or bad, all of which has to be here in time."""
        deadline = self._sockets.deadline(self._clock, self._answer_s)
        lines = [self._line(deadline)]
        if lines[0][3:4] == "-" and lines[0][:1] in "12345":  # "SSH-2.0" is no beginning of several lines
            code = lines[0][:3]
            while len(lines) == 1 or lines[-1][:3] != code or lines[-1][3:4] == "-":
                if len(lines) == _MOST_LINES:
                    raise FtpError(Reply(Phrase("got more than {most_lines} lines", most_lines=_MOST_LINES)))
                lines.append(self._line(deadline))
        reply = Reply("\n".join(lines))
        if reply.is_bad:
            self.optimisms.rate.heard(reply)
        if reply.text[:1] not in "12345" or not reply.text or reply.code == "421":
            raise FtpError(reply)
        return reply

    def _line(self, deadline: Deadline) -> str:
        """A line, without its end. Replies may be in a local code page: what is not UTF-8 must not end a delivery."""
        while (end := self._received.find(b"\n")) < 0 and len(self._received) <= _LONGEST_LINE:
            self._control.settimeout(deadline.left_s())
            received = self._control.recv(4096)
            if not received:
                raise EOFError
            self._received += received
        if not 0 <= end <= _LONGEST_LINE:
            raise FtpError(Reply(Phrase("got more than {longest_line} bytes", longest_line=_LONGEST_LINE)))
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line.decode(errors="replace").rstrip("\r")


def done(reply: Reply) -> Reply:
    """The reply to what has to be carried out.

    Raises:
        FtpError: it was not.
    """
    if not reply.is_done:
        raise FtpError(reply)
    return reply
