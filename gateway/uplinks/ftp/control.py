"""The control connection of FTP: connected, secured, and spoken on.

What ftplib lacks and this adds: sockets that another thread can break, replies that have to be whole in time and need
not be UTF-8, and several commands in one packet where the server bears that (`Pipelining`).
"""

from __future__ import annotations

import contextlib
import ftplib
import socket
import ssl

from gateway.core.interfaces import Clock
from gateway.uplinks.ftp.data import Secured
from gateway.uplinks.ftp.replies import Lines, Pipelining, Reply
from gateway.uplinks.sockets import Sockets, Timeouts


class FtpControl(ftplib.FTP):
    """Methods raise what ftplib raises: `error_temp` (4xx), `error_perm` (5xx), `Error`, `EOFError`, `OSError`."""

    def __init__(
        self, sockets: Sockets, timeouts: Timeouts, clock: Clock, context: ssl.SSLContext | None, pipelining: Pipelining
    ) -> None:
        """With a `context`: to be put under TLS. Connects nothing yet."""
        super().__init__(timeout=timeouts.answer_s)
        self._sockets = sockets
        self._timeouts = timeouts
        self._clock = clock
        self._context = context
        self._pipelining = pipelining
        self._answer_s = timeouts.answer_s

    @property
    def pipelining_works(self) -> bool:
        """Whether several commands at once have worked at this server."""
        return self._pipelining.proven

    @property
    def secured(self) -> ssl.SSLSocket | None:
        """The control connection, if it is under TLS."""
        return self.sock if isinstance(self.sock, ssl.SSLSocket) else None

    def connect_to(self, host: str, port: int) -> None:
        """Connect. Nothing is said yet.

        Raises:
            OSError: no connection.
        """
        self.host, self.port = host, port
        self.sock = self._sockets.connect(host, port, self._timeouts.connect_s)
        self.sock.settimeout(self._timeouts.answer_s)
        self.af = self.sock.family

    def greet(self) -> Reply:
        """Hear the server's greeting."""
        self._listen()
        self.welcome = self.voidresp()
        self._pipelining.greeted(self.welcome)
        return self.welcome

    def secure(self) -> None:
        """Put the control connection under TLS and check the certificate.

        Raises:
            ssl.SSLError: `ssl.SSLCertVerificationError` if it is the certificate.
        """
        assert self._context is not None  # noqa: S101
        secured = Secured(self._sockets, self._context, self.host).begin(self._control(), None)
        self.sock = secured
        secured.do_handshake()
        self._listen()  # afresh: what was received in clear before the handshake is not trusted

    def is_alive_on(self, sockets: Sockets) -> bool:
        """Make it this uplink's, and see whether the server still answers on it. Servers end idle ones after a few
        minutes."""
        former, self._sockets = self._sockets, sockets
        self._answer_s = self._timeouts.probe_s
        try:
            sockets.take_over(self._control(), former)
            self.voidcmd("NOOP")
        except (ftplib.Error, OSError, EOFError):
            return False
        finally:
            self._answer_s = self._timeouts.answer_s
        return True

    def getmultiline(self) -> Reply:
        """ftplib's, which has to hear all of a reply in time."""
        self._lines.expect(self._sockets.deadline(self._clock, self._answer_s))
        return super().getmultiline()

    def together(self, *commands: str) -> tuple[Reply, ...]:
        """The replies to these commands, good or bad, in one round trip if the server bears that."""
        if len(commands) > 1 and self._pipelining.welcome:
            with self._pipelining.trial():
                self._send_together(commands)
                return tuple(self._heard() for _ in commands)
        return tuple(self._asked(command) for command in commands)

    def log_out(self, patience_s: float) -> None:
        """Log out if the server answers, then disconnect. Never raises."""
        if self.sock is not None:
            self._answer_s = patience_s
            with contextlib.suppress(OSError, EOFError, ftplib.Error):
                self.voidcmd("QUIT")
                has_hung_up = self._sockets.deadline(self._clock, patience_s)
                while self.sock.recv(256):  # until it has hung up, too: only then it counts one connection less
                    self.sock.settimeout(has_hung_up.left_s())
        self.disconnect()

    def disconnect(self) -> None:
        """Release the connection at once. Never raises."""
        control, self.sock = self.sock, None
        with contextlib.suppress(OSError):
            self.close()
        if control is not None:
            self._sockets.close(control)

    def _control(self) -> socket.socket:
        if self.sock is None:
            raise EOFError
        return self.sock

    def _listen(self) -> None:
        self._lines = Lines(self._control())
        self.file = self._lines  # type: ignore[assignment] # all that ftplib does with a file is `readline`

    def _asked(self, command: str) -> Reply:
        self.putcmd(command)
        return self._heard()

    def _send_together(self, commands: tuple[str, ...]) -> None:
        if any("\r" in command or "\n" in command for command in commands):
            raise ValueError("a command holds a line break")
        control = self._control()
        control.settimeout(self._answer_s)
        control.sendall("".join(f"{command}\r\n" for command in commands).encode())

    def _heard(self) -> Reply:
        try:
            return self.getresp()
        except (ftplib.error_temp, ftplib.error_perm) as refusal:
            return bearable(refusal)

    def offer_tls(self, data: socket.socket) -> ssl.SSLSocket:
        """Begin TLS on a data connection, continuing the session of the control connection."""
        assert self._context is not None  # noqa: S101
        session = self.secured.session if self.secured is not None else None
        return Secured(self._sockets, self._context, self.host).begin(data, session)


def bearable(refusal: ftplib.Error) -> Reply:
    """A refusal as the reply that it was, unless it was the server's last word."""
    if str(refusal).startswith("421"):
        raise refusal
    return str(refusal)
