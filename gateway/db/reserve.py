"""A piece of the card that nothing else may fill: on the day it is full, readings go there.

Whatever else fills a card (logs, somebody's copies) leaves nothing for the next commit. The piece is a file beside the
database, given up by whoever meets the full card, and taken again when there is room.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import stat
from pathlib import Path

from gateway.runtime.plain_file import make_plain_file

_log = logging.getLogger(__name__)

RESERVE_BYTES = 64 << 20
"""Five days of a large station: sixty parameters a second take 13 MB a day."""
FULL_BYTES = 4 << 20
"""A commit that failed with more than this left did not fail for want of room."""

_NAME = "gateway.reserve"


def is_held(folder: Path) -> bool:
    try:
        return stat.S_ISREG((folder / _NAME).lstat().st_mode)
    except FileNotFoundError:
        return False


def is_full(folder: Path) -> bool:
    """Too full for a commit. Not, if that cannot be told."""
    try:
        return shutil.disk_usage(folder).free < FULL_BYTES
    except OSError:
        return False


def hold(folder: Path, size: int = RESERVE_BYTES) -> bool:
    """Take it. Tells whether it is there now, whole."""
    beside = folder / f"{_NAME}.part"
    try:
        opened = make_plain_file(beside)
        try:
            os.posix_fallocate(opened, 0, size)
        finally:
            os.close(opened)
        beside.rename(folder / _NAME)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        _log.warning("the card has no reserve error=%r", str(error))
        return False
    return True


def give_up(folder: Path) -> bool:
    """If there is a reserve, and the card is full. Tells whether what failed is worth trying again."""
    if not is_held(folder) or not is_full(folder):
        return False
    try:
        (folder / _NAME).unlink()
    except OSError as error:
        _log.error("the card's reserve cannot be given up error=%r", str(error))
        return False
    _log.critical("the card is full, its reserve was given up: readings are kept for some days more, make room")
    return True
