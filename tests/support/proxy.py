"""A TCP proxy that spoils connections on purpose: slow, late, cut after so many bytes, or silent after so many.

It listens on another loopback address than the server, on the same numbers for the passive data ports: an FTP client
that (rightly) ignores the address in a PASV reply then reaches the data ports through the proxy too.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

ADDRESS = "127.0.0.2"

Direction = Literal["up", "down"]
Refusal = Literal["reset", "hang up", "silence"]


@dataclass(slots=True)
class Fault:
    """What happens to one direction of a connection. Bytes count per connection from its beginning."""

    cut_after: int | None = None
    """After this many bytes both ends get a reset."""
    silent_after: int | None = None
    """Bytes beyond this many are taken and never passed on; the connection stays open."""
    bytes_per_s: float | None = None
    delay_s: float = 0.0
    """Every byte arrives this much later, as over a long line: half a round trip."""


@dataclass(slots=True)
class Faults:
    """What happens to the connections made from now on; `up` is towards the server."""

    up: Fault = field(default_factory=Fault)
    down: Fault = field(default_factory=Fault)


class Proxy:
    """Use `proxied`. Replacing `control` or `data` is for the connections made from then on; changing a `Fault` is
    also for those that have it."""

    def __init__(self, target_port: int, data_ports: range) -> None:
        self.host = ADDRESS
        self.control = Faults()
        self.data = Faults()
        self.most_connections: int | None = None
        """So many control connections at once; what happens to further ones is `refusal`. Silence: it waits until there
        is room, as in the queue of a server that takes one after the other."""
        self.refusal: Refusal = "reset"
        self.refused = 0
        self._inside = 0
        self._turn = threading.Condition()
        self.passed: dict[tuple[str, Direction], int] = {}
        """Bytes passed on by the last `control` and `data` connection in each direction."""
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: set[socket.socket] = set()
        main = _listener(0)
        self.port = int(main.getsockname()[1])
        self._listen(main, target_port, "control")
        for port in data_ports:
            self._listen(_listener(port), port, "data")

    def clear_faults(self) -> None:
        """No faults for the connections made from now on."""
        self.control, self.data = Faults(), Faults()

    def stop(self) -> None:
        with self._turn:
            self._stopping.set()
            self._turn.notify_all()
        for one in list(self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _listen(self, listener: socket.socket, target_port: int, kind: str) -> None:
        self._sockets.add(listener)
        self._start(self._accept, listener, target_port, kind)

    def _accept(self, listener: socket.socket, target_port: int, kind: str) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if kind == "data" or self._admits():
                self._connect(client, target_port, kind)
            else:
                self._refuse(client, target_port)

    def _connect(self, client: socket.socket, target_port: int, kind: str) -> None:
        faults = self.control if kind == "control" else self.data
        try:
            server = socket.create_connection(("127.0.0.1", target_port), 5)
        except OSError:
            _reset(client)
            if kind == "control":
                self._has_left()
            return
        server.settimeout(None)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets.add(one)
        self._start(self._pump, client, server, faults.up, (kind, "up"))
        self._start(self._pump, server, client, faults.down, (kind, "down"))

    def _pump(self, source: socket.socket, sink: socket.socket, fault: Fault, name: tuple[str, Direction]) -> None:
        passed = self.passed[name] = 0
        try:
            for chunk in self._arriving(source, fault):
                if fault.bytes_per_s is not None:
                    time.sleep(len(chunk) / fault.bytes_per_s)
                if fault.silent_after is not None:
                    chunk = chunk[: max(0, fault.silent_after - passed)]
                cut = fault.cut_after is not None and passed + len(chunk) >= fault.cut_after
                if cut:
                    chunk = chunk[: (fault.cut_after or 0) - passed]
                passed += len(chunk)
                self.passed[name] = passed  # before they go: whoever has received them finds them counted
                sink.sendall(chunk)
                if cut:
                    _reset(source)
                    _reset(sink)
                    return
            if fault.silent_after is None or passed < fault.silent_after:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            # One end is gone; the other must learn it, as it would without a proxy between.
            _reset(sink)
        finally:
            if name == ("control", "up"):
                self._has_left()

    def _admits(self) -> bool:
        with self._turn:
            if not self._has_room():
                self.refused += 1
                return False
            self._inside += 1
            return True

    def _has_room(self) -> bool:
        return self.most_connections is None or self._inside < self.most_connections

    def _has_left(self) -> None:
        with self._turn:
            self._inside -= 1
            self._turn.notify()

    def _refuse(self, client: socket.socket, target_port: int) -> None:
        if self.refusal == "reset":
            _reset(client)
        elif self.refusal == "hang up":
            client.close()
        else:
            self._sockets.add(client)
            self._start(self._queue, client, target_port)

    def _queue(self, client: socket.socket, target_port: int) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._stopping.is_set() or self._has_room())
            self._inside += 1
        if self._stopping.is_set():
            client.close()
        else:
            self._connect(client, target_port, "control")

    def _arriving(self, source: socket.socket, fault: Fault) -> Iterator[bytes]:
        if not fault.delay_s:
            yield from iter(lambda: source.recv(_slice(fault)), b"")
            return
        on_the_way: queue.SimpleQueue[tuple[float, bytes | OSError]] = queue.SimpleQueue()
        self._start(_depart, source, fault, on_the_way)
        while True:
            due, chunk = on_the_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if isinstance(chunk, OSError):
                raise chunk
            if not chunk:
                return
            yield chunk

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()


@contextmanager
def proxied(target_port: int, data_ports: range = range(0)) -> Iterator[Proxy]:
    """A proxy in front of a server on 127.0.0.1."""
    proxy = Proxy(target_port, data_ports)
    try:
        yield proxy
    finally:
        proxy.stop()


@contextmanager
def mute_server() -> Iterator[int]:
    """The port of a server on 127.0.0.1 that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield int(listener.getsockname()[1])


def _depart(source: socket.socket, fault: Fault, on_the_way: queue.SimpleQueue[tuple[float, bytes | OSError]]) -> None:
    chunk: bytes | OSError = b"-"
    while chunk and not isinstance(chunk, OSError):
        try:
            chunk = source.recv(_slice(fault))
        except OSError as error:
            chunk = error
        on_the_way.put((time.monotonic() + fault.delay_s, chunk))


def _listener(port: int) -> socket.socket:
    return socket.create_server((ADDRESS, port), backlog=50)


def _slice(fault: Fault) -> int:
    """Small reads where bytes are counted or metered, so that a fault falls where it is meant to."""
    return 65_536 if fault.bytes_per_s is None else max(256, int(fault.bytes_per_s / 50))


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
