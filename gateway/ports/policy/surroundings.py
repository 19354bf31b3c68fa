"""What is in use on the box at this moment: sessions, sshd's doors, what hangs on USB, the ways out."""

from __future__ import annotations

import ipaddress
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.core.ports import PortKind
from gateway.ports.inventory.inventory import Inventory
from gateway.ports.inventory.kernel_files import names_told, read_bytes, read_text
from gateway.ports.inventory.socket_table import seen_address
from gateway.ports.policy.lockout import Address, SshSession, Surroundings, UsbCarries, UsbInUse
from gateway.ports.policy.usb_tree import UsbTree

_SSH = {"sshd", "ssh.service", "ssh.socket", "sshd.service", "dropbear", "dropbear.service"}
_ESTABLISHED = "01"
_IS_UP = 0x1
_PLACE = re.compile(r"[0-9]+-[0-9]+(\.[0-9]+)*", re.ASCII)
_MOST_BYTES = 1 << 22
_WITHIN_S = 10


def surroundings(
    root: Path, serial_links: Mapping[str, str], hosts: tuple[str, ...], terminal: str | None, relay: int | None = None
) -> Surroundings:
    """`serial_links`: the device of each link by a serial line. `hosts`: addresses of instruments in the network.
    `terminal`, `relay`: as in `Surroundings`.

    Raises:
        OSError: who listens cannot be seen.
    """
    doors = tuple(sorted(_ssh_doors(root)))
    return Surroundings(
        sessions=tuple(_sessions(root, doors)),
        ssh_doors=doors,
        usb=tuple(_usb_in_use(root, serial_links)),
        ways=tuple(sorted(_ways(root, hosts))),
        terminal=terminal,
        relay=relay,
    )


def _ssh_doors(root: Path) -> set[int]:
    look = Inventory(root).look_at((PortKind.LISTEN,))
    if PortKind.LISTEN in look.unseen:
        raise OSError(look.unseen[PortKind.LISTEN])
    return {
        int(found.id.place.removeprefix("tcp:"))
        for found in look.found
        if found.id.place.startswith("tcp:")
        and not found.is_local
        and (found.id.place == "tcp:22" or _SSH & set((found.identity or "").split()))
    }


def _sessions(root: Path, doors: tuple[int, ...]) -> Iterator[SshSession]:
    """Connections that are open at sshd's doors, by the kernel's tables."""
    folder = root / ("proc/self/net" if root == Path("/") else "proc/1/net")
    interfaces = _interfaces_by_address() if root == Path("/") else {}
    for table in ("tcp", "tcp6"):
        for line in (read_bytes(folder / table, _MOST_BYTES) or b"").decode("ascii", "replace").splitlines()[1:]:
            fields = line.split()
            if len(fields) > 3 and fields[3] == _ESTABLISHED:
                own, source = _end(fields[1]), _end(fields[2])
                if own is not None and source is not None and own[1] in doors:
                    yield SshSession(source[0], own[1], interfaces.get(own[0]))


def _end(text: str) -> tuple[Address, int] | None:
    """An address in words of four bytes, each as the processor has it, and a number; `None`: it is neither."""
    digits, _, number = text.partition(":")
    try:
        packed = bytes.fromhex(digits)
        if sys.byteorder == "little":
            packed = b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4))
        return seen_address(ipaddress.ip_address(packed)), int(number, 16)
    except ValueError:
        return None


def _interfaces_by_address() -> dict[Address, str]:
    """Which interface has which address. None, where nobody can tell."""
    try:
        done = subprocess.run(["ip", "-json", "address"], capture_output=True, timeout=_WITHIN_S, check=True)
        told = json.loads(done.stdout)
        pairs = [(one["local"], link["ifname"]) for link in told for one in link.get("addr_info", ())]
        return {ipaddress.ip_address(address): str(name).partition("@")[0] for address, name in pairs}
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return {}


def _ways(root: Path, hosts: tuple[str, ...]) -> set[str]:
    """Interfaces with a default route, or with one that leads to an instrument; of IPv4, which stations have."""
    folder = root / ("proc/self/net" if root == Path("/") else "proc/1/net")
    wanted = [address for address in map(_ipv4, hosts) if address is not None]
    found = set()
    for line in (read_bytes(folder / "route", _MOST_BYTES) or b"").decode("ascii", "replace").splitlines()[1:]:
        fields = line.split()
        if len(fields) > 7:
            network, mask = (int(ipaddress.IPv4Address(_packed(fields[at]))) for at in (1, 7))
            if mask == 0 or any(int(address) & mask == network for address in wanted):
                found.add(fields[0])
    return found


def _packed(digits: str) -> bytes:
    packed = bytes.fromhex(digits)
    return packed[::-1] if sys.byteorder == "little" else packed


def _ipv4(host: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        return None


def _usb_in_use(root: Path, serial_links: Mapping[str, str]) -> Iterator[UsbInUse]:
    devices = {one.place: one for one in UsbTree(root).devices()}
    for place, one in devices.items():
        for interface in sorted(one.folder.parent.glob(f"{place}:*")):
            kind = (read_text(interface / "bInterfaceClass"), read_text(interface / "bInterfaceProtocol"))
            if kind == ("03", "01"):
                yield UsbInUse(place, one.device, UsbCarries.KEYBOARD, place)
    for carries, name, path in _carried(root, serial_links):
        socket = _place_of(path)
        if socket is not None and socket in devices:
            yield UsbInUse(socket, devices[socket].device, carries, name)


def _carried(root: Path, serial_links: Mapping[str, str]) -> Iterator[tuple[UsbCarries, str, Path]]:
    """What may hang on USB, by the places of sysfs: interfaces that are on, mounted disks, links' serial lines."""
    for name in names_told(root / "sys/class/net"):
        flags = read_text(root / "sys/class/net" / name / "flags")
        if flags is not None and int(flags, 16) & _IS_UP:
            yield UsbCarries.NETWORK, name, root / "sys/class/net" / name
    mounts = (read_bytes(root / "proc/self/mountinfo", _MOST_BYTES) or b"").decode("utf-8", "replace")
    for fields in map(str.split, mounts.splitlines()):
        if len(fields) > 4:
            yield UsbCarries.DISK, fields[4], root / "sys/dev/block" / fields[2]
    for link, device in serial_links.items():
        tty = (root / device.lstrip("/")).resolve().name
        yield UsbCarries.SERIAL, link, root / "sys/class/tty" / tty


def _place_of(path: Path) -> str | None:
    """The socket nearest to what lies there; `None`: it is not on USB, or there is no such thing."""
    try:
        parts = path.resolve(strict=True).parts
    except OSError:
        return None
    return next((part for part in reversed(parts) if _PLACE.fullmatch(part)), None)
