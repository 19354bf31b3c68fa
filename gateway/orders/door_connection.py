"""One request at the loopback door and its answer: HTTP/1.1 by h11, bounded in size and time."""

from __future__ import annotations

import hmac
import json
import socket
from dataclasses import dataclass
from typing import Any

import h11

from gateway import __version__
from gateway.core.interfaces import Clock
from gateway.orders.order_json import LARGEST_SUBMISSION

WHOLE_S = 30.0
"""For a request and its answer, however slowly it comes."""
_CHUNK = 65_536
_MOST_HEAD = 16_384


class RequestBroken(Exception):
    """No request came that can be answered. The first argument is the status that says why; 0: nobody listens."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """`is_known`: whoever asks knows the token."""

    method: str
    path: str
    body: bytes
    is_known: bool


@dataclass(frozen=True, slots=True)
class OrderReply:
    status: int
    content: dict[str, Any]
    headers: tuple[tuple[str, str], ...] = ()


class DoorConnection:
    """Of one client, for one request."""

    def __init__(self, connection: socket.socket, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._ends_s = clock.now().mono_s + WHOLE_S
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST_HEAD)

    def read(self, token: bytes) -> OrderRequest:
        """The body is read only of those who know the token.

        Raises:
            RequestBroken: it is none, or took too long.
        """
        try:
            request = self._next()
            if not isinstance(request, h11.Request):
                raise RequestBroken(0)
            headers = dict(request.headers)
            given = _bearer(headers.get(b"authorization", b""))
            method, path = request.method.decode("ascii"), request.target.decode("ascii", "replace")
            if not hmac.compare_digest(given.encode("latin-1"), token):
                return OrderRequest(method, path, b"", is_known=False)
            if int(headers.get(b"content-length", b"0")) > LARGEST_SUBMISSION:
                raise RequestBroken(413)
            if self._http.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            return OrderRequest(method, path, self._body(), is_known=True)
        except h11.RemoteProtocolError as error:
            raise RequestBroken(error.error_status_hint) from None
        except TimeoutError:
            raise RequestBroken(408) from None
        except OSError:
            raise RequestBroken(0) from None

    def answer(self, answer: OrderReply) -> None:
        """Nothing is raised: whoever asked may have left."""
        body = json.dumps(answer.content, ensure_ascii=False).encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
            ("Server", f"station-gateway/{__version__}"),
            *answer.headers,
        ]
        try:
            self._send(h11.Response(status_code=answer.status, headers=headers))
            self._send(h11.Data(data=body))
            self._send(h11.EndOfMessage())
            self._connection.shutdown(socket.SHUT_WR)
            self._drain()
        except (OSError, h11.LocalProtocolError):
            return

    def _body(self) -> bytes:
        parts, size = [], 0
        while True:
            event = self._next()
            if isinstance(event, h11.Data):
                size += len(event.data)
                if size > LARGEST_SUBMISSION:
                    raise RequestBroken(413)
                parts.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return b"".join(parts)
            else:
                raise RequestBroken(0)

    def _next(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._wait()
            self._http.receive_data(self._connection.recv(_CHUNK))
        return event

    def _send(self, event: Any) -> None:
        self._wait()
        self._connection.sendall(self._http.send(event) or b"")

    def _drain(self) -> None:
        """What it still sends is read, or it would never see the answer: a socket that is closed with bytes in it
        breaks the connection."""
        left = LARGEST_SUBMISSION
        while left > 0 and (some := self._connection.recv(_CHUNK)):
            left -= len(some)
            self._wait()

    def _wait(self) -> None:
        left_s = self._ends_s - self._clock.now().mono_s
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(left_s)


def _bearer(header: bytes) -> str:
    kind, _, token = header.decode("latin-1").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
