"""One daemon per storage folder: two would close the same slots and send the same files."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from gateway.core.errors import GatewayError


class StorageLocked(GatewayError):
    """Another daemon works in this storage folder."""


def hold(storage: Path) -> IO[str]:
    """Take the folder's lock; it is held until the returned file is closed or the process ends, however it ends.

    Raises:
        StorageLocked: another process holds it.
    """
    handle = (storage / "gateway.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
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
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
