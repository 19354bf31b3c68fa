"""The names and addresses of this machine, as far as it knows them: for a certificate that we make ourselves."""

from __future__ import annotations

import contextlib
import ipaddress
import socket

_SOMEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""RFC 5737, RFC 3849: nobody's. Nothing is sent there; the system says from which address it would be."""
_ANY_PORT = 9


def own_names() -> list[str]:
    """Host name, loopback, and the addresses by which others reach us first. Without a network the first ones alone."""
    found = ["localhost", "127.0.0.1", "::1"]
    name = socket.gethostname().lower()
    if name and name.isascii() and not name.endswith("."):
        found.append(name)
    for family, somewhere in _SOMEWHERE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((somewhere, _ANY_PORT))
            found.append(asked.getsockname()[0].partition("%")[0])
    return found


def is_any(host: str) -> bool:
    """Whether an address to listen at stands for every one of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
