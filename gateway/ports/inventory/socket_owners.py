"""Which program holds a socket, as far as this user may know: root knows all, everybody else knows one's own."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.ports.inventory.kernel_files import names_told, read_bytes, read_text

_SOCKET = re.compile(r"socket:\[([0-9]+)\]", re.ASCII)
_UNIT = re.compile(r"[^/]+\.(service|socket|scope)", re.ASCII)
_MOST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class SocketOwner:
    """One process that holds it. `programs`: its file's name, and the name it runs by, if that is another one. `unit`:
    systemd's, that of the machine and not one of a user's own; `None`: of none, or nobody can tell."""

    programs: tuple[str, ...]
    unit: str | None


class SocketOwners:
    """Looks through the processes only when a socket is new: that takes far longer than to read the sockets' tables."""

    def __init__(self, proc: Path) -> None:
        self._proc = proc
        self._known: dict[int, tuple[SocketOwner, ...]] = {}

    def of(self, inodes: Collection[int]) -> Mapping[int, tuple[SocketOwner, ...]]:
        """Who holds each; nobody, where this user may not know."""
        if any(inode not in self._known for inode in inodes):
            held = self._look()
            self._known = {inode: held.get(inode, self._known.get(inode, ())) for inode in inodes}
        elif len(self._known) > len(inodes):
            self._known = {inode: self._known[inode] for inode in inodes}
        return self._known

    def forget(self) -> None:
        """A socket may have been handed on: at the next look each is new."""
        self._known = {}

    def _look(self) -> dict[int, tuple[SocketOwner, ...]]:
        found: dict[int, tuple[SocketOwner, ...]] = {}
        for name in names_told(self._proc):
            inodes = _sockets_of(self._proc / name) if name.isdigit() else set()
            owner = _owner(self._proc / name) if inodes else None
            for inode in inodes:
                if owner is not None and owner not in found.get(inode, ()):
                    found[inode] = (*found.get(inode, ()), owner)
        return found


def _sockets_of(process: Path) -> set[int]:
    found = set()
    descriptors = f"{process}/fd"
    for name in names_told(Path(descriptors)):
        try:
            match = _SOCKET.fullmatch(os.readlink(f"{descriptors}/{name}"))  # noqa: PTH115  # thousands: a path each costs twice as much
        except OSError:
            continue
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
    return SocketOwner(programs, unit_of(read_bytes(process / "cgroup", _MOST_BYTES) or b"")) if programs else None


def unit_of(control_groups: bytes) -> str | None:
    """Of the lines of `proc/PID/cgroup`, the outermost unit: whoever has a user's rights names the inner ones. Worked:
    `0::/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service` is `user@1000.service`."""
    for line in control_groups.decode("utf-8", "replace").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" or controllers == "name=systemd":
            unit = next((part for part in path.split("/") if _UNIT.fullmatch(part)), None)
            if unit is not None:
                return unit
    return None
