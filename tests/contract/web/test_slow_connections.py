"""Whoever holds a connection and gives nothing for it: on the page's own server, with deadlines of half a second; with
GATEWAY_REAL_DEADLINES, as they are."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from gateway.web import limits
from gateway.web.lean_uvicorn import Config, Server
from gateway.web.limits import BoundedListener, BoundedLoop, BoundedProtocol, Piecewise
from tests.support.certificates import Authority

AS_THEY_ARE = bool(os.environ.get("GATEWAY_REAL_DEADLINES"))
DEADLINES = ("HEADERS_WITHIN_S", "FORM_WITHIN_S", "TAKEN_WITHIN_S", "GONE_WITHIN_S", "HANDSHAKE_WITHIN_S")
SHORT_S = 0.5
IDLE_S = 15 if AS_THEY_ARE else 1
LARGE = 12_000_000
"""More than what sockets hold for somebody."""


@dataclass(slots=True)
class Served:
    """A server with an application that gives what it is asked for."""

    listener: BoundedListener
    tls_listener: BoundedListener
    authority: Path
    servers: list[Server] = field(default_factory=list)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.listener.getsockname(), 60)

    @property
    def connections(self) -> int:
        return self.listener.connections + self.tls_listener.connections

    def wait_until_empty(self, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while self.connections:
            assert time.monotonic() < deadline, "a connection is held for ever"
            time.sleep(0.01)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """`/large`: much at once; `/events`: something every tenth of a second; else: how much it was sent."""
    taken = 0
    while (message := await receive())["type"] == "http.request":
        taken += len(message["body"])
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    if scope["path"] == "/events":
        for _ in range(30):
            await send({"type": "http.response.body", "body": b"news\n", "more_body": True})
            await asyncio.sleep(SHORT_S / 5)
    body = b"x" * LARGE if scope["path"] == "/large" else str(taken).encode()
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    patch = pytest.MonkeyPatch()
    if not AS_THEY_ARE:
        for name in DEADLINES:
            patch.setattr(limits, name, SHORT_S)
    authority = Authority(tmp_path_factory.mktemp("tls"))
    issued = authority.issue("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.both)
    listeners = [BoundedListener(socket.AF_INET, most_of_one=8) for _ in range(2)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
    made = Served(*listeners, authority.file)
    for tls in (None, context):
        config = Config(
            Piecewise(application), http=BoundedProtocol, lifespan="off", ws="none", timeout_keep_alive=IDLE_S,
            log_config=None, access_log=False,
        )  # fmt: skip
        config.load()
        config.ssl = tls
        made.servers.append(Server(config))

    async def serve() -> None:
        for server in made.servers:
            server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        await asyncio.gather(
            *(server.serve([listener]) for server, listener in zip(made.servers, listeners, strict=True))
        )

    def run() -> None:
        with asyncio.Runner(loop_factory=BoundedLoop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 20
    while not all(server.started for server in made.servers):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield made
    for server in made.servers:
        server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()
    patch.undo()


def closed_after_s(connection: socket.socket, dribble: bytes = b"") -> float:
    """How long until the other end closes, while one byte of `dribble` after another is sent."""
    began = time.monotonic()
    connection.settimeout(SHORT_S / 10)
    pieces = iter(dribble)
    while time.monotonic() < began + 90:
        try:
            if not connection.recv(65_536):
                break
        except TimeoutError:
            with contextlib.suppress(StopIteration):
                connection.sendall(bytes([next(pieces)]))
        except ConnectionError:
            break
    return time.monotonic() - began


def within(seconds: float, deadline_s: float) -> bool:
    """Not before its time, and not much later on a machine that has other things to do."""
    return deadline_s * 0.9 <= seconds <= deadline_s + 5


def test_headers_that_never_end_have_an_end(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert within(closed_after_s(connection, b"X-Slow: " + b"y" * 10_000), limits.HEADERS_WITHIN_S)


def test_a_connection_that_says_nothing_has_an_end(served: Served) -> None:
    with served.connect() as connection:
        assert within(closed_after_s(connection), limits.HEADERS_WITHIN_S)


def test_the_second_question_has_its_time_as_the_first(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nG")
        assert within(closed_after_s(connection, b"ET / HTTP/1.1\r\nX-Slow: " + b"y" * 10_000), limits.HEADERS_WITHIN_S)


def test_a_form_that_never_ends_has_an_end(served: Served) -> None:
    for head in (b"Content-Length: 20000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n4e20\r\n"):
        with served.connect() as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + head)
            assert within(closed_after_s(connection, b"y" * 19_000), limits.FORM_WITHIN_S)


def test_tls_that_is_never_spoken_has_an_end(served: Served) -> None:
    with socket.create_connection(served.tls_listener.getsockname(), 60) as connection:
        assert within(closed_after_s(connection), limits.HANDSHAKE_WITHIN_S)


def test_who_does_not_take_the_answer_is_let_go(served: Served) -> None:
    with served.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        served.wait_until_empty(limits.TAKEN_WITHIN_S + 5)


def test_who_does_not_take_it_over_tls_is_let_go(served: Served) -> None:
    context = ssl.create_default_context(cafile=served.authority)
    plain = socket.create_connection(served.tls_listener.getsockname(), 60)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        served.wait_until_empty(limits.TAKEN_WITHIN_S + limits.GONE_WITHIN_S + 5)


@pytest.mark.parametrize("is_tls", [False, True])
@pytest.mark.parametrize("end", [b"", b"Connection: close\r\n"])
def test_who_takes_it_slowly_gets_all_of_it(served: Served, *, is_tls: bool, end: bytes) -> None:
    """A phone at the edge of a network, longer than any deadline."""
    connection: socket.socket = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    connection.connect((served.tls_listener if is_tls else served.listener).getsockname())
    if is_tls:
        context = ssl.create_default_context(cafile=served.authority)
        connection = context.wrap_socket(connection, server_hostname="127.0.0.1")
    with connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n" + end + b"\r\n")
        began, taken = time.monotonic(), 0
        while taken < LARGE:
            piece = connection.recv(65_536)
            assert piece, f"cut off after {taken} bytes"
            taken += len(piece)
            time.sleep(0.003)
        assert AS_THEY_ARE or time.monotonic() - began > SHORT_S


def test_news_go_on_for_longer_than_any_deadline(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"".join(iter(lambda: connection.recv(65_536), b"")).count(b"news") == 30


def test_many_questions_over_one_connection(served: Served) -> None:
    with served.connect() as connection:
        for number in range(5):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % number + b"y" * number)
            answer = b""
            while not answer.endswith(b"0\r\n\r\n"):
                answer += connection.recv(65_536)
            assert b"\r\n%d\r\n" % number in answer
            if number < 4:
                time.sleep(SHORT_S / 2)
        assert within(closed_after_s(connection), IDLE_S)


def test_small_answers_wait_for_nothing(served: Served) -> None:
    """Without TCP_NODELAY each page took forty milliseconds more: the other end's time for an acknowledgement."""
    with served.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\ny")
        connection.recv(65_536)
        [held] = [one for server in served.servers for one in server.server_state.connections]
        ours = held.transport.get_extra_info("socket")
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


def test_connections_are_counted_and_counted_off(served: Served) -> None:
    served.wait_until_empty(30)
    for _ in range(3):
        held = [served.connect() for _ in range(8)]
        too_many = served.connect()
        assert closed_after_s(too_many) < SHORT_S
        for one in [*held, too_many]:
            one.close()
        served.wait_until_empty(10)
