"""How failures and received bytes are shown in messages. Pure."""

from __future__ import annotations

_SHOWN_BYTES = 16
_SHOWN_CHARACTERS = 120
_AS_WRITTEN = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0x100))}
_AS_WRITTEN |= {ord("\r"): r"\r", ord("\n"): r"\n", ord("\t"): r"\t", ord("\\"): r"\\", ord('"'): r"\x22"}


def error_words(error: OSError) -> str:
    """What went wrong, as the system says it."""
    return error.strerror or str(error) or type(error).__name__


def hex_excerpt(received: bytes) -> str:
    """The first bytes in hexadecimal digits, and how many there are."""
    return _cut(received, received[:_SHOWN_BYTES].hex(" "), _SHOWN_BYTES)


def text_excerpt(received: bytes) -> str:
    """The first characters, others than printable ones as YAML's double quotes take them: what an expression for the
    line is written from. Holds no double quote, which would end the text that a log line quotes."""
    shown = received[:_SHOWN_CHARACTERS].decode("latin-1").translate(_AS_WRITTEN)
    return _cut(received, f"'{shown}'", _SHOWN_CHARACTERS)


def _cut(received: bytes, shown: str, most: int) -> str:
    return f"{shown} … ({len(received)} bytes)" if len(received) > most else shown
