"""Which folders are meant to be disks of their own, by `/etc/fstab`: one that is not mounted looks like any other."""

from __future__ import annotations

import os
import re
from pathlib import Path

FSTAB = Path("/etc/fstab")
_MOST_BYTES = 1 << 20
_OCTAL = re.compile(r"\\([0-7]{3})", re.ASCII)


def unmounted_place(folder: Path, table: Path = FSTAB) -> Path | None:
    """The place of a mount that the folder is, or lies in, and where nothing is mounted now; `None`: there is none, or
    nobody can tell."""
    try:
        with table.open("rb") as file:
            lines = file.read(_MOST_BYTES).decode(errors="replace").splitlines()
    except OSError:
        return None
    places = [place for place in map(_place, lines) if place is not None and place != Path("/")]
    around = [place for place in places if folder == place or folder.is_relative_to(place)]
    return next((place for place in around if not os.path.ismount(place)), None)


def _place(line: str) -> Path | None:
    """The second field, in which a blank is written as an octal number (fstab(5))."""
    fields = line.split()
    if len(fields) < 3 or fields[0].startswith("#") or not fields[1].startswith("/"):
        return None
    return Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[1]))
