"""Single values of sysfs below the box's root, written. What has gone meanwhile is no error: ports do that."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

_GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR)


def write_value(file: Path, value: str) -> bool:
    """Tells whether it is there to be written.

    Raises:
        GatewayError: the kernel refuses it.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CLOEXEC)  # never made, where there is none
        try:
            os.write(handle, value.encode("ascii"))
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno in _GONE:
            return False
        raise GatewayError(
            Phrase("{file} cannot be switched to {value}: {strerror}", file=file, value=value, strerror=error.strerror)
        ) from None
    return True


def folders(place: Path, pattern: str) -> list[Path]:
    """What is in a folder of sysfs, by name; nothing where there is no such folder."""
    try:
        return sorted(place.glob(pattern))
    except OSError:
        return []
