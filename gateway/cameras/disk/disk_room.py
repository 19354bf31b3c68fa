"""How much room there is on the disk that video lies on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """Of the disk that the video folder lies on, in bytes. `is_shared`: `storage.path` lies on it, too."""

    total: int
    free: int
    is_shared: bool


def room_of(path: Path, storage: Path) -> DiskRoom:
    """Of a video folder, or of what it will lie in.

    Raises:
        OSError: it cannot be asked.
    """
    path, storage = _nearest(path), _nearest(storage)
    usage = shutil.disk_usage(path)
    return DiskRoom(usage.total, usage.free, path.stat().st_dev == storage.stat().st_dev)


def _nearest(path: Path) -> Path:
    """The folder itself, or the one that it will be made in."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
