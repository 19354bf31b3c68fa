"""Which program holds a socket, as far as this user may know: root knows all, everybody else knows one's own, and of
the others the unit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.ports.inventory.control_groups import unit_in, unit_of_group
from gateway.ports.inventory.kernel_files import names_told, read_bytes, read_text
from gateway.ports.inventory.socket_table import ListeningSocket

_SOCKET = re.compile(r"socket:\[([0-9]+)\]", re.ASCII)
_MOST_BYTES = 1 << 16
_FIRST_PROCESS = "init.scope"
"""The unit of systemd itself."""


@dataclass(frozen=True, slots=True)
class SocketOwner:
    """One process that holds it. `programs`: its file's name, and the name it runs by, if that is another one; none:
    nobody but root can tell. `unit`: systemd's, that of the machine and not one of a user's own; `None`: of none, or
    nobody can tell."""

    programs: tuple[str, ...]
    unit: str | None


class SocketOwners:
    """Looks through the processes only when a socket is new: that takes far longer than to ask which sockets there
    are."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[int, tuple[SocketOwner, ...]] = {}

    def of(self, sockets: Iterable[ListeningSocket]) -> dict[int, tuple[SocketOwner, ...]]:
        """Who holds each, by the socket's number; nobody, where this user may not know."""
        asked = {socket.inode: socket.control_group for socket in sockets}
        new = asked.keys() - self._known.keys()
        held = _holders(self._root / "proc") if new else {}
        self._known = {
            inode: self._who(held.get(inode, ()), asked[inode]) if inode in new else self._known[inode]
            for inode in asked
        }
        return self._known

    def forget(self) -> None:
        """A socket may have been handed on: at the next look each is new."""
        self._known = {}

    def _who(self, holders: tuple[SocketOwner, ...], control_group: int | None) -> tuple[SocketOwner, ...]:
        """What systemd holds for a unit that it starts when somebody comes, it opened as that unit."""
        if holders and all(one.unit != _FIRST_PROCESS for one in holders):
            return holders
        opened = self._opened_in(control_group)
        if not holders or not opened:
            return holders or opened
        return tuple(replace(one, unit=opened[0].unit) if one.unit == _FIRST_PROCESS else one for one in holders)

    def _opened_in(self, control_group: int | None) -> tuple[SocketOwner, ...]:
        unit = None if control_group is None else unit_of_group(self._root, control_group)
        return () if unit is None else (SocketOwner((), unit),)


def _holders(proc: Path) -> dict[int, tuple[SocketOwner, ...]]:
    found: dict[int, tuple[SocketOwner, ...]] = {}
    for name in names_told(proc):
        inodes = _sockets_of(proc / name) if name.isdigit() else set()
        owner = _owner(proc / name) if inodes else None
        for inode in inodes:
            if owner is not None and owner not in found.get(inode, ()):
                found[inode] = (*found.get(inode, ()), owner)
    return found


def _sockets_of(process: Path) -> set[int]:
    found = set()
    descriptors = f"{process}/fd"
    for name in names_told(Path(descriptors)):
        try:
            target = os.readlink(f"{descriptors}/{name}")  # noqa: PTH115  # thousands: a path each costs twice as much
        except OSError:
            continue
        match = _SOCKET.fullmatch(target)
        if match is not None:
            found.add(int(match[1]))
    return found


def _owner(process: Path) -> SocketOwner | None:
    """`None`: it has ended meanwhile."""
    try:
        file: str | None = (process / "exe").readlink().name.removesuffix(" (deleted)")
    except OSError:
        file = None
    name = read_text(process / "comm")
    programs = tuple(dict.fromkeys(one for one in (file, name) if one))
    return SocketOwner(programs, _unit_of(read_bytes(process / "cgroup", _MOST_BYTES) or b"")) if programs else None


def _unit_of(control_groups: bytes) -> str | None:
    """By the lines of `proc/PID/cgroup`, of version 2 or of version 1."""
    for line in control_groups.decode("utf-8", "replace").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        unit = unit_in(path) if number == "0" or controllers == "name=systemd" else None
        if unit is not None:
            return unit
    return None
