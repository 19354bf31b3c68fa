"""One FTP connection, plain or under TLS: log-in, replies, and data connections that prove completion. ftplib stays
here.

What ftplib lacks and this adds:

- TLS session reuse on the data connection (vsftpd, ProFTPD and FileZilla's server answer 522 without it): the control
  connection's current session is offered each time; under TLS 1.3 the server has renewed it by then.
- The end of an upload under TLS: our `close_notify` is sent, the server's is not waited for. Some servers never send
  one (CPython issue 77303), and one that waits for ours would cost its time-out. Completion is what the 226 reply and
  the size say. The socket is closed only after that reply: closing it with unread bytes would reset the connection
  under the server's hands.
- `TCP_NODELAY` (see `line`): `close_notify` is a small write behind another, held back until the far end's delayed
  acknowledgement: 42 ms a file at ProFTPD, measured on loopback. And sockets that another thread can break, and
  replies that are not UTF-8.
"""

from __future__ import annotations

import contextlib
import ftplib
import select
import socket
import ssl

from gateway.uplinks.line import Line, Patience

Reply = str
"""A server's reply: three digits and words, lines joined by a line feed."""


class FtpSession(ftplib.FTP):
    """Methods raise what ftplib raises: `error_temp` (4xx), `error_perm` (5xx), `Error`, `EOFError`, `OSError`."""

    def __init__(self, line: Line, patience: Patience, context: ssl.SSLContext | None) -> None:
        """With a `context`: TLS for the control and the data connections. Connects nothing yet."""
        super().__init__(timeout=patience.answer_s)
        self._line = line
        self._patience = patience
        self._context = context
        self._resumed = False

    @property
    def resumed(self) -> bool:
        """Whether a data connection of this session has been accepted under the control connection's TLS session."""
        return self._resumed

    def reach(self, host: str, port: int) -> None:
        """Dial. Nothing is said yet.

        Raises:
            OSError: no connection.
        """
        self.host, self.port = host, port
        self.sock = self._line.dial(host, port, self._patience.connect_s)
        self.sock.settimeout(self._patience.answer_s)
        self.af = self.sock.family

    def greet(self) -> Reply:
        """Hear the server's greeting."""
        self._listen()
        self.welcome = self.voidresp()
        return self.welcome

    def secure(self) -> None:
        """Put the control connection under TLS and check the certificate.

        Raises:
            ssl.SSLError: `ssl.SSLCertVerificationError` if it is the certificate.
        """
        self.sock = self._under_tls(self._control(), None)
        self._listen()  # afresh: what was received in clear before the handshake is not trusted

    def stands(self) -> bool:
        """Whether the server still answers on this connection. Servers end idle ones after a few minutes."""
        try:
            control = self._control()
            control.settimeout(self._patience.probe_s)
            self.voidcmd("NOOP")
            control.settimeout(self._patience.answer_s)
        except (ftplib.Error, OSError, EOFError):
            return False
        return True

    def store(self, path: str, content: bytes) -> Reply:
        """Upload. Returns the reply that says the transfer is complete."""
        data = self._data_connection(f"STOR {path}")
        try:
            data.sendall(content)
            _finish(data, self._patience.answer_s)
        except TimeoutError:
            raise
        except OSError:
            self.getresp()  # the reason, as an exception: "no space left" explains more than a broken pipe
            raise
        else:
            reply = self.voidresp()
            self._resumed = self._context is not None
            return reply
        finally:
            self._line.hang_up(data)

    def names(self, folder: str) -> list[str]:
        """The folder's entries, as the server writes them."""
        received = bytearray()
        data = self._data_connection(f"NLST {folder}")
        try:
            while chunk := data.recv(65_536):
                received += chunk
        except ssl.SSLError:
            pass  # a server that closes without close_notify; the reply below tells whether the listing is complete
        finally:
            self._line.hang_up(data)
        self.voidresp()
        return received.decode(errors="replace").splitlines()

    def say_goodbye(self, patience_s: float) -> None:
        """Log out as politeness allows, then hang up. Never raises."""
        if self.sock is not None:
            with contextlib.suppress(OSError, EOFError, ftplib.Error):
                self.sock.settimeout(patience_s)
                self.quit()
        self.hang_up()

    def hang_up(self) -> None:
        """Release the connection at once. Never raises."""
        control, self.sock = self.sock, None
        with contextlib.suppress(OSError):
            self.close()
        if control is not None:
            self._line.hang_up(control)

    def _control(self) -> socket.socket:
        if self.sock is None:
            raise EOFError
        return self.sock

    def _listen(self) -> None:
        # Servers speak the local code page at times; a reply that is not UTF-8 must not end a delivery.
        self.file = self._control().makefile("r", encoding=self.encoding, errors="replace")

    def _data_connection(self, command: str) -> socket.socket:
        """A passive data connection on which the server has begun to carry out the command."""
        host, port = self.makepasv()  # `host` is the control connection's: servers behind NAT announce inner addresses
        data = self._line.dial(host, port, self._patience.connect_s)
        try:
            data.settimeout(self._patience.answer_s)
            reply = self.sendcmd(command)
            if reply[0] == "2":  # some servers say 200 before 150
                reply = self.getresp()
            if reply[0] != "1":
                raise ftplib.error_reply(reply)  # noqa: S321 - that it is FTP is the authority's choice
            if self._context is not None:
                control = self._control()
                data = self._under_tls(data, control.session if isinstance(control, ssl.SSLSocket) else None)
        except BaseException:
            self._line.hang_up(data)
            raise
        return data

    def _under_tls(self, connection: socket.socket, session: ssl.SSLSession | None) -> ssl.SSLSocket:
        assert self._context is not None  # noqa: S101
        secured = self._context.wrap_socket(
            connection, server_hostname=self.host, do_handshake_on_connect=False, session=session
        )
        try:
            self._line.exchange(connection, secured)
            secured.do_handshake()
        except BaseException:
            self._line.hang_up(secured)
            raise
        return secured


def _finish(data: socket.socket, answer_s: float) -> None:
    """Tell the server that this was all, without waiting for what it says to that."""
    if isinstance(data, ssl.SSLSocket):
        data.setblocking(False)
        while True:
            try:
                data.unwrap()
            except ssl.SSLWantWriteError:
                if not select.select((), (data,), (), answer_s)[1]:
                    raise TimeoutError from None
                continue
            except ssl.SSLWantReadError:
                pass  # ours is out
            break
    socket.socket.shutdown(data, socket.SHUT_WR)
