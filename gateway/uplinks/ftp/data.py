"""FTP's data connections, one for each file: passive or active, plain or under TLS, and proof that all of it went over.

- A passive address in the server's answer is ignored, the port counts: servers behind NAT announce their inner address.
- A server that refuses the usual passive command for the address family is asked for the other.
- TLS session reuse on the data connection (vsftpd, ProFTPD and FileZilla's server answer 522 without it): the control
  connection's current session is offered each time; under TLS 1.3 the server has renewed it by then.
- The end of an upload under TLS: our `close_notify` is sent, the server's is not waited for. Some servers never send
  one (CPython issue 77303), and one that waits for ours would cost its time-out. Completion is what the 226 reply and
  the size say.
"""

from __future__ import annotations

import contextlib
import ftplib
import select
import socket
import ssl
from enum import Enum
from typing import Final

from gateway.uplinks.ftp.replies import Reply
from gateway.uplinks.sockets import Sockets, Timeouts

EARLY_BYTES: Final = 16_384
"""As much of a file is sent before the server has said that it takes it: every system buffers this much."""


class Opening(Enum):
    """How data connections come about; where we make them, the value is the command that asks for one."""

    PASV = "PASV"
    EPSV = "EPSV"
    ACTIVE = "active"


def port_of(reply: Reply) -> int:
    """The port that the server opened, out of its answer to PASV or EPSV.

    Raises:
        ftplib.Error: no such answer.
    """
    try:
        _, port = ftplib.parse229(reply, ("", 0)) if reply.startswith("229") else ftplib.parse227(reply)  # noqa: S321
    except ValueError as error:
        raise ftplib.error_reply(reply) from error  # noqa: S321 - that it is FTP is the authority's choice
    if not 0 < port < 65_536:  # the system would cut it to 16 bits and reach somebody else
        raise ftplib.error_reply(reply)  # noqa: S321
    return port


def port_command(listener: socket.socket) -> str:
    """How the server is told where we listen."""
    host, port = listener.getsockname()[:2]
    if listener.family == socket.AF_INET6:
        return f"EPRT |2|{host}|{port}|"
    return f"PORT {host.replace('.', ',')},{port >> 8},{port & 255}"


class Secured:
    """A TLS handshake in two halves: ours goes out at once, the server's is waited for after its reply."""

    def __init__(self, sockets: Sockets, context: ssl.SSLContext, host: str) -> None:
        self._sockets = sockets
        self._context = context
        self._host = host

    def begin(self, connection: socket.socket, session: ssl.SSLSession | None) -> ssl.SSLSocket:
        secured = self._context.wrap_socket(
            connection, server_hostname=self._host, do_handshake_on_connect=False, session=session
        )
        try:
            self._sockets.replace(connection, secured)
            patience_s = secured.gettimeout()
            secured.setblocking(False)
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):  # ours is on its way
                secured.do_handshake()
            secured.settimeout(patience_s)
        except BaseException:
            self._sockets.close(secured)
            raise
        return secured


def send_early(data: socket.socket, content: bytes) -> int:
    """Send what the system takes at once. Returns how much; the rest is for later."""
    data.setblocking(False)
    try:
        return data.send(content[:EARLY_BYTES])
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return 0


def finish(data: socket.socket, timeouts: Timeouts) -> None:
    """Tell the server that this was all, without waiting for what it says to that."""
    if isinstance(data, ssl.SSLSocket):
        data.setblocking(False)
        while True:
            try:
                data.unwrap()
            except ssl.SSLWantWriteError:
                if not select.select((), (data,), (), timeouts.answer_s)[1]:
                    raise TimeoutError from None
                continue
            except ssl.SSLWantReadError:
                pass  # ours is out
            break
    socket.socket.shutdown(data, socket.SHUT_WR)
