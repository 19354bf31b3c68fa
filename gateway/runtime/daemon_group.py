"""The group of the daemon's user: who reads a secret that root has put down."""

from __future__ import annotations

import grp
import os
from pathlib import Path

GROUP = "gateway"


def share_with_daemon(path: Path, mode: int = 0o640) -> None:
    """Let the daemon's group read a file, or enter a folder with a `mode` for it. Whoever is not root and not in the
    group keeps it for himself."""
    try:
        group = grp.getgrnam(GROUP).gr_gid
        os.chown(path, -1, group)
    except (KeyError, PermissionError):
        return
    path.chmod(mode)
