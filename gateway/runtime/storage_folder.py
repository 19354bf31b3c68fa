"""The folder in which a station's data lies (`storage.path`): made, and found writable, before anything is opened."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.lock import open_lock_file
from gateway.runtime.plain_file import NoPlainFile


def make_storage_folder(folder: Path, unit: str = "station-gateway") -> None:
    """`unit`: of systemd, under whose name this process runs.

    Raises:
        GatewayError: it cannot be made or written; the message says what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(open_lock_file(folder / "gateway.lock"))
    except NoPlainFile as error:
        raise GatewayError(
            Phrase(
                "{filename} {strerror}; remove it, the gateway makes a file there",
                filename=error.filename,
                strerror=error.strerror,
            )
        ) from None
    except OSError as error:
        advice = Phrase("give the folder to the user that runs the gateway (chown gateway: {folder})", folder=folder)
        if error.errno in (errno.EEXIST, errno.ENOTDIR):
            advice = Phrase("a file stands where a folder should be: move it, or name another folder")
        if error.errno == errno.EROFS:
            # What the unit does not name is read-only to the service, however writable it looks from outside.
            advice = Phrase(
                "mount it for writing; under systemd write ReadWritePaths={folder} below [Service] with: systemctl"
                " edit {unit}",
                folder=folder,
                unit=unit,
            )
        raise GatewayError(
            Phrase(
                "storage.path {folder} cannot be written: {strerror}; {advice}",
                folder=folder,
                strerror=error.strerror,
                advice=advice,
            )
        ) from error
