"""What a link wants of the way to its far end, be it a serial port or a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.core.errors import InstrumentGarbled, InstrumentSilent
from gateway.core.phrase import Phrase
from gateway.instruments.lines.excerpts import error_words


class ByteLine(Protocol):
    """A way for bytes to one far end. Every failure is an `OSError`."""

    address: str
    timeout_s: float

    @property
    def is_open(self) -> bool: ...
    def open(self) -> None: ...
    def verify(self) -> None: ...
    def drain(self, listen_s: float) -> None: ...
    def wire_time_s(self, byte_count: int) -> float: ...
    def send(self, frame: bytes) -> None: ...
    def receive(self, longest_s: float) -> bytes: ...
    def interrupt(self) -> None: ...
    def close(self) -> None: ...
    def release(self) -> None: ...


def ensure_open(line: ByteLine) -> bool:
    """Make sure of an open line, a new one if the far end left the old one. Returns whether it is a new one.

    Raises:
        InstrumentSilent: there is none to be had within the time-out.
    """
    try:
        line.verify()
        if line.is_open:
            return False
        line.open()
    except OSError as error:
        line.close()
        raise InstrumentSilent(
            Phrase("{address}: cannot connect: {error_words}", address=line.address, error_words=error_words(error))
        ) from error
    return True


def receive_more(line: ByteLine, longest_s: float, received: bytes, shown: Callable[[bytes], str]) -> bytes:
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
        raise InstrumentGarbled(
            Phrase("{address}: broke off after {shown}", address=line.address, shown=shown(received))
        ) from error
