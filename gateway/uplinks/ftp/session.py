"""One FTP connection, plain or under TLS, with the data connections on which files go over, one each.

What ftplib lacks and this adds:

- Round trips saved: commands that need not wait for each other go in one packet (`Pipelining`), and a file's first
  bytes do not wait for the word that they are welcome: three round trips a file in place of seven, four under TLS, and
  one for the data connection to be made. The word that the file is coming is always ahead of it.
- What `control` does for the control connection, and `data` for data connections.
- `TCP_NODELAY` (see `sockets`): `close_notify` is a small write behind another, held back until the far end's delayed
  acknowledgement: 42 ms a file at ProFTPD, measured on loopback. A data socket is closed only after the reply that the
  transfer is complete: closing it with unread bytes would reset the connection under the server's hands.
"""

from __future__ import annotations

import ftplib
import socket
import ssl

from gateway.core.interfaces import Clock
from gateway.uplinks.bounds import MOST_BYTES, MOST_FILES
from gateway.uplinks.ftp.control import FtpControl, bearable
from gateway.uplinks.ftp.data import Opening, finish, port_command, port_of, send_early
from gateway.uplinks.ftp.replies import Pipelining, Reply
from gateway.uplinks.sockets import Sockets, Timeouts

_TRANSFER_ANSWERS = 3
"""A listing or a file that we fetch may take as long as this many answers."""


class Overlong(ftplib.Error):
    """The server sends more than we take. The connection is still alive."""


