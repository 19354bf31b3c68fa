"""What a link wants of the way to its far end, be it a serial port or a connection."""

from __future__ import annotations

from typing import Protocol

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
