"""Modbus devices with peculiarities: raw sockets, every byte of an answer put together here, no Modbus library."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its number, unit, function, address, count (or value), and its place on which connection."""

    number: int
    unit: int
    function: int
    address: int
    count: int
    connection: int
    place: int
    age_s: float
    rest: bytes


Behaviour = Callable[[Asked], bytes | None]
"""The whole frame of the answer, `CLOSE` behind it if the device leaves then; `None`: silence."""

CLOSE = b"<close>"


def mbap(asked: Asked, pdu: bytes, *, number: int | None = None, unit: int | None = None, protocol: int = 0) -> bytes:
    shown = asked.number if number is None else number
    return struct.pack(">HHHB", shown, protocol, len(pdu) + 1, asked.unit if unit is None else unit) + pdu


def words(asked: Asked, *, function: int | None = None) -> bytes:
    """Register n holds n + 1000."""
    values = [(asked.address + place + 1000) & 0xFFFF for place in range(asked.count)]
    content = b"".join(struct.pack(">H", value) for value in values)
    return bytes([asked.function if function is None else function, 2 * asked.count]) + content


def refusal(asked: Asked, code: int) -> bytes:
    return mbap(asked, bytes([asked.function | 0x80, code]))


@dataclass(slots=True)
class Peculiar:
    """A device that listens on `port`; `asked` has everything that it heard."""

    behaviour: Behaviour
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    most_connections: int = 99

    def heard(self) -> list[tuple[int, int]]:
        """Addresses and counts since the last look."""
        found = [(one.address, one.count) for one in self.asked]
        self.asked.clear()
        return found


@contextmanager
def peculiar(behaviour: Behaviour, most_connections: int = 99) -> Iterator[Peculiar]:
    device = Peculiar(behaviour, most_connections=most_connections)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        device.port = listener.getsockname()[1]
        served: list[threading.Thread] = []
        accepting = threading.Thread(target=_accept, args=(listener, device, served), daemon=True)
        accepting.start()
        yield device
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket, device: Peculiar, served: list[threading.Thread]) -> None:
    number = 0
    while True:
        while sum(one.is_alive() for one in served) >= device.most_connections:
            time.sleep(0.002)
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        number += 1
        served.append(threading.Thread(target=_serve, args=(connection, device, number), daemon=True))
        served[-1].start()


def _serve(connection: socket.socket, device: Peculiar, number: int) -> None:
    began_s, place = time.monotonic(), 0
    with connection:
        while True:
            try:
                frame = connection.recv(512)
            except OSError:
                return
            if len(frame) < 12:
                return
            exchange, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", frame[:12])
            asked = Asked(
                exchange, unit, function, address, count, number, place, time.monotonic() - began_s, frame[12:]
            )
            place += 1
            device.asked.append(asked)
            answer = device.behaviour(asked)
            if answer is None:
                continue
            try:
                connection.sendall(answer.removesuffix(CLOSE))
            except OSError:
                return
            if answer.endswith(CLOSE):
                return
