"""The kernel's tables of sockets: which of them somebody from outside can talk to."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.ports.inventory.kernel_files import read_bytes

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TABLES = ("tcp", "tcp6", "udp", "udp6")
_LISTENS, _UNCONNECTED = b"0A", b"07"
"""`st` of a TCP socket that listens, of a UDP socket that takes from anybody (include/net/tcp_states.h)."""
_MOST_BYTES = 1 << 23
_RANGE = (32768, 60999)
"""Numbers that the kernel gives to clients, where `ip_local_port_range` is hidden."""


@dataclass(frozen=True, slots=True)
class ListeningSocket:
    """`uid`: the user who opened it. `inode`: its number, for who holds it. `control_group`: the number of the one in
    which it was opened; `None`: not told."""

    protocol: str
    number: int
    address: Address
    uid: int
    inode: int
    control_group: int | None = None


def listening(folder: Path) -> list[ListeningSocket]:
    """All of them, by `proc/PID/net`. UDP sockets that are connected are none.

    Raises:
        OSError: nobody can tell.
    """
    found = []
    for table in TABLES:
        content = read_bytes(folder / table, _MOST_BYTES)
        if content is None and table in ("tcp", "udp"):
            raise FileNotFoundError(Phrase("{folder} cannot be read", folder=folder / table))
        found += list(_rows(table[:3], content or b""))
    return found


def numbers_of_clients(proc: Path) -> range:
    """What a UDP socket is bound to that asked for no number: a client waits for an answer there, for a moment."""
    content = (read_bytes(proc / "sys/net/ipv4/ip_local_port_range") or b"").split()
    low, high = map(int, content) if len(content) == 2 and all(map(bytes.isdigit, content)) else _RANGE
    return range(low, high + 1)


def _rows(protocol: str, content: bytes) -> Iterator[ListeningSocket]:
    wanted = _LISTENS if protocol == "tcp" else _UNCONNECTED
    mark = b" " + wanted + b" "
    for line in content.split(b"\n"):
        if mark in line:
            socket = _socket(protocol, line.split(), wanted)
            if socket is not None:
                yield socket


def _socket(protocol: str, fields: list[bytes], wanted: bytes) -> ListeningSocket | None:
    """A line that is none of a table's is none of a socket's."""
    if len(fields) < 10 or fields[3] != wanted or not re.fullmatch(rb"[0:]+", fields[2]):
        return None
    address, _, number = fields[1].partition(b":")
    try:
        port = int(number, 16)
        return ListeningSocket(protocol, port, _address(address), int(fields[7]), int(fields[9])) if port else None
    except ValueError:
        return None


def _address(digits: bytes) -> Address:
    """In words of four bytes, each as the processor has it. Worked, little-endian: `0100007F` is 127.0.0.1."""
    packed = bytes.fromhex(digits.decode("ascii"))
    if sys.byteorder == "little":
        packed = b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4))
    return seen_address(ipaddress.ip_address(packed))


def seen_address(address: Address) -> Address:
    """An IPv4 address that was written as an IPv6 one is an IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
