"""A serial device server: whatever comes over TCP goes to the serial line and back, to whoever is connected last."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def device_server(device: str) -> Iterator[int]:
    """Serves the serial device; the TCP port is yielded. It knows nothing of questions and answers: what the line says
    after a connection ended goes to the next one."""
    line = os.open(device, os.O_RDWR | os.O_NOCTTY)
    stop_reader, stop_writer = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, line, stop_reader), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            os.write(stop_writer, b"!")
            thread.join()
            for descriptor in (line, stop_reader, stop_writer):
                os.close(descriptor)


def _serve(listener: socket.socket, line: int, stop: int) -> None:
    peer: socket.socket | None = None
    while True:
        ready, _, _ = select.select([listener, stop] + ([peer, line] if peer else []), [], [])
        if stop in ready:
            if peer is not None:
                peer.close()
            return
        if listener in ready:
            if peer is not None:
                peer.close()
            peer, _ = listener.accept()
        elif peer is not None and peer in ready:
            heard = peer.recv(4096)
            if heard:
                os.write(line, heard)
            else:
                peer.close()
                peer = None
        elif peer is not None and line in ready:
            peer.sendall(os.read(line, 4096))
