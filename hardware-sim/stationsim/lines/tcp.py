"""An instrument on a TCP port: any number of clients, each answered in the order of its requests.

A client that cannot be understood is disconnected. What the instrument says unasked goes to all of them.
"""

import asyncio
import logging

from stationsim.lines.request_buffer import RequestBuffer
from stationsim.lines.responder import FramingLost, Reply, Responder
from stationsim.lines.unsolicited_sender import UnsolicitedSender
from stationsim.lines.wire import Sending, sendings
from stationsim.truth import Truth

_log = logging.getLogger(__name__)


class TcpPort:
    """Closed until `plug`. Port 0: the system picks, once."""

    def __init__(self, responder: Responder, truth: Truth, host: str, port: int, *, character_s: float) -> None:
        self._responder = responder
        self._truth = truth
        self._host, self._port = host, port
        self._character_s = character_s
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._unsolicited_sender = UnsolicitedSender(
            responder.unsolicited, self._say_to_all, lambda: bool(self._connections)
        )

    async def plug(self) -> None:
        """Raises OSError when the port cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self._host, self._port)
        self._host, self._port = self._server.sockets[0].getsockname()[:2]
        self._unsolicited_sender.open()

    async def unplug(self) -> None:
        """Connections are closed and new ones refused. May be called again."""
        if self._server is None:
            return
        self._unsolicited_sender.close()
        self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        await self._server.wait_closed()
        self._server = None

    def reached(self) -> dict[str, str | int]:
        return {"host": self._host, "port": self._port}

    def joined(self, connection: "_Connection") -> RequestBuffer:
        self._connections.add(connection)
        return RequestBuffer(self._responder, lambda reply: self._say(reply, (connection,)))

    def left(self, connection: "_Connection") -> None:
        self._connections.discard(connection)

    def misunderstood(self, reason: FramingLost) -> None:
        _log.warning("%s: a client sent %s, disconnected", self._responder.name, reason)

    def _say_to_all(self, reply: Reply) -> None:
        self._say(reply, tuple(self._connections))

    def _say(self, reply: Reply, connections: "tuple[_Connection, ...]") -> None:
        for shown in reply.shown:
            self._truth.write(shown)
        for sending in sendings(reply.content, reply.faults, wire_time_s=reply.characters * self._character_s):
            for connection in connections:
                connection.send(sending)


class _Connection(asyncio.Protocol):
    def __init__(self, port: TcpPort) -> None:
        self._port = port
        self._requests: RequestBuffer | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._requests = self._port.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._requests is not None:
            self._requests.close()
        self._port.left(self)

    def data_received(self, data: bytes) -> None:
        if self._requests is None:
            return
        try:
            self._requests.take(data)
        except FramingLost as reason:
            self._port.misunderstood(reason)
            self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def send(self, sending: Sending) -> None:
        if sending.delay_s > 0:
            asyncio.get_running_loop().call_later(sending.delay_s, self._write, sending.content)
        else:
            self._write(sending.content)

    def _write(self, content: bytes) -> None:
        if self._transport is not None:
            self._transport.write(content)
