"""Serial ports of the board itself: `serial:ttyS0`. What is wired to one can often not be told: then nobody says that
nothing is."""

from __future__ import annotations

import os
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import (
    names_in,
    names_told,
    phrases,
    plain_text,
    read_bytes,
    read_text,
    socket_above,
)

_TTYS = "sys/class/tty"
_ABSENT_UART = "0"
"""`type`: the driver keeps a name for a chip that this board has not got."""
_LOGINS = "system.slice/system-serial\\x2dgetty.slice/serial-getty@{}.service"
"""systemd's unit that asks for a name and a password there, by its control group."""
_GROUPS = ("sys/fs/cgroup", "sys/fs/cgroup/systemd", "sys/fs/cgroup/unified")


def serial_ports(root: Path) -> list[FoundPort]:
    """Every one that the board has. Occupied: the kernel's console or a login is there. Else nobody can tell: two wires
    raise no signal, and many chips say that a signal is raised where none is wired.

    Raises:
        OSError: nobody can tell which there are.
    """
    names = [name for name in names_in(root / _TTYS) if _is_of_the_board(root / _TTYS / name)]
    consoles = (read_text(root / _TTYS / "console" / "active") or "").split() if names else []
    terminals = _terminals(root) if names else {}
    found = []
    for name in names:
        programs = terminals.get(read_text(root / _TTYS / name / "dev") or "", [])
        has_login = any((root / group / _LOGINS.format(name)).exists() for group in _GROUPS)
        detail = phrases(
            (
                Phrase("the kernel's console") if name in consoles else None,
                *(Phrase("a login ({program})", program=program) for program in programs),
                Phrase("a login") if has_login and not programs else None,
            )
        )
        found.append(FoundPort(PortId(PortKind.SERIAL, name), True if detail else None, None, detail))
    return found


def port_of_device(root: Path, device: str) -> PortId | None:
    """The port at which a serial device is, such as `/dev/ttyS0` or one of `/dev/serial/by-id`: an adapter is at its
    USB socket. `None`: there is no such device now, or it is at no port."""
    name = Path(os.path.realpath(root / device.lstrip("/"))).name
    tty = root / _TTYS / name
    place = socket_above(tty)
    if place == "" or not (tty / "device").exists():
        return None
    return PortId(PortKind.SERIAL, name) if place is None else PortId(PortKind.USB, place)


def _is_of_the_board(tty: Path) -> bool:
    return (tty / "device").exists() and not socket_above(tty) is not None and read_text(tty / "type") != _ABSENT_UART


def _terminals(root: Path) -> dict[str, list[str]]:
    """`major:minor` of a terminal → programs that began a session at it: getty, login, a shell."""
    found: dict[str, list[str]] = {}
    for name in names_told(root / "proc"):
        if name.isdigit():
            content = read_bytes(root / "proc" / name / "stat") or b""
            before, _, rest = content.rpartition(b")")  # a program's name may have blanks and brackets in it
            fields = rest.split()
            if len(fields) > 4 and fields[3] == name.encode() and fields[4].lstrip(b"-").isdigit():
                number = int(fields[4]) & 0xFFFFFFFF
                device = f"{(number >> 8) & 0xFFF}:{(number & 0xFF) | ((number >> 12) & 0xFFF00)}"
                program = before.partition(b"(")[2].decode("utf-8", "replace")
                found.setdefault(device, []).append(plain_text(program) or "?")
    return found
