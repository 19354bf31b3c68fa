"""What appears in a folder, in the order in which it appears there, by the system's own word (inotify)."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CREATED, _MOVED_HERE = 0x100, 0x80
_LIBC = ctypes.CDLL(None, use_errno=True)


class Landings:
    """`begun`: names of files that somebody began to write. `landed`: names that files were given that lay in the
    folder, or elsewhere, under others; as often as it happened."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.landed: list[str] = []

    def hear(self, events: bytes) -> None:
        while events:
            _, mask, _, length = struct.unpack_from("iIII", events)
            name = events[16 : 16 + length].rstrip(b"\0").decode()
            events = events[16 + length :]
            if mask & _CREATED:
                self.begun.append(name)
            if mask & _MOVED_HERE:
                self.landed.append(name)


@contextmanager
def landings(folder: Path) -> Iterator[Landings]:
    """Of this folder alone, from now on."""
    watch = _LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if watch < 0 or _LIBC.inotify_add_watch(watch, os.fsencode(folder), _CREATED | _MOVED_HERE) < 0:
        raise OSError(ctypes.get_errno(), f"{folder} cannot be watched")
    found, stopping = Landings(), threading.Event()

    def listen() -> None:
        while not stopping.is_set():
            if select.select([watch], [], [], 0.1)[0]:
                found.hear(os.read(watch, 65_536))

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield found
    finally:
        stopping.set()
        thread.join()
        os.close(watch)
