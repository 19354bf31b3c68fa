"""An installed package made into a file again: what dpkg knows of it, with what lies on the disk. Not compressed: it is
kept for minutes, or for the day on which somebody goes back.

A configuration file that people may have changed is left out, and with it what dpkg knows of it: it stays on the disk
as it is.
"""

from __future__ import annotations

import io
import os
import re
import tarfile
from pathlib import Path
from typing import IO

from .commands import call

_NOT_OF_CONTROL = re.compile(r"^(Status|Config-Version|Conffiles):.*\n(?: .*\n)*", re.MULTILINE)
_HEAD = "{name:<16}{mtime:<12}0     0     100644  {size:<10}`\n"
"""Of a member of an ar archive, 60 bytes."""


class NotPacked(Exception):
    """The package cannot be made into a file."""


def files_of(package: str) -> list[Path]:
    """What dpkg installed, folders included, as far as it is there; without configuration files."""
    configured = set(_said("dpkg-query", "-W", "-f", "${Conffiles}", package).split())
    listed = _said("dpkg-query", "--listfiles", package).splitlines()
    return [Path(one) for one in listed if one.startswith("/") and one not in configured and os.path.lexists(one)]


def size_of(package: str) -> int:
    """About as many bytes as its file will have."""
    return sum(file.lstat().st_size + 1536 for file in files_of(package))


def pack(package: str, target: Path) -> None:
    """
    Raises:
        NotPacked: dpkg does not know it.
        OSError: it cannot be written.
    """
    with target.open("w+b") as archive:
        archive.write(b"!<arch>\n")
        _member(archive, "debian-binary", b"2.0\n")
        _member(archive, "control.tar", _control(package))
        begin = archive.tell()
        archive.write(_head("data.tar", 0))
        with tarfile.open(fileobj=archive, mode="w|", format=tarfile.GNU_FORMAT) as data:
            for file in files_of(package):
                data.add(file, f".{file}", recursive=False)
        size = archive.tell() - begin - len(_head("data.tar", 0))
        archive.seek(begin)
        archive.write(_head("data.tar", size))
        archive.flush()
        os.fsync(archive.fileno())


def _control(package: str) -> bytes:
    status = _said("dpkg-query", "--status", package)
    contents = {"control": _NOT_OF_CONTROL.sub("", status if status.endswith("\n") else f"{status}\n").encode()}
    for name in _said("dpkg-query", "--control-list", package).split():
        if name not in ("conffiles", "list"):
            contents[name] = _said("dpkg-query", "--control-show", package, name).encode()
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.GNU_FORMAT) as control:
        for name, content in contents.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(content)
            entry.mode = 0o644 if name in ("control", "md5sums", "triggers", "shlibs", "symbols") else 0o755
            control.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def _member(archive: IO[bytes], name: str, content: bytes) -> None:
    archive.write(_head(name, len(content)) + content + b"\n" * (len(content) % 2))


def _head(name: str, size: int) -> bytes:
    return _HEAD.format(name=name, mtime=0, size=size).encode()


def _said(*command: str) -> str:
    code, said = call(command)
    if code:
        raise NotPacked(f"{' '.join(command)}: {said.strip()}")
    return said
