"""A thread that gives way to all others."""

from __future__ import annotations

import contextlib
import os
import threading

LOWEST = 19


def give_way() -> None:
    """From now on, this thread runs when nothing else wants the processor."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)
