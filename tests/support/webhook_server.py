"""A web server that takes messages by POST, over TLS or not, and answers as the test says.

with webhook_server(authority.issue("127.0.0.1"), Answers(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")) as server:
    server.port, server.taken
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.certificates import ServerCertificate

Reaction = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """One request as it came. `fields`: by their names in lower case."""

    line: str
    fields: dict[str, str]
    body: bytes


@dataclass
class WebhookServer:
    port: int
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0


def answers(content: bytes) -> Reaction:
    """Says this, and hangs up."""
    return lambda connection: connection.sendall(content)


def status(line: str, *fields: str, body: bytes = b"") -> Reaction:
    head = "\r\n".join([f"HTTP/1.1 {line}", f"Content-Length: {len(body)}", *fields])
    return answers(f"{head}\r\n\r\n".encode() + body)


def drips(content: bytes) -> Reaction:
    """A byte every 50 ms, for ever."""

    def react(connection: socket.socket) -> None:
        for one in content:
            connection.sendall(bytes([one]))
            threading.Event().wait(0.05)
        threading.Event().wait(30)

    return react


def never_ends(beginning: bytes, more: bytes) -> Reaction:
    def react(connection: socket.socket) -> None:
        connection.sendall(beginning)
        while True:
            connection.sendall(more)

    return react


@contextmanager
def webhook_server(
    certificate: ServerCertificate | None, reaction: Reaction | None = None, wants_client_of: Path | None = None
) -> Iterator[WebhookServer]:
    """`certificate`: `None` for plain http. `reaction`: to each request; by default 204. `wants_client_of`: the
    authority by whose certificate whoever connects has to prove itself."""
    context = None if certificate is None else ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if context is not None and certificate is not None:
        context.load_cert_chain(certificate.certificate, certificate.key)
        if wants_client_of is not None:
            context.load_verify_locations(wants_client_of)
            context.verify_mode = ssl.CERT_REQUIRED
    react = reaction or status("204 No Content")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = WebhookServer(listener.getsockname()[1])

        def serve(raw: socket.socket) -> None:
            with contextlib.suppress(OSError, ValueError), raw:
                raw.settimeout(10)
                with raw if context is None else context.wrap_socket(raw, server_side=True) as connection:
                    server.taken.append(_request(connection))
                    react(connection)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection = listener.accept()[0]
                    server.connections += 1
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _request(connection: socket.socket) -> Taken:
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(4096)
        if not more:
            raise ValueError("hung up")
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    line, *rest = head.decode("ascii").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    while len(body) < int(fields["content-length"]):
        body += connection.recv(4096)
    return Taken(line, fields, body)
