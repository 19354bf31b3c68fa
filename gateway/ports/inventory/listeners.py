"""The box's own doors: `listen:tcp:22`, with the program, the unit and the user behind each."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from pathlib import Path

from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import phrases, plain_text, read_bytes, word, words
from gateway.ports.inventory.socket_owners import SocketOwner, SocketOwners
from gateway.ports.inventory.socket_table import ListeningSocket, listening, numbers_of_clients

_MOST_BYTES = 1 << 20


class Listeners:
    """A door is found while a program listens there, over IPv4 or IPv6; of one that is closed there is nothing to see.

    A UDP socket with a number out of those that clients are given is a door only if it is `declared`: it was given the
    number by chance, and has another one at its next start. Nobody could declare it.
    """

    def __init__(self, root: Path, declared: Collection[PortId] = ()) -> None:
        self._root = root
        self._declared = frozenset(declared)
        self._owners = SocketOwners(root / "proc")

    def look(self) -> list[FoundPort]:
        """
        Raises:
            OSError: nobody can tell.
        """
        clients = numbers_of_clients(self._root / "proc")
        doors: dict[PortId, list[ListeningSocket]] = {}
        for socket in listening(self._tables()):
            port = PortId(PortKind.LISTEN, f"{socket.protocol}:{socket.number}")
            if socket.protocol == "tcp" or socket.number not in clients or port in self._declared:
                doors.setdefault(port, []).append(socket)
        owners = self._owners.of({socket.inode for sockets in doors.values() for socket in sockets})
        users = _users(self._root) if doors else {}
        found = []
        for port, sockets in sorted(doors.items()):
            holders = dict.fromkeys(owner for socket in sockets for owner in owners.get(socket.inode, ()))
            found.append(_door(port, sockets, tuple(holders), users))
        return found

    def forget(self) -> None:
        """Ask anew who holds each socket."""
        self._owners.forget()

    def _tables(self) -> Path:
        """Of the network this process is in, or of the box's, seen from a container."""
        proc = self._root / "proc"
        return (
            proc / "self/net"
            if self._root == Path("/")
            else proc / "1/net"
            if (proc / "1/net").exists()
            else proc / "net"
        )


def _door(
    port: PortId, sockets: list[ListeningSocket], holders: tuple[SocketOwner, ...], users: dict[int, str]
) -> FoundPort:
    addresses = sorted({str(socket.address) for socket in sockets})
    programs = list(dict.fromkeys(program for holder in holders for program in holder.programs))
    units = list(dict.fromkeys(holder.unit for holder in holders if holder.unit is not None))
    by = phrases(dict.fromkeys(users.get(socket.uid, f"user {socket.uid}") for socket in sockets))
    detail = phrases(
        (
            phrases(programs) or "a program that only root may see",
            f"of {phrases(units)}" if units else None,
            f"by {by}",
            f"at {phrases(addresses)}",
        ),
        " ",
    )
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
