"""An instrument on Modbus TCP: a listening port, any number of clients, each answered in the order of its requests.

A unit that is not there is answered for with exception 11, as a gateway in front of a bus does. A client that sends
what is no frame is disconnected, since the start of the next one cannot be found.
"""

import asyncio
import logging

from stationsim.modbus.framing import Frame, FrameBroken, mbap, take_mbap
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.pdu import TARGET_SILENT, exception
from stationsim.modbus.wire import Sending, sendings

_log = logging.getLogger(__name__)


class TcpInstrument:
    def __init__(self, server: asyncio.Server, connections: set["_Connection"]) -> None:
        self._server = server
        self._connections = connections

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that it really listens on."""
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def close(self) -> None:
        self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        await self._server.wait_closed()


async def listen(instrument: Instrument, host: str, port: int) -> TcpInstrument:
    """Raises OSError when the port cannot be had. Port 0: the system picks."""
    connections: set[_Connection] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(instrument, connections), host, port)
    return TcpInstrument(server, connections)


class _Connection(asyncio.Protocol):
    def __init__(self, instrument: Instrument, connections: set["_Connection"]) -> None:
        self._instrument = instrument
        self._connections = connections
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            while (frame := take_mbap(self._buffer)) is not None:
                self._answer(frame)
        except FrameBroken as broken:
            _log.warning("%s: client sent no Modbus TCP frame (%s), disconnected", self._instrument.name, broken)
            self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _answer(self, request: Frame) -> None:
        response = self._instrument.respond(request.unit, request.pdu)
        if response is None:
            absent = exception(request.pdu[0], TARGET_SILENT)
            self._send(Sending(0.0, mbap(Frame(request.unit, absent, request.transaction))))
            return
        plan = sendings(mbap(Frame(request.unit, response.pdu, request.transaction)), response.faults)
        if plan:
            self._instrument.sent(response)
        for sending in plan:
            self._send(sending)

    def _send(self, sending: Sending) -> None:
        if sending.delay_s > 0:
            asyncio.get_running_loop().call_later(sending.delay_s, self._write, sending.content)
        else:
            self._write(sending.content)

    def _write(self, content: bytes) -> None:
        if self._transport is not None:
            self._transport.write(content)
