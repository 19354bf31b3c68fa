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

import re
import select
import socket
import ssl
from enum import Enum
from typing import Final

from gateway.uplinks.ftp.replies import FtpError, Reply

EARLY_BYTES: Final = 16_384
"""As much of a file is sent before the server has said that it takes it: every system buffers this much."""
_PASV = re.compile(r"227.*?(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})", re.DOTALL | re.ASCII)
_EPSV = re.compile(r"229.*?\((.)\1\1(\d{1,5})\1\)", re.DOTALL | re.ASCII)


class Opening(Enum):
    """How data connections come about; where we make them, the value is the command that asks for one."""

    PASV = "PASV"
    EPSV = "EPSV"
    ACTIVE = "active"


def port_of(reply: Reply) -> int:
    """The port that the server opened, out of its answer to PASV or EPSV.

    Raises:
        FtpError: no such answer.
    """
    port = 0
    if match := _PASV.match(reply.text):
        port = int(match[1]) * 256 + int(match[2])
    elif match := _EPSV.match(reply.text):
        port = int(match[2])
    if not 0 < port < 65_536:  # the system would cut it to 16 bits and reach somebody else
        raise FtpError(reply)
    return port


def port_command(listener: socket.socket) -> str:
    """How the server is told where we listen."""
    host, port = listener.getsockname()[:2]
    if listener.family == socket.AF_INET6:
        return f"EPRT |2|{host}|{port}|"
    return f"PORT {host.replace('.', ',')},{port >> 8},{port & 255}"


def send_early(data: socket.socket, content: bytes) -> bytes:
    """Send what the system takes at once. Returns the rest, which is for later."""
    timeout_s = data.gettimeout()
    data.setblocking(False)
    try:
        return content[data.send(content[:EARLY_BYTES]) :]
    except BlockingIOError:
        return content
    finally:
        data.settimeout(timeout_s)


def finish(data: socket.socket, timeout_s: float) -> None:
    """Tell the server that this was all, without waiting for what it says to that."""
    if isinstance(data, ssl.SSLSocket):
        data.setblocking(False)
        while True:
            try:
                data.unwrap()
            except ssl.SSLWantWriteError:
                if not select.select((), (data,), (), timeout_s)[1]:
                    raise TimeoutError from None
                continue
            except ssl.SSLWantReadError:
                pass  # ours is out
            break
    socket.socket.shutdown(data, socket.SHUT_WR)
