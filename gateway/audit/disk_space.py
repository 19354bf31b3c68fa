"""Says when the card fills up, and keeps a reserve on it while there is room: see `gateway.db.reserve`."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from gateway.core.interfaces import Instant
from gateway.db import reserve
from gateway.db.reserve import RESERVE_BYTES

_log = logging.getLogger(__name__)

LOW_RESERVES = 4
"""So many times the reserve are left when the card is called low."""
LOOK_EVERY_S = 60.0
FIRST_HELD_S = 600.0
"""After the start, which has more urgent things to do, and need not be the start of a station that stays."""
HELD_AGAIN_S = 3600.0
"""After it could not be taken, for another reason than room."""


class DiskSpaceWatch:
    """A stage of the clerk."""

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
        if may_take and not reserve.is_held(self._folder) and not reserve.hold(self._folder, self._size):
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


def is_low(free_bytes: int, size: int = RESERVE_BYTES) -> bool:
    """Time to tell a person."""
    return free_bytes < LOW_RESERVES * size
