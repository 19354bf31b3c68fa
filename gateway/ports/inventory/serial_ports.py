"""Serial ports of the board itself: `serial:ttyS0`. What is wired to one can often not be told: then nobody says that
nothing is."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.inventory.kernel_files import is_below_usb, names_in, names_told, phrases, read_bytes, read_text

_TTYS = "sys/class/tty"
_ABSENT_UART = "0"
"""`type`: the driver keeps a name for a chip that this board has not got."""
_LINES = re.compile(rb"^([0-9]+): uart:[^\n]*?((?:\b(?:RTS|CTS|DTR|DSR|CD|RI)\b\|?)*)$", re.MULTILINE)
_FROM_OUTSIDE = ("CTS", "DSR", "CD", "RI")
"""Signals that only the other end can raise."""
_MOST_BYTES = 1 << 16


def serial_ports(root: Path) -> list[FoundPort]:
    """Every one that the board has. Occupied: the kernel's console or a login is there, or the other end raises a
    signal. Else nobody can tell: two wires are enough.

    Raises:
        OSError: nobody can tell which there are.
    """
    names = [name for name in names_in(root / _TTYS) if _is_of_the_board(root / _TTYS / name)]
    if not names:
        return []
    consoles = (read_text(root / _TTYS / "console" / "active") or "").split()
    signals, logins = _signals(root), _terminals(root)
    found = []
    for name in names:
        number = read_text(root / _TTYS / name / "dev")
        reasons = [
            "the kernel's console" if name in consoles else None,
            *(f"a login is open there ({program})" for program in logins.get(number or "", ())),
            f"signals from outside: {' '.join(signals[name])}" if signals.get(name) else None,
        ]
        detail = phrases(reasons)
        found.append(FoundPort(PortId(PortKind.SERIAL, name), True if detail else None, None, detail))
    return found


def _is_of_the_board(tty: Path) -> bool:
    return (tty / "device").exists() and not is_below_usb(tty) and read_text(tty / "type") != _ABSENT_UART


def _signals(root: Path) -> dict[str, list[str]]:
    """What 8250s hear, where this user may know it."""
    table = read_bytes(root / "proc/tty/driver/serial", _MOST_BYTES) or b""
    heard = {}
    for number, signals in _LINES.findall(table):
        raised = signals.decode("ascii").split("|")
        heard[f"ttyS{int(number)}"] = [signal for signal in raised if signal in _FROM_OUTSIDE]
    return heard


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
                found.setdefault(device, []).append(program)
    return found
