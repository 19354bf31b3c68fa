"""A line → an open line, or the reason in words; and how failures and bytes are shown."""

from __future__ import annotations

from typing import Protocol

from gateway.core.errors import InstrumentSilent

_SHOWN_BYTES = 16
_SHOWN_CHARACTERS = 120
_AS_WRITTEN = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0x100))}
_AS_WRITTEN |= {ord("\r"): r"\r", ord("\n"): r"\n", ord("\t"): r"\t", ord("\\"): r"\\", ord('"'): r"\x22"}


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
    return _cut(received, received[:_SHOWN_BYTES].hex(" "), _SHOWN_BYTES)


def text_excerpt(received: bytes) -> str:
    """The first characters, others than printable ones as YAML's double quotes take them: what an expression for the
    line is written from. Holds no double quote, which would end the text that a log line quotes."""
    shown = received[:_SHOWN_CHARACTERS].decode("latin-1").translate(_AS_WRITTEN)
    return _cut(received, f"'{shown}'", _SHOWN_CHARACTERS)


def _cut(received: bytes, shown: str, most: int) -> str:
    return f"{shown} … ({len(received)} bytes)" if len(received) > most else shown
