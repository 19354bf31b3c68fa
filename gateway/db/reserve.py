"""A piece of the card that nothing else may fill: on the day it is full, readings go there.

Whatever else fills a card (logs, somebody's copies) leaves nothing for the next commit. The piece is a file beside the
database, given up by whoever meets the full card, and taken again when there is room.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path

from gateway.core.interfaces import Instant

_log = logging.getLogger(__name__)

RESERVE_BYTES = 64 << 20
"""Five days of a large station: sixty parameters a second take 13 MB a day."""
LOW_RESERVES = 4
"""So many times the reserve are left when the card is called low."""
FULL_BYTES = 4 << 20
"""A commit that failed with more than this left did not fail for want of room."""
LOOK_EVERY_S = 60.0
FIRST_HELD_S = 600.0
"""After the start, which has more urgent things to do, and need not be the start of a station that stays."""
HELD_AGAIN_S = 3600.0
"""After it could not be taken, for another reason than room."""

_NAME = "gateway.reserve"


def is_held(folder: Path) -> bool:
    return (folder / _NAME).exists()


def is_low(free_bytes: int, size: int = RESERVE_BYTES) -> bool:
    """Time to tell a person."""
    return free_bytes < LOW_RESERVES * size


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
        opened = os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600)
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


class CardWatch:
    """A stage of the clerk: says when the card fills up, and keeps a reserve on it."""

    def __init__(self, folder: Path, size: int = RESERVE_BYTES) -> None:
        self._folder = folder
        self._size = size
        self._next_s: float | None = None
        self._next_hold_s = 0.0
        self._is_told = False

    def step(self, now: Instant) -> float:
        if self._next_s is None:
            self._next_hold_s = now.mono_s + FIRST_HELD_S
        elif now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError as error:  # whoever keeps something there next will tell
            _log.debug("card cannot be looked at error=%r", str(error))
            return self._next_s
        self._tell(free)
        may_take = now.mono_s >= self._next_hold_s and not is_low(free - self._size, self._size)
        if may_take and not is_held(self._folder) and not hold(self._folder, self._size):
            self._next_hold_s = now.mono_s + HELD_AGAIN_S
        return self._next_s

    def _tell(self, free: int) -> None:
        """Once when it begins and once when it ends, which is a reserve later."""
        if is_low(free, self._size) and not self._is_told:
            _log.error("the card fills up, make room free_mb=%d folder=%s", free >> 20, self._folder)
            self._is_told = True
        elif self._is_told and not is_low(free - self._size, self._size):
            _log.info("the card has room again free_mb=%d", free >> 20)
            self._is_told = False
