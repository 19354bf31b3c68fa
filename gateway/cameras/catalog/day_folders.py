"""The folders of a camera's days below the video folder: `CAMERA/YYYY/MM/DD`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def day_folders(root: Path) -> Iterator[str]:
    """Those that are there, never through a link.

    Raises:
        OSError: they cannot be listed.
    """
    places = [""]
    for width in (None, 4, 2, 2):
        below = []
        for place in places:
            for entry in os.scandir(root / place):
                is_ours = (entry.name.isdecimal() and len(entry.name) == width) if width else entry.name[:1].isalnum()
                if is_ours and entry.is_dir(follow_symlinks=False):
                    below.append(f"{place}/{entry.name}" if place else entry.name)
        places = below
    yield from places


def folder_of(file: str) -> str:
    return file.rpartition("/")[0]


def day_of(folder: str) -> str:
    """By which folders are sorted: the newest day last."""
    return folder.partition("/")[2]
