"""Which of systemd's units a socket was opened in, by the number of its control group: anybody may know that."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gateway.ports.inventory.kernel_files import plain_text

_FOLDERS = ("sys/fs/cgroup/unified", "sys/fs/cgroup")
"""Where version 2 is mounted: beside version 1 on older systems, else alone."""
_UNIT = re.compile(r"[^/]+\.(service|socket|scope)", re.ASCII)
_MOST_FOLDERS = 5000
_LOWER_BITS = (1 << 32) - 1


def unit_of_group(root: Path, number: int) -> str | None:
    """`None`: of none, or nobody can tell."""
    for folder in _FOLDERS:
        if (root / folder / "cgroup.controllers").exists():
            path = _path_of(root / folder, number)
            return None if path is None else unit_in(path)
    return None


def unit_in(path: str) -> str | None:
    """The outermost unit of a control group's path: whoever has a user's rights names the inner ones. Worked:
    `/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service` is `user@1000.service`."""
    unit = next((part for part in path.split("/") if _UNIT.fullmatch(part)), None)
    return None if unit is None else plain_text(unit)


def _path_of(folder: Path, number: int) -> str | None:
    """The folder with that number, breadth first. Numbers of control groups are those of their folders; a kernel of 32
    bits puts a count above."""
    wanted = (number, number & _LOWER_BITS)
    waiting, looked = [str(folder)], 0
    while waiting and looked < _MOST_FOLDERS:
        here = waiting.pop(0)
        looked += 1
        try:
            with os.scandir(here) as entries:
                folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        for entry in folders:
            if entry.inode() in wanted:
                return entry.path.removeprefix(str(folder))
            waiting.append(entry.path)
    return None
