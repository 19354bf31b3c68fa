"""What is told of the box itself in a hand-over: the keys by which it is known over ssh, and which software runs."""

from __future__ import annotations

import base64
import binascii
import hashlib
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from gateway import __version__
from gateway.core.printable import printable
from gateway.ports.inventory.kernel_files import read_bytes

OWN_VERSIONS = ("station-gateway", "python", "kernel", "system")
"""Of what runs and what it runs on; the others are of packages that it is made of."""
_LARGEST = 16_384
_MACHINE = ("proc/device-tree/model", "sys/class/dmi/id/product_name")
"""Of a board that a device tree describes, and of a PC."""
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class HostKey:
    """As `ssh-keygen -l` shows it."""

    kind: str
    fingerprint: str


def host_keys(root: Path) -> tuple[HostKey, ...]:
    """The public keys of the box's ssh server; none where there is no server, or none can be read."""
    try:
        files = sorted((root / "etc/ssh").glob("ssh_host_*_key.pub"))
        return tuple(_host_keys(files))
    except OSError:
        return ()


def _host_keys(files: list[Path]) -> Iterator[HostKey]:
    for file in files:
        with file.open("rb") as opened:
            words = opened.read(_LARGEST).decode("ascii", "replace").split()
        try:
            digest = hashlib.sha256(base64.b64decode(words[1], validate=True)).digest()
        except (IndexError, ValueError, binascii.Error):
            continue
        yield HostKey(printable(words[0]), f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}")


def machine(root: Path) -> str | None:
    """Which board or computer this is, by its firmware; `None`: it does not tell."""
    for file in _MACHINE:
        name = (read_bytes(root / file) or b"").strip(b"\0\n ")  # a device tree's texts end with a zero
        if name:
            return printable(name.decode("utf-8", "replace"))
    return None


def versions(root: Path) -> dict[str, str]:
    """Of the gateway, what it is made of, and what it runs on, by name."""
    found = {"station-gateway": __version__, "python": platform.python_version(), "kernel": platform.release()}
    system = _system(root)
    if system is not None:
        found["system"] = system
    for requirement in requires("station-gateway") or []:
        name = _REQUIREMENT.match(requirement)
        if name is not None and "extra ==" not in requirement:
            try:
                found[name[0]] = version(name[0])
            except PackageNotFoundError:
                continue
    return found


def _system(root: Path) -> str | None:
    try:
        with (root / "etc/os-release").open("rb") as opened:
            lines = opened.read(_LARGEST).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    return next((printable(line[12:].strip('"')) for line in lines if line.startswith("PRETTY_NAME=")), None)
