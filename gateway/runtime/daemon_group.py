"""The group of the daemon's user: who reads a secret that root has put down."""

from __future__ import annotations

import grp
import os
from pathlib import Path

GROUP = "gateway"
FOLDER_MODE = 0o750


def share_with_daemon(path: Path, mode: int = 0o640) -> None:
    """Let the daemon's group read a file, or enter a folder with a `mode` for it. Whoever is not root and not in the
    group keeps it for himself."""
    try:
        group = grp.getgrnam(GROUP).gr_gid
        os.chown(path, -1, group)
    except (KeyError, PermissionError):
        return
    path.chmod(mode)


def make_shared_folder(folder: Path) -> None:
    """One that the daemon's group may enter, with whatever of the way there is missing; one that is there stays as it
    is.

    Raises:
        OSError: it cannot be made, or something else bears the name.
    """
    try:
        folder.mkdir(mode=FOLDER_MODE)
    except FileNotFoundError:
        make_shared_folder(folder.parent)
        folder.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        if not folder.is_dir():
            raise
        return
    share_with_daemon(folder, FOLDER_MODE)
