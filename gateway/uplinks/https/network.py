"""The house's sockets under httpx: connected, secured and aborted as those of every other uplink, and a whole exchange
bounded by one deadline, which no server can prolong by sending a byte now and then.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Iterable
from typing import Any

from gateway.core.interfaces import Clock
from gateway.uplinks.https.http_libraries import httpcore
from gateway.uplinks.https.road_server import RoadServer
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Deadline, Timeouts
from gateway.uplinks.tls import begin_tls, client_context, report_certificate


class HouseNetwork(httpcore.NetworkBackend):
    """Connects to one server. What fails is an `OSError`, or in writing a `WriteError`: a server may have answered
    before it has heard all."""

    def __init__(self, server: RoadServer, sockets: Sockets, clock: Clock, timeouts: Timeouts) -> None:
        self._server = server
        self._sockets = sockets
        self._clock = clock
        self._timeouts = timeouts
        self.deadline = Deadline(clock, timeouts.answer_s)

    def begin(self) -> None:
        """An exchange begins, which has so long for everything."""
        self.deadline = Deadline(self._clock, self._timeouts.answer_s)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        within_s = min(self._timeouts.connect_s, self.deadline.left_s())
        connection = self._sockets.connect(self._server.host, port, within_s, self._server.source)
        return HouseStream(self, self._sockets, connection, self._server)


class HouseStream(httpcore.NetworkStream):
    """One connection."""

    def __init__(self, network: HouseNetwork, sockets: Sockets, connection: socket.socket, server: RoadServer) -> None:
        self._network = network
        self._sockets = sockets
        self._connection = connection
        self._server = server

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """By the destination's own means: `ssl_context` is nobody's.

        Raises:
            DestinationRejected: those cannot be used.
        """
        try:
            server = self._server
            context = client_context(server.ca, str(server), server.pins, server.client)
            context.set_alpn_protocols(["http/1.1"])
            self._connection.settimeout(self._network.deadline.left_s())
            self._connection = secured = begin_tls(self._sockets, self._connection, context, server.host)
            secured.settimeout(self._network.deadline.left_s())
            secured.do_handshake()
            report_certificate(server.seen_until, secured)
        except BaseException:
            self.close()
            raise
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._connection.settimeout(self._network.deadline.left_s())
        return self._connection.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            try:
                self._connection.settimeout(self._network.deadline.left_s())
                view = view[self._connection.send(view) :]
            except TimeoutError:
                raise
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._sockets.close(self._connection)

    def get_extra_info(self, info: str) -> Any:
        """Whether a connection that rests has something to say, which is that it has ended."""
        if info != "is_readable":
            return None
        with contextlib.suppress(OSError, ValueError):
            return bool(select.select([self._connection], [], [], 0)[0])
        return True
