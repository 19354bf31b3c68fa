"""One daemon per storage folder: two would close the same slots and send the same files. The cameras' recorder works
beside it and has a lock of its own, and so have an acceptance test and the trial of an order: two would do the same
things twice.

A lock of the open file (fcntl(2), OFD): it ends with the process however that ends, and looking at it takes nothing, so
somebody's `gateway status` never keeps the daemon from starting. Nothing is ever written to it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from pathlib import Path
from typing import IO

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import NoPlainFile, open_plain_file

_FLOCK = "hhqqi0q"
"""`struct flock`: type, whence, start, length, pid; padded as C pads it."""
_ADVICE = Phrase("remove it, or give it to the user that runs the gateway")

GATEWAY_LOCK = "gateway.lock"
CAMERAS_LOCK = "cameras.lock"
ACCEPTANCE_LOCK = "acceptance.lock"
WEB_LOCK = "web.lock"
TRIAL_LOCK = "trial.lock"
_HOLDERS = {
    GATEWAY_LOCK: ("gateway", Phrase("stop it first (systemctl stop station-gateway)")),
    CAMERAS_LOCK: (Phrase("recorder of cameras"), Phrase("stop it first (systemctl stop station-gateway-cameras)")),
    ACCEPTANCE_LOCK: ("gateway accept", Phrase("go on there, or end it first (Ctrl-C; it loses nothing)")),
    TRIAL_LOCK: ("gateway orders trial", Phrase("wait until it has ended")),
    WEB_LOCK: (Phrase("page"), Phrase("stop it first (systemctl stop station-gateway-web)")),
}
"""What holds it, and what to do about it."""


class StorageLocked(GatewayError):
    """Another one works in this storage folder already."""


def hold(storage: Path, name: str = GATEWAY_LOCK) -> IO[str]:
    """Take the folder's lock of that name; it is held until the returned file is closed or the process ends, however it
    ends.

    Raises:
        StorageLocked: another process holds it.
        GatewayError: something else than a file of ours bears its name; it was left as it is.
    """
    file = storage / name
    try:
        handle = os.fdopen(open_lock_file(file), "r+")
    except OSError as error:
        raise GatewayError(
            Phrase(
                "{file} cannot be used as the lock of the folder: {strerror}; {advice}",
                file=file,
                strerror=error.strerror,
                advice=_ADVICE,
            )
        ) from None
    try:
        _ask(handle, fcntl.F_OFD_SETLK)
    except (BlockingIOError, PermissionError):
        handle.close()
        holder, advice = _HOLDERS[name]
        raise StorageLocked(
            Phrase(
                "another {holder} already works in {storage}: {advice}", holder=holder, storage=storage, advice=advice
            )
        ) from None
    return handle


def open_lock_file(file: Path) -> int:
    """A descriptor of the lock's file, which is made if there is none.

    Raises:
        NoPlainFile: something else bears its name, or somebody else's file.
        OSError: it cannot be opened.
    """
    descriptor = open_plain_file(file, os.O_RDWR | os.O_CREAT, 0o644)
    owner, keeper = os.fstat(descriptor).st_uid, file.parent.stat().st_uid
    if os.geteuid() == 0 != keeper and owner == 0:  # made by root: whose folder it is must be able to take it later
        os.fchown(descriptor, keeper, -1)
    if owner not in (0, os.geteuid(), keeper):
        os.close(descriptor)
        raise NoPlainFile(errno.EPERM, f"belongs to another user ({owner})", str(file))
    return descriptor


def is_held(storage: Path, name: str = GATEWAY_LOCK) -> bool:
    """Whether whoever holds the lock of that name works in the folder right now.

    Raises:
        GatewayError: that cannot be seen.
    """
    file = storage / name
    try:
        handle = os.fdopen(open_plain_file(file, os.O_RDONLY), "r")
    except (FileNotFoundError, NoPlainFile):  # no daemon starts with another thing in its lock's place
        return False
    except OSError as error:
        raise GatewayError(
            Phrase(
                "{file} cannot be read ({strerror}); run this as root or as the gateway's user",
                file=file,
                strerror=error.strerror,
            )
        ) from None
    with handle:
        return _ask(handle, fcntl.F_OFD_GETLK) != fcntl.F_UNLCK


def _ask(handle: IO[str], command: int) -> int:
    """For a lock on the whole file. Returns the type of the one in the way, `F_UNLCK` for none."""
    wanted = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind: int = struct.unpack(_FLOCK, fcntl.fcntl(handle, command, wanted))[0]
    return kind
