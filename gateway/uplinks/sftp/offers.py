"""What an SSH server offers, read from the first bytes that it sent: the lists of algorithms before all encryption.

The library names only the first thing that is not in common, and of it neither list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.core.phrase import Phrase

_KEX_INIT = 20
_COOKIE_BYTES = 16
_GREETING = re.compile(rb"(?:^|\n)SSH-[^\n]*\n")


@dataclass(frozen=True, slots=True)
class Offers:
    """Names of algorithms, each list in the server's order."""

    key_exchange: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]


def offers_in(heard: bytes) -> Offers | None:
    """`heard`: everything that came, from the first byte on. `None`: no whole list in it."""
    greeting = _GREETING.search(heard)
    if greeting is None:
        return None
    for payload in _payloads(heard[greeting.end() :]):
        if payload[:1] == bytes([_KEX_INIT]):
            lists = _lists(payload[1 + _COOKIE_BYTES :])
            return Offers(lists[0], lists[1], lists[2], lists[4]) if len(lists) >= 6 else None
    return None


def nothing_in_common(theirs: Offers, ours: Offers) -> str:
    """What the two lack, with both lists of each; empty where there is something of everything."""
    pairs = (
        (Phrase("key exchange"), theirs.key_exchange, ours.key_exchange),
        (Phrase("kind of host key"), theirs.host_keys, ours.host_keys),
        ("cipher", theirs.ciphers, ours.ciphers),
        ("MAC", theirs.macs, ours.macs),
    )

    return "; ".join(
        Phrase(
            "no {what} in common: the server offers {shown}, the gateway {shown2}",
            what=what,
            shown=_shown(offered),
            shown2=_shown(known),
        )
        for what, offered, known in pairs
        if not set(offered) & set(known)
    )


def _shown(names: Sequence[str]) -> str:
    """Without what is no algorithm but a sign between the two (RFC 8308, strict key exchange)."""
    return ", ".join(name for name in names if not name.startswith(("ext-info-", "kex-strict-"))) or "none"


def _payloads(packets: bytes) -> Iterator[bytes]:
    """Of each packet that is there as a whole."""
    while len(packets) > 5:
        length, padding = int.from_bytes(packets[:4]), packets[4]
        if not padding + 1 < length <= len(packets) - 4:
            return
        yield packets[5 : 4 + length - padding]
        packets = packets[4 + length :]


def _lists(content: bytes) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    while len(content) >= 4 and len(found) < 10:
        length = int.from_bytes(content[:4])
        if len(content) < 4 + length:
            break
        text = content[4 : 4 + length].decode("ascii", errors="replace")
        found.append(tuple(name for name in text.split(",") if name))
        content = content[4 + length :]
    return found
