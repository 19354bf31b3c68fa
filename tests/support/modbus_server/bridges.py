"""Between the gateway and libmodbus's RTU device: a serial device server, and a translator from Modbus ASCII.

libmodbus speaks no Modbus ASCII; what it says as RTU is translated letter by letter, with checksums made here.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.modbus_server.device import Cable, Registers, answering

END_OF_FRAME_S = 0.005
"""Silence that ends an RTU frame: at 115,200 baud far more than 3.5 characters."""


@contextmanager
def rtu_over_tcp_device(registers: Registers, unit: int = 1, longest: int = 2000) -> Iterator[int]:
    """A device behind a serial device server, whose TCP port is yielded."""
    with Converter() as converter, answering(["rtu", str(unit), converter.far], registers, longest):
        yield converter.port


@contextmanager
def ascii_device(registers: Registers, unit: int = 1, longest: int = 2000) -> Iterator[str]:
    """A Modbus ASCII device at the far end of a serial cable, of which the path of the near end is yielded."""
    with Translator() as cable, answering(["rtu", str(unit), cable.far], registers, longest):
        yield cable.near


class Converter:
    """A serial device server: bytes between its port `far` and whoever is connected to `port`, as they come."""

    def __enter__(self) -> Converter:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.far = os.ttyname(self._slave)
        self._relay = threading.Thread(target=self._serve, daemon=True)
        self._relay.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._relay.join()
        self._listener.close()
        os.close(self._master)
        os.close(self._slave)

    def _serve(self) -> None:
        connections: list[socket.socket] = []
        while True:
            ready, _, _ = select.select([self._listener, self._master, *connections], [], [])
            if self._listener in ready:
                try:
                    connections.append(self._listener.accept()[0])
                except OSError:  # shut down: the test is over
                    for connection in connections:
                        connection.close()
                    return
            if self._master in ready:
                piece = os.read(self._master, 4096)
                for connection in connections:
                    with suppress(OSError):
                        connection.sendall(piece)
            for connection in [one for one in connections if one in ready]:
                piece = connection.recv(4096)
                if piece:
                    os.write(self._master, piece)
                else:
                    connections.remove(connection)
                    connection.close()


class Translator(Cable):
    """A cable with Modbus ASCII at its near end and Modbus RTU at its far end."""

    def _carry(self) -> None:
        question = b""
        while True:
            ready, _, _ = select.select([self._near_master, self._far_master, self._stop_reader], [], [])
            if self._stop_reader in ready:
                return
            if self._near_master in ready:
                question += os.read(self._near_master, 4096)
                while b"\r\n" in question:
                    line, question = question.split(b"\r\n", 1)
                    os.write(self._far_master, to_rtu(line))
            if self._far_master in ready:
                answer = os.read(self._far_master, 4096)
                while select.select([self._far_master], [], [], END_OF_FRAME_S)[0]:
                    answer += os.read(self._far_master, 4096)
                os.write(self._near_master, to_ascii(answer))


def to_rtu(line: bytes) -> bytes:
    """`:0103000000…` without its end → an RTU frame. A wrong check byte would fail the test that sent it."""
    body = bytes.fromhex(line[1:].decode("ascii"))
    assert line[:1] == b":"
    assert sum(body) % 256 == 0, f"check byte of {line!r}"
    return body[:-1] + crc(body[:-1])


def to_ascii(frame: bytes) -> bytes:
    body = frame[:-2]
    assert crc(body) == frame[-2:]
    return b":" + (body + bytes([-sum(body) % 256])).hex().upper().encode("ascii") + b"\r\n"


def crc(frame: bytes) -> bytes:
    """Modbus over serial line 1.02, 6.2.2, bit by bit as it stands there."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return struct.pack("<H", register)
