"""What a link wants of the way to its far end, be it a serial port or a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.core.errors import InstrumentGarbled
from gateway.instruments.lines.opening import Openable


class Line(Openable, Protocol):
    """A way for bytes to one far end. Every failure is an `OSError`."""

    timeout_s: float

    def settle(self, listen_s: float) -> None: ...
    def wire_time_s(self, byte_count: int) -> float: ...
    def send(self, frame: bytes) -> None: ...
    def receive(self, longest_s: float) -> bytes: ...
    def interrupt(self) -> None: ...
    def release(self) -> None: ...


def receive_more(line: Line, longest_s: float, received: bytes, shown: Callable[[bytes], str]) -> bytes:
    """What arrives next of an answer of which `received` is there; empty if nothing came in time.

    Raises:
        InstrumentGarbled: the far end broke off in the middle of it.
        OSError: it has left without a word, or the line failed.
    """
    try:
        return line.receive(longest_s)
    except ConnectionError as error:
        if not received:
            raise
        raise InstrumentGarbled(f"{line.address}: broke off after {shown(received)}") from error
