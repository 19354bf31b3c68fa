"""Devices that behave as badly as a test tells them to: raw bytes on a socket or pseudo-terminal, no Modbus library."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Say = Callable[[bytes], None]
Script = Callable[[bytes, Say], bool]
"""Called with each piece that arrives and a way to answer; returns whether the connection stays."""


@contextmanager
def later() -> Iterator[Callable[[float, Say, bytes], None]]:
    """Has pieces said after so many seconds. At the end, that of a device that stands around it included, nothing is
    still to be said."""
    timers: list[threading.Timer] = []

    def after(seconds: float, say: Say, piece: bytes) -> None:
        timers.append(threading.Timer(seconds, say, [piece]))
        timers[-1].start()

    try:
        yield after
    finally:
        for timer in timers:
            timer.join()


@contextmanager
def scripted_tcp(script: Script, port: int = 0) -> Iterator[int]:
    """A TCP server that follows the script on every connection; its port is yielded."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, script), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, script: Script) -> None:
    connections: list[socket.socket] = []
    while True:
        ready, _, _ = select.select([listener, *connections], [], [])
        for one in ready:
            if one is listener:
                try:
                    connections.append(listener.accept()[0])
                    # What is said is on its way at once, however much of it has not been acknowledged yet.
                    connections[-1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                except OSError:  # shut down: the test is over
                    for connection in connections:
                        connection.close()
                    return
            elif not _stays(one, script):
                connections.remove(one)
                one.close()


def _stays(connection: socket.socket, script: Script) -> bool:
    try:
        piece = connection.recv(4096)
        return bool(piece) and script(piece, connection.sendall)
    except ConnectionError:
        return False


class ScriptedSerial:
    """A serial device whose far end follows a script. Its path is `path`; `say` speaks unasked."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._stop_reader, self._stop_writer = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ScriptedSerial:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def say(self, piece: bytes) -> None:
        os.write(self._master, piece)

    def unplug(self) -> None:
        """The adapter is pulled out: its device is gone for whoever holds it open."""
        if self._thread.is_alive():
            os.write(self._stop_writer, b"!")
            self._thread.join()
            for descriptor in (self._slave, self._master, self._stop_reader, self._stop_writer):
                os.close(descriptor)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._stop_reader], [], [])
            if self._stop_reader in ready:
                return
            with suppress(OSError):
                self._script(os.read(self._master, 4096), self.say)
