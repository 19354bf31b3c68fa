"""A proxy in front of a server on 127.0.0.1: it refuses connections when told to, and lets the others through."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable


class RefusingProxy:
    """Listens on a port of its own until `close`. `refuses()` is asked for each connection."""

    def __init__(self, target_port: int, refuses: Callable[[], bool]) -> None:
        self._target_port = target_port
        self._refuses = refuses
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = int(self._listener.getsockname()[1])
        self.refused = 0
        self.admitted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            if self._refuses():
                self.refused += 1
                _refuse(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port), 5)
            except OSError:
                _refuse(client)
                continue
            self.admitted += 1
            for source, sink in ((client, server), (server, client)):
                source.settimeout(None)
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _refuse(client: socket.socket) -> None:
    """A reset: what a client sees of a server that is not there."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
