"""The box's own doors: `listen:tcp:22`, with the program, the unit and the user behind each."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from pathlib import Path

from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import phrases, plain_text, read_bytes, word, words
from gateway.ports.inventory.socket_dump import dump_listening
from gateway.ports.inventory.socket_owners import SocketOwner, SocketOwners
from gateway.ports.inventory.socket_table import ListeningSocket, listening, numbers_of_clients

_MOST_BYTES = 1 << 20
_HIDDEN_USER = 65534
"""In place of every user that this process's own namespace of users has not got."""


class Listeners:
    """A door is found while a program listens there, over IPv4 or IPv6; of one that is closed there is nothing to see.

    A UDP socket with a number out of those that clients are given is a door only if it is `declared`: it was given the
    number by chance, and has another one at its next start: nobody could declare it.
    """

    def __init__(self, root: Path, declared: Collection[PortId] = ()) -> None:
        self._root = root
        self._declared = frozenset(declared)
        self._owners = SocketOwners(root)

    def look(self) -> list[FoundPort]:
        """
        Raises:
            OSError: nobody can tell.
        """
        clients = numbers_of_clients(self._root / "proc")
        doors: dict[PortId, list[ListeningSocket]] = {}
        for socket in self._listening():
            port = PortId(PortKind.LISTEN, f"{socket.protocol}:{socket.number}")
            if socket.protocol == "tcp" or socket.number not in clients or port in self._declared:
                doors.setdefault(port, []).append(socket)
        owners = self._owners.of(socket for sockets in doors.values() for socket in sockets)
        users = _users(self._root) if doors else {}
        found = []
        for port, sockets in sorted(doors.items()):
            holders = dict.fromkeys(owner for socket in sockets for owner in owners.get(socket.inode, ()))
            found.append(_door(port, sockets, tuple(holders), users))
        return found

    def forget(self) -> None:
        """Ask anew who holds each socket."""
        self._owners.forget()

    def _listening(self) -> list[ListeningSocket]:
        """Of the network this process is in; of the box's, seen from a container."""
        proc = self._root / "proc"
        if self._root != Path("/"):
            return listening(proc / "1/net")
        try:
            return dump_listening()
        except OSError:  # the kernel was built without it, or this process may not ask
            return listening(proc / "self/net")


def _door(
    port: PortId, sockets: list[ListeningSocket], holders: tuple[SocketOwner, ...], users: dict[int, str]
) -> FoundPort:
    addresses = sorted({str(socket.address) for socket in sockets})
    programs = list(dict.fromkeys(program for holder in holders for program in holder.programs))
    units = list(dict.fromkeys(holder.unit for holder in holders if holder.unit is not None))
    told = dict.fromkeys(socket.uid for socket in sockets if socket.uid != _HIDDEN_USER)
    by = phrases((users.get(uid, f"user {uid}") for uid in told), " and ")
    who = phrases(
        (
            phrases(programs) or ("a program" if units else "a program that cannot be told"),
            f"of {phrases(units)}" if units else None,
        ),
        " ",
    )
    detail = phrases((who, f"by {by}" if by else None, f"at {phrases(addresses, ' and ')}"))
    is_local = all(_is_loopback(socket.address) for socket in sockets)
    return FoundPort(port, True, words(*map(word, programs), *map(word, units)), detail, is_local)


def _is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_loopback


def _users(root: Path) -> dict[int, str]:
    """Their names, by the box's own file: a directory on the network might never answer."""
    lines: Iterable[bytes] = (read_bytes(root / "etc/passwd", _MOST_BYTES) or b"").split(b"\n")
    fields = [line.split(b":") for line in lines]
    return {
        int(row[2]): plain_text(row[0].decode("utf-8", "replace")) or ""
        for row in fields
        if len(row) > 2 and row[2].isdigit()
    }
