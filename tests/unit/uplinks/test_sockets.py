"""Dialling and being broken off, on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from gateway.uplinks.sockets import Sockets
from tests.support.resolver import hanging_resolver

TCP_OPTIONS = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")


def test_dials_the_next_address_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        found = [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        sockets = Sockets()
        connection = sockets.connect("anything", port, 2)
        assert connection.getpeername() == ("127.0.0.1", port)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        sockets.close(connection)


def test_a_machine_that_does_not_answer_costs_one_time_out() -> None:
    with full_listener() as port:
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            Sockets().connect("127.0.0.1", port, 0.3)
        assert 0.2 < time.monotonic() - start < 2


def test_breaking_off_ends_a_dial_that_waits() -> None:
    with full_listener() as port:
        sockets = Sockets()
        threading.Timer(0.2, sockets.abort).start()
        start = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011 - which one is the system's choice
            sockets.connect("127.0.0.1", port, 30)
        assert time.monotonic() - start < 2
        assert sockets.aborted


def test_a_broken_line_dials_nobody_until_mended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        sockets = Sockets()
        sockets.abort()
        with pytest.raises(ConnectionAbortedError):
            sockets.connect("127.0.0.1", port, 2)
        sockets.reset()
        sockets.close(sockets.connect("127.0.0.1", port, 2))


def test_a_look_up_that_hangs_is_left_alone_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging_resolver(monkeypatch):
        start = time.monotonic()
        with pytest.raises(TimeoutError, match="looking up ftp.example.vn took longer than 0.2 s"):
            Sockets().connect("ftp.example.vn", 21, 0.2)
        assert time.monotonic() - start < 2


def test_breaking_off_ends_a_look_up_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging_resolver(monkeypatch):
        sockets = Sockets()
        threading.Timer(0.2, sockets.abort).start()
        start = time.monotonic()
        with pytest.raises(ConnectionAbortedError):
            sockets.connect("ftp.example.vn", 21, 30)
        assert time.monotonic() - start < 2


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".example.vn"])
def test_a_name_that_is_none_is_said_to_be_so(host: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - which one is the system's choice
        Sockets().connect(host, 21, 10)


def test_a_name_with_many_dead_addresses_costs_no_more_than_two_time_outs(monkeypatch: pytest.MonkeyPatch) -> None:
    with full_listener() as port:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))] * 12
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            Sockets().connect("ftp.example.vn", port, 0.3)
        assert 0.4 < time.monotonic() - start < 2


def test_the_system_notices_a_far_end_that_has_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sockets = Sockets()
        connection = sockets.connect("127.0.0.1", listener.getsockname()[1], 2)
        tcp = {name: connection.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in TCP_OPTIONS}
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert tcp["TCP_KEEPIDLE"] + tcp["TCP_KEEPINTVL"] * tcp["TCP_KEEPCNT"] <= 60
        assert tcp["TCP_USER_TIMEOUT"] <= 30_000
        sockets.close(connection)


@contextmanager
def full_listener() -> Iterator[int]:
    """The port of a listener whose queue is full: the system answers nobody any more, as a machine that is off."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as waiting:
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])
