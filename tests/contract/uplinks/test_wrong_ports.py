"""Somebody else answers than the url says: a person's matter, told as one, and nothing secret said."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.timeouts import Timeouts
from tests.support.certificates import Authority
from tests.support.odd_ftp import FtpOddities, odd_ftp

SECRET = "geheim-8472"
NAMELESS = "or it speaks something else: correct scheme or port"
PARCEL = Parcel("", "a.txt", b"content")


@contextmanager
def stranger(serve: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A server of something else; what it was told."""
    told: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(3)
                    try:
                        serve(connection)
                        while chunk := connection.recv(4096):
                            told.append(chunk)
                    except OSError:
                        continue

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], told


def speaks_first(words: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(words)


def answers(words: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(words)

    return serve


def uplink(port: int, tls: Tls, answer_s: float = 2.0) -> FtpUplink:
    return FtpUplink(
        FtpServer("127.0.0.1", port, "/", "nuo001", lambda: SECRET, tls),
        clock=SystemClock(),
        pool=ConnectionPool(1, SystemClock()),
        urgent=True,
        timeouts=Timeouts(connect_s=2, answer_s=answer_s, probe_s=2),
    )


def rejection(port: int, tls: Tls, answer_s: float = 2.0) -> str:
    with closing(uplink(port, tls, answer_s)) as way, pytest.raises(DestinationRejected) as caught:
        list(way.deliver([PARCEL]))
    return str(caught.value)


@pytest.mark.parametrize("tls", [Tls.NONE, Tls.EXPLICIT, Tls.IMPLICIT])
@pytest.mark.parametrize(
    ("words", "what"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "an SSH server"),
        (b"220 mail.example.vn ESMTP Postfix\r\n", "a mail server"),
        (b"HTTP/1.0 408 Request Timeout\r\n\r\n", "a web server"),
        (b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23", "a telnet server"),
    ],
)
def test_a_server_of_something_else_that_greets(tls: Tls, words: bytes, what: str) -> None:
    with stranger(speaks_first(words)) as (port, told):
        message = rejection(port, tls, 0.5)
    # On loopback its first bytes may be here before they can be looked at: then nobody knows what it is.
    assert what in message or (tls is Tls.IMPLICIT and NAMELESS in message)
    assert SECRET.encode() not in b"".join(told)


def test_a_web_server_says_nothing_until_it_is_asked() -> None:
    with stranger(answers(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n")) as (port, told):
        assert "a web server" in rejection(port, Tls.EXPLICIT, 0.3)
        assert "scheme or port" in rejection(port, Tls.IMPLICIT)
        assert SECRET.encode() not in b"".join(told)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    issued = Authority(tmp_path_factory.mktemp("authority")).issue("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.both)
    return context


@pytest.mark.parametrize("tls", [Tls.NONE, Tls.EXPLICIT])
def test_tls_begins_at_once_where_a_greeting_is_expected(context: ssl.SSLContext, tls: Tls) -> None:
    with odd_ftp(FtpOddities(), context, implicit=True) as server:
        message = rejection(server.port, tls, 0.4)
    assert "begins TLS at once" in message
    assert "ftps-implicit://" in message


def test_no_tls_where_it_should_begin_at_once() -> None:
    with odd_ftp(FtpOddities()) as server:
        message = rejection(server.port, Tls.IMPLICIT)
        assert "write ftps://" in message or NAMELESS in message
        assert not any(SECRET in command for _, command in server.heard)


def test_who_never_says_anything_is_the_lines_matter() -> None:
    with (
        stranger(lambda connection: None) as (port, _),
        closing(uplink(port, Tls.NONE, 0.3)) as way,
        pytest.raises(DeliveryDeferred),
    ):
        list(way.deliver([PARCEL]))