class FtpSession(FtpControl):
    """Methods raise what ftplib raises: `error_temp` (4xx), `error_perm` (5xx), `Error`, `EOFError`, `OSError`."""

    def __init__(
        self,
        sockets: Sockets,
        timeouts: Timeouts,
        clock: Clock,
        context: ssl.SSLContext | None,
        pipelining: Pipelining,
        opening: Opening | None = None,
    ) -> None:
        """With a `context`: TLS for the control and the data connections. `opening`: the only way to data connections;
        by default passive ones, by whichever command the server takes. Connects nothing yet."""
        super().__init__(sockets, timeouts, clock, context, pipelining)
        self.opening = opening
        self._resumed = False
        self._resumes_tls: bool | None = None

    @property
    def resumed(self) -> bool:
        """Whether a data connection of this session has been accepted under the control connection's TLS session."""
        return self._resumed

    @property
    def resumes_tls(self) -> bool | None:
        """Whether the server continued the control connection's TLS session on the last data connection."""
        return self._resumes_tls

    def store(self, path: str, content: bytes, *, after: tuple[str, ...] = ()) -> tuple[tuple[Reply, ...], Reply]:
        """Upload, when these other commands have been carried out. Returns the replies to them and the last one to the
        upload, good (the transfer is complete) or bad."""
        heard: list[Reply] = []
        data = None
        try:
            data, rest = self._transfer(f"STOR {path}", content, after, heard)
            if rest is not None:
                data.sendall(rest)
                finish(data, self._timeouts)
            answer = self.voidresp()
            self._resumed = self._context is not None
        except (ftplib.error_temp, ftplib.error_perm) as refusal:
            answer = bearable(refusal)
        except TimeoutError:
            raise
        except OSError:
            answer = self._heard()  # the reason: "no space left" explains more than a broken pipe
            if answer[0] not in "45":
                raise
        finally:
            if data is not None:
                self._sockets.close(data)
        return tuple(heard), answer

    def receive(self, command: str) -> bytes:
        """What the server sends in answer to `NLST`, `MLSD`, `RETR` …

        Raises:
            Overlong: it is more than anybody would believe; the rest is not waited for.
        """
        received = bytearray()
        deadline = self._sockets.deadline(self._clock, _TRANSFER_ANSWERS * self._timeouts.answer_s)
        data = None
        try:
            data, _ = self._transfer(command)
            while chunk := data.recv(65_536):
                received += chunk
                if len(received) > MOST_BYTES:
                    break
                data.settimeout(min(self._timeouts.answer_s, deadline.left_s()))
        except (TimeoutError, ssl.SSLCertVerificationError):
            raise
        except ssl.SSLError:
            if data is None:
                raise
            # A server that closes without close_notify; the reply below tells whether it is complete.
        except OSError:
            self.getresp()  # the reason, as an exception
            raise
        finally:
            if data is not None:
                self._sockets.close(data)
        if len(received) > MOST_BYTES:
            self._heard()  # that we hung up
            raise Overlong(f"{command.split()[0]} gave more than {MOST_BYTES // 1_000_000} MB")
        self.voidresp()
        return bytes(received)

    def lines(self, command: str) -> list[str]:
        """The lines of a listing, as the server writes them.

        Raises:
            Overlong: see `receive`; or there are too many.
        """
        received = self.receive(command)
        if received.count(b"\n") > MOST_FILES:
            raise Overlong(f"{command.split()[0]} gave more than {MOST_FILES} lines")
        return received.decode(errors="replace").splitlines()

    def _transfer(
        self, command: str, content: bytes | None = None, after: tuple[str, ...] = (), heard: list[Reply] | None = None
    ) -> tuple[socket.socket, bytes | None]:
        """A data connection on which the server has begun to carry out the command, and what of the content is still to
        be sent; `None` when the server has been told that it was all. `heard` gets the replies to what goes before."""
        heard = [] if heard is None else heard
        if self.opening in (Opening.PASV, Opening.EPSV) and self._pipelining.welcome:
            with self._pipelining.trial():
                self._send_together((*after, self.opening.value, command))
                heard.extend(self._heard() for _ in after)
                return self._begin(port_of(self.getresp()), None, content)
        heard.extend(self._asked(one) for one in after)
        if self.opening is Opening.ACTIVE:
            return self._called_back(command), content
        return self._begin(self._open_port(), command, content)

    def _begin(self, port: int, command: str | None, content: bytes | None) -> tuple[socket.socket, bytes | None]:
        """Make a passive data connection. `command`: what it is for, unless that has been said already; only then
        content may set out at once."""
        data = self._sockets.connect(self._control().getpeername()[0], port, self._timeouts.connect_s)
        try:
            data.settimeout(self._timeouts.answer_s)
            if command is not None:
                self.putcmd(command)
            if self._context is not None:
                data = self.offer_tls(data)
            elif content is not None and command is None:
                content = self._send_early(data, content)
            self._hear_go_ahead()
            if isinstance(data, ssl.SSLSocket):
                data.do_handshake()
                self._resumes_tls = data.session_reused
        except BaseException:
            self._sockets.close(data)
            raise
        return data, content

    def _send_early(self, data: socket.socket, content: bytes) -> bytes | None:
        sent = send_early(data, content)
        data.settimeout(self._timeouts.answer_s)
        if sent < len(content):
            return content[sent:]
        finish(data, self._timeouts)
        return None

    def _called_back(self, command: str) -> socket.socket:
        """A data connection that the server makes to us."""
        control = self._control()
        listener = self._sockets.listen(control.getsockname()[0], control.family)
        try:
            self.voidcmd(port_command(listener))
            self.putcmd(command)
            self._hear_go_ahead()
        except BaseException:
            self._sockets.close(listener)
            raise
        data = self._sockets.accept(listener, control.getpeername()[0], self._timeouts.connect_s)
        try:
            data.settimeout(self._timeouts.answer_s)
            if self._context is not None:
                data = secured = self.offer_tls(data)
                secured.do_handshake()
                self._resumes_tls = secured.session_reused
        except BaseException:
            self._sockets.close(data)
            raise
        return data

    def _open_port(self) -> int:
        """Ask for a passive port, by whichever command this server takes; it is remembered."""
        if self.opening is not None:
            return port_of(self.sendcmd(self.opening.value))
        # PASV first over IPv4: firewalls at the server's side that open ports by listening in know it best.
        way = Opening.EPSV if self.af == socket.AF_INET6 else Opening.PASV
        try:
            reply = self.sendcmd(way.value)
        except ftplib.error_perm as first:
            way = Opening.PASV if way is Opening.EPSV else Opening.EPSV
            try:
                reply = self.sendcmd(way.value)
            except ftplib.error_perm as second:
                # Not by their codes: 522 means a protocol here (RFC 2428), and a TLS session in answer to a transfer.
                raise ftplib.error_reply(f"no passive port: {first}; {second}") from second  # noqa: S321
        self.opening = way
        return port_of(reply)

    def _hear_go_ahead(self) -> None:
        reply = self.getresp()
        if reply[0] == "2":  # some servers say 200 before 150
            reply = self.getresp()
        if reply[0] != "1":
            raise ftplib.error_reply(reply)  # noqa: S321 - that it is FTP is the authority's choice
