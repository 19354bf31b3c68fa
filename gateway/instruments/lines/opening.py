"""A line → an open line, or the reason in words; and how failures and bytes are shown."""

from __future__ import annotations

from typing import Protocol

from gateway.core.errors import InstrumentSilent


class Openable(Protocol):
    address: str

    @property
    def is_open(self) -> bool: ...
    def open(self) -> None: ...
    def verify(self) -> None: ...
    def close(self) -> None: ...


def ensure_open(line: Openable) -> bool:
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
        raise InstrumentSilent(f"{line.address}: cannot connect: {words(error)}") from error
    return True


def words(error: OSError) -> str:
    """What went wrong, as the system says it."""
    return error.strerror or str(error) or type(error).__name__


def excerpt(received: bytes) -> str:
    """The first bytes in hexadecimal digits, and how many there are."""
    shown = received[:16].hex(" ")
    return f"{shown} … ({len(received)} bytes)" if len(received) > 16 else shown
