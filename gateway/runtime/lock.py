"""One daemon per storage folder: two would close the same slots and send the same files.

A lock of the open file (fcntl(2), OFD): it ends with the process however that ends, and looking at it takes nothing, so
somebody's `gateway status` never keeps the daemon from starting.
"""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from typing import IO

from gateway.core.errors import GatewayError

_FLOCK = "hhqqi0q"
"""`struct flock`: type, whence, start, length, pid; padded as C pads it."""


class StorageLocked(GatewayError):
    """Another daemon works in this storage folder."""


def hold(storage: Path) -> IO[str]:
    """Take the folder's lock; it is held until the returned file is closed or the process ends, however it ends.

    Raises:
        StorageLocked: another process holds it.
    """
    handle = (storage / "gateway.lock").open("w")
    try:
        _ask(handle, fcntl.F_OFD_SETLK)
    except (BlockingIOError, PermissionError):
        handle.close()
        raise StorageLocked(
            f"another gateway already works in {storage}: stop it first (systemctl stop station-gateway)"
        ) from None
    return handle


def is_held(storage: Path) -> bool:
    """Whether a daemon works in the folder right now."""
    try:
        handle = (storage / "gateway.lock").open("r")
    except FileNotFoundError:
        return False
    with handle:
        return _ask(handle, fcntl.F_OFD_GETLK) != fcntl.F_UNLCK


def _ask(handle: IO[str], command: int) -> int:
    """For a lock on the whole file. Returns the type of the one in the way, `F_UNLCK` for none."""
    wanted = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind: int = struct.unpack(_FLOCK, fcntl.fcntl(handle, command, wanted))[0]
    return kind
