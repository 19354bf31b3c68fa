"""Why nothing may be written to the video folder now, in words that say what to do."""

from __future__ import annotations

import errno
from pathlib import Path

from gateway.cameras.disk.disk_marker import MarkerStamp
from gateway.core.errors import CameraError
from gateway.core.phrase import Phrase
from gateway.core.video import GapCause

ACCEPT = "gateway cameras disk accept --reason '…'"
"""By which a person says that what is mounted is right."""


class DiskUnusable(CameraError):
    """Nothing may be written to the video folder now; `cause` is the gap's."""

    def __init__(self, message: str, cause: GapCause = GapCause.NO_DISK) -> None:
        super().__init__(message)
        self.cause = cause


class DiskMissing(DiskUnusable):
    """The folder is not there, or is there without its disk."""


class OtherDisk(DiskUnusable):
    """Another disk than the known one lies there. A person has to say whether that is right."""


class DiskNotWritable(DiskUnusable):
    """It is the right one, and is mounted read-only, belongs to somebody else, or is full."""


def no_marker(path: Path, marker: MarkerStamp | None) -> DiskUnusable:
    """The folder shows no marker that says which disk it is; `marker`: what bears its name."""
    if marker is not None:
        return OtherDisk(
            Phrase(
                "the marker of the video disk at {path} is damaged; if it is the right disk: {accept}",
                path=path,
                accept=ACCEPT,
            )
        )
    return DiskMissing(
        Phrase(
            "the video disk is missing: the folder {path} has no marker of it; mount it, or if this is the right "
            "disk: {accept}",
            path=path,
            accept=ACCEPT,
        )
    )


def unusable(path: Path, error: OSError) -> DiskUnusable:
    """What the system's error means of the folder."""
    if error.errno == errno.ENOSPC:
        return DiskNotWritable(
            Phrase("the video disk at {path} is full to the last byte: make room", path=path), GapCause.DISK_FULL
        )
    if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DiskMissing(
            Phrase(
                "the video disk cannot be used: {filename}: {strerror}",
                filename=error.filename or path,
                strerror=error.strerror,
            )
        )
    advice = Phrase("give the folder to the user that runs the gateway (chown gateway: {path})", path=path)
    if error.errno == errno.EROFS:
        # What the unit does not name is read-only to the service, however writable it looks from outside.
        advice = Phrase("mount it for writing; under systemd write ReadWritePaths={path} below [Service]", path=path)
    return DiskNotWritable(
        Phrase(
            "the video folder {path} cannot be written: {strerror}; {advice}",
            path=path,
            strerror=error.strerror,
            advice=advice,
        ),
        GapCause.WRITE_FAILED,
    )
