"""The file at the root of a video folder that says which disk it is: a random identity that stands nowhere else on it.

A folder whose disk is not mounted looks like any other folder; only what lies in it tells.
"""

from __future__ import annotations

import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

MARKER_NAME = ".station-gateway-video"
_MOST_BYTES = 200
_IDENTITY = re.compile(rb"([0-9a-f]{32})\n", re.ASCII)


@dataclass(frozen=True, slots=True)
class MarkerStamp:
    """By which a marker that was read is known again without reading it: another disk has another one."""

    device: int
    inode: int
    size: int
    changed_ns: int


def stamp_of(folder: Path) -> MarkerStamp | None:
    """Of the marker in the folder, or of whatever bears its name; `None`: nothing does.

    Raises:
        OSError: it cannot be looked at.
    """
    try:
        found = (folder / MARKER_NAME).lstat()
    except FileNotFoundError:
        return None
    return MarkerStamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def read_marker(folder: Path) -> str | None:
    """The identity; `None`: there is no marker, or none that says one (it was never finished, or is damaged).

    Raises:
        OSError: it cannot be read; something else than a file bears its name.
    """
    try:
        descriptor = open_plain_file(folder / MARKER_NAME, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        content = os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)
    match = _IDENTITY.fullmatch(content)
    return None if match is None else match[1].decode("ascii")


def write_marker(folder: Path, identity: str) -> None:
    """Whole or not at all, also if the power goes; in the place of the one that is there.

    Raises:
        OSError: it cannot be written.
    """
    beside = folder / f"{MARKER_NAME}.part"
    descriptor = make_plain_file(beside, 0o644)
    try:
        os.write(descriptor, f"{identity}\n".encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.rename(folder / MARKER_NAME)
    sync(folder)


def new_identity() -> str:
    return uuid.uuid4().hex
