"""The box's own doors: `listen:tcp:22`, with the program, the unit and the user behind each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import phrases, plain_text, read_bytes, word, words
from gateway.ports.inventory.socket_dump import dump_listening
from gateway.ports.inventory.socket_owners import SocketOwner, SocketOwners
from gateway.ports.inventory.socket_table import ListeningSocket, listening, numbers_of_clients

_MOST_BYTES = 1 << 20
_HIDDEN_USER = 65534
"""In place of every user that this process's own namespace of users has not got."""


Owners = Mapping[int, tuple[SocketOwner, ...]]
"""By the socket's number."""


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
            found.append(_door(port, sockets, owners, users))
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


def _door(port: PortId, sockets: list[ListeningSocket], owners: Owners, users: dict[int, str]) -> FoundPort:
    holders = dict.fromkeys(owner for socket in sockets for owner in owners.get(socket.inode, ()))
    addresses = sorted({str(socket.address) for socket in sockets})
    programs = list(dict.fromkeys(program for holder in holders for program in holder.programs))
    units = list(dict.fromkeys(holder.unit for holder in holders if holder.unit is not None))
    told = dict.fromkeys(socket.uid for socket in sockets if socket.uid != _HIDDEN_USER)
    by = phrases(users.get(uid, str(uid)) for uid in told)
    detail = phrases(
        (
            _who(phrases(programs), phrases(units)),
            Phrase("run by user {user}", user=by) if by else None,
            Phrase("listening at {where}", where=phrases(addresses)),
        )
    )
    outside = [socket for socket in sockets if not socket.address.is_loopback]
    identity = _apart(outside or sockets, owners) or words(*map(word, programs), *map(word, units))
    return FoundPort(port, True, identity, detail, is_local=not outside)


def _who(programs: str, units: str) -> Phrase:
    if programs and units:
        return Phrase("the program {programs} of the unit {units}", programs=programs, units=units)
    if programs:
        return Phrase("the program {programs}", programs=programs)
    return Phrase("a program of the unit {units}", units=units) if units else Phrase("a program that cannot be told")


def _apart(sockets: list[ListeningSocket], owners: Owners) -> str | None:
    """One word for several programs that share a number, at an address each, so that no word of one passes for both:
    `nginx.service+ssh.service`. `None`: it is one, as far as is told."""
    names = [_names(owners.get(socket.inode, ())) for socket in sockets]
    told = [one for one in names if one]
    if not told or set(told[0]).intersection(*told):
        return None
    return "+".join(sorted({one[0] for one in told}))


def _names(holders: tuple[SocketOwner, ...]) -> tuple[str, ...]:
    """Units, which the daemon is told, too; else programs."""
    units = tuple(name for one in holders if (name := word(one.unit)))
    return units or tuple(name for one in holders for program in one.programs if (name := word(program)))


def _users(root: Path) -> dict[int, str]:
    """Their names, by the box's own file: a directory on the network might never answer."""
    lines: Iterable[bytes] = (read_bytes(root / "etc/passwd", _MOST_BYTES) or b"").split(b"\n")
    fields = [line.split(b":") for line in lines]
    return {
        int(row[2]): plain_text(row[0].decode("utf-8", "replace")) or ""
        for row in fields
        if len(row) > 2 and row[2].isdigit()
    }
