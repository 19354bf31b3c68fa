"""A person says that a disk is the right one: the only way to another one than the known."""

from __future__ import annotations

from pathlib import Path

from gateway.cameras.disk.disk_marker import new_identity, read_marker, write_marker
from gateway.cameras.disk.disk_unusable import DiskMissing, unusable
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.core.phrase import Phrase


def accept_disk(path: Path, storage: Path, disks: VideoDiskStore, at_ms: int, *, by: str, reason: str) -> str:
    """A person says that what is mounted there is right: it gets a marker if it has none, and is the known disk from
    now on. A running recorder sees it before its next segment. Returns its identity.

    Raises:
        DiskUnusable: there is no folder, or it cannot be written.
    """
    if path.is_symlink() or not path.is_dir():
        raise DiskMissing(Phrase("there is no folder {path}: mount the disk first", path=path))
    try:
        identity = read_marker(path)
        if identity is None:
            identity = new_identity()
            write_marker(path, identity)
        is_separate = path.stat().st_dev != storage.stat().st_dev
    except OSError as error:
        raise unusable(path, error) from error
    disks.use(identity, str(path), at_ms, is_separate=is_separate, accepted_by=by, reason=reason)
    return identity
