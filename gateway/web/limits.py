"""What a connection may cost: how many there are, how long headers, a form and an answer may take, how large they are.

One process serves the page, and anybody in the network may connect. A connection too many is closed before a byte of it
is read; one that dawdles is closed when its time is over, whatever it sends meanwhile. The event loop gives TLS its own
bound, and the kernel closes what does not take its answer.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from typing import Any

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.accounts.attempts import address_group
from gateway.web.lean_uvicorn import H11Protocol

MOST_CONNECTIONS = 96
MOST_OF_ONE_ADDRESS = 32
"""An office behind one address: five people with six connections each."""
HEADERS_WITHIN_S = 10.0
FORM_WITHIN_S = 20.0
TAKEN_WITHIN_S = 60.0
"""64 kB of an answer: 1 kB/s, which a phone at the edge of a network does."""
GONE_WITHIN_S = 60.0
"""After we have closed a connection: whoever does not take the rest, of which the kernel has as much again, by then has
had it."""
HANDSHAKE_WITHIN_S = 10.0
LARGEST_HEADERS = 16_384
"""Bytes; for uvicorn's `h11_max_incomplete_event_size`."""
_PIECE = 65_536
"""Bytes of an answer that wait for the other end at once."""


class BoundedListener(socket.socket):
    """A listening socket that closes what is too much as soon as it is connected."""

    def __init__(self, family: int, *, most: int = MOST_CONNECTIONS, most_of_one: int = MOST_OF_ONE_ADDRESS) -> None:
        # With its protocol: asyncio sends small pieces at once only where it reads TCP there.
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        # Connections inherit it. With more, the kernel would have megabytes of an answer that we take for sent.
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PIECE)
        self._most = most
        self._most_of_one = most_of_one
        self._open: Counter[str] = Counter()

    @property
    def connections(self) -> int:
        """How many are open now."""
        return self._open.total()

    def accept(self) -> tuple[socket.socket, Any]:
        """As `socket.accept`. Raises BlockingIOError, too, for one that was closed at once: the next look goes on."""
        descriptor, address = self._accept()  # type: ignore[attr-defined]  # what `socket.accept` itself is made of
        group = address_group(address[0])
        connection = _Counted(self.family, self.type, self.proto, fileno=descriptor)
        if self.connections >= self._most or self._open[group] >= self._most_of_one:
            connection.close()
            raise BlockingIOError
        connection.count_in(self._open, group)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(TAKEN_WITHIN_S * 1000))
        return connection, address


class _Counted(socket.socket):
    """A connection that is counted until it is closed."""

    _counted: tuple[Counter[str], str] | None = None

    def count_in(self, open_: Counter[str], group: str) -> None:
        open_[group] += 1
        self._counted = (open_, group)

    def close(self) -> None:
        if self._counted is not None:
            open_, group = self._counted
            self._counted = None
            open_[group] -= 1
            if open_[group] <= 0:
                del open_[group]
        super().close()


class BoundedLoop(asyncio.SelectorEventLoop):
    """An event loop whose TLS servers wait for a handshake as long as for anything else; uvicorn does not say."""

    async def create_server(self, *arguments: Any, **named: Any) -> asyncio.Server:
        if named.get("ssl") is not None:
            named.setdefault("ssl_handshake_timeout", HANDSHAKE_WITHIN_S)
            named.setdefault("ssl_shutdown_timeout", GONE_WITHIN_S)
        return await super().create_server(*arguments, **named)


class Piecewise:
    """Hands answers on in pieces, each when the one before is on its way: an export for a slow line takes no memory
    here, and is not cut off for being in our hands for long."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_pieces(message: Message) -> None:
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or len(body) <= _PIECE:
                await send(message)
                return
            for begin in range(0, len(body), _PIECE):
                has_more = begin + _PIECE < len(body) or message.get("more_body", False)
                await send({**message, "body": body[begin : begin + _PIECE], "more_body": has_more})

        await self._app(scope, receive, send_pieces)


class BoundedProtocol(H11Protocol):
    """uvicorn's, with an end to everything. What is waited for has its time from the moment it began, and no byte
    prolongs it."""

    _owed: object = None
    """What the other end owes us: headers, a form; `None`: nothing."""
    _deadline: asyncio.TimerHandle | None = None
    """Of that."""
    _taking: asyncio.TimerHandle | None = None
    """Of what we have sent."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_PIECE)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._taking):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._must_take(TAKEN_WITHIN_S)

    def resume_writing(self) -> None:
        if self._taking is not None and not self.transport.is_closing():
            self._taking.cancel()
            self._taking = None
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._look()

    def _look(self) -> None:
        """What is owed now, and until when."""
        if self.transport.is_closing():
            self._owe(None, 0)
            self._must_take(GONE_WITHIN_S)
        elif self.conn.their_state is h11.SEND_BODY:
            self._owe(self.cycle, FORM_WITHIN_S)
        elif self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            self._owe("headers", HEADERS_WITHIN_S)
        else:
            self._owe(None, 0)

    def _owe(self, owed: object, within_s: float) -> None:
        if owed is self._owed:
            return
        self._owed = owed
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if owed is None else self.loop.call_later(within_s, self._too_slow)

    def _must_take(self, within_s: float) -> None:
        if self._taking is None:
            self._taking = self.loop.call_later(within_s, self.transport.abort)

    def _too_slow(self) -> None:
        self.transport.close()
        self._look()
