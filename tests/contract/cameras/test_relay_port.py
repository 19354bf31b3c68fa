"""Who answers at the relay's address: the relay, nobody, or another program, each said as what it is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gateway.cameras.feed import relay_port
from gateway.cameras.feed.relay_port import RelayPort, ask_relay_port
from gateway.config.listen import ListenAddress
from gateway.core.errors import CameraError
from tests.support.servers.private import free_port


@contextmanager
def answering(answer: bytes | None) -> Iterator[ListenAddress]:
    """Somebody who says that to whoever asks; `None`: nothing, ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def serve() -> None:
            connection, _ = listener.accept()
            taken.append(connection)
            if answer is not None:
                connection.recv(1024)
                connection.sendall(answer)
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield ListenAddress("127.0.0.1", listener.getsockname()[1])
        thread.join(10)
        for connection in taken:
            connection.close()


def test_a_relay_answers() -> None:
    with answering(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n") as address:
        assert ask_relay_port(address, is_encrypted=False) is RelayPort.ANSWERS


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_nobody_is_there_yet(host: str) -> None:
    assert ask_relay_port(ListenAddress(host, free_port()), is_encrypted=False) is RelayPort.FREE


def test_another_program_is_there() -> None:
    with (
        answering(b"HTTP/1.1 400 Bad\r\n\r\n") as address,
        pytest.raises(CameraError, match="another program listens, which is no relay"),
    ):
        ask_relay_port(address, is_encrypted=False)


def test_one_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_port, "_TIMEOUT_S", 0.3)
    with (
        answering(None) as address,
        pytest.raises(CameraError, match="somebody listens and does not answer as a relay"),
    ):
        ask_relay_port(address, is_encrypted=False)


def test_one_that_speaks_no_tls_is_no_encrypted_relay() -> None:
    with (
        answering(b"RTSP/1.0 400 Bad Request\r\n\r\n") as address,
        pytest.raises(CameraError, match="does not answer as a relay"),
    ):
        ask_relay_port(address, is_encrypted=True)


def test_an_address_that_no_interface_has() -> None:
    """Of TEST-NET-3 (RFC 5737). Nobody is asked there: a proxy might answer."""
    with pytest.raises(CameraError, match="no interface of this machine has this address"):
        ask_relay_port(ListenAddress("203.0.113.1", 8554), is_encrypted=False)
