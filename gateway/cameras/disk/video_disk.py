"""Whether the video folder shows the disk that it should: asked before each segment.

A disk that is not mounted leaves an empty folder on the card, and an hour of video there takes the readings' room. So
the folder has a marker with an identity of its own, and the database knows it: what shows no marker, or another one, is
not written to. The first start makes the marker; after that only a person does (`accept_disk`).
"""

from __future__ import annotations

import logging
import os
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from gateway.cameras.disk.disk_claim import DiskClaim
from gateway.cameras.disk.disk_marker import MarkerStamp, new_identity, read_marker, stamp_of, write_marker
from gateway.cameras.disk.disk_room import DiskRoom, room_of
from gateway.cameras.disk.disk_unusable import (
    ACCEPT,
    DiskMissing,
    DiskNotWritable,
    DiskUnusable,
    OtherDisk,
    no_marker,
    unusable,
)
from gateway.cameras.disk.mount_table import unmounted_place
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.core.video import GapCause

_log = logging.getLogger(__name__)


class VideoDisk:
    """One for the process; may be asked from any thread. Nothing is held while a disk is asked that has not changed, so
    that a thread whose disk does not answer keeps no other one waiting."""

    def __init__(
        self,
        path: Path,
        storage: Path,
        disks: VideoDiskStore,
        clock: Clock,
        is_ours: Callable[[Path], bool] = lambda _folder: False,
        *,
        readings_room: int = 0,
        claim: DiskClaim | None = None,
    ) -> None:
        """`is_ours`: whether what lies in the folder proves it to be the known disk, though its marker is gone.
        `readings_room`: of the disk of `storage.path` video never takes the last so many bytes.
        `claim`: keeps every other recorder out of the folder."""
        self.path = path
        self._storage = storage
        self._disks = disks
        self._clock = clock
        self._is_ours = is_ours
        self._readings_room = readings_room
        self._claim = claim
        self._found: tuple[int, MarkerStamp] | None = None
        """The folder's device and its marker when it was last found right."""
        self._turn = threading.Lock()

    def check(self) -> Path:
        """The folder, to write video to. A few system calls as long as nothing has changed.

        Raises:
            DiskUnusable: it must not be written to now; the message says why, and what to do.
            StoreError: which disk it should be cannot be read.
        """
        folder = self.known_folder()
        self._leave_room()
        return folder

    def known_folder(self) -> Path:
        """The folder of the right disk, however full it is.

        Raises:
            As `check`.
        """
        try:
            device, marker = self._look()
            if self._found is None or self._found != (device, marker):
                with self._turn:
                    self._found = None
                    self._take()  # before anything is written there
                    self._found = self._identify(device, marker)
                    self._take()  # of a marker that was made now
        except OSError as error:
            self._found = None
            raise unusable(self.path, error) from error
        return self.path

    def _take(self) -> None:
        """
        Raises:
            FolderTaken: another recorder works there.
        """
        if self._claim is not None:
            try:
                self._claim.take(self.path)
            except DiskUnusable:
                self._found = None
                raise

    def _leave_room(self) -> None:
        """
        Raises:
            DiskUnusable: what is left is for the readings.
        """
        if not self._readings_room:
            return
        try:
            room = self.room()
        except OSError as error:
            raise unusable(self.path, error) from error
        if room.is_shared and room.free < self._readings_room:
            raise DiskNotWritable(
                Phrase(
                    "the disk of storage.path is nearly full, and {path} lies on it: what is left is for "
                    "readings; make room, or give video a disk of its own",
                    path=self.path,
                ),
                GapCause.DISK_FULL,
            )

    def free_bytes(self) -> int:
        """What is left on it for us.

        Raises:
            OSError: it cannot be asked.
        """
        return shutil.disk_usage(self.path).free

    def room(self) -> DiskRoom:
        """
        Raises:
            OSError: it cannot be asked.
        """
        return room_of(self.path, self._storage)

    def _look(self) -> tuple[int, MarkerStamp | None]:
        """The folder's device and its marker.

        Raises:
            DiskUnusable: there is no folder, or it is read-only.
        """
        try:
            found = self.path.lstat()
        except FileNotFoundError:
            if self._disks.in_use() is not None:
                raise DiskMissing(
                    Phrase("the video folder {path} is not there: mount its disk", path=self.path)
                ) from None
            found = self._make_folder()
        if stat.S_ISLNK(found.st_mode):
            raise DiskMissing(
                Phrase(
                    "{path} is a symbolic link, which is not followed: let cameras.storage.path name the folder itself",
                    path=self.path,
                )
            )
        if not stat.S_ISDIR(found.st_mode):
            raise DiskMissing(
                Phrase("{path} is no folder: move what is there, or name another cameras.storage.path", path=self.path)
            )
        if os.statvfs(self.path).f_flag & os.ST_RDONLY:
            raise DiskNotWritable(
                Phrase("the video disk at {path} is mounted read-only: mount it for writing", path=self.path),
                GapCause.WRITE_FAILED,
            )
        return found.st_dev, stamp_of(self.path)

    def _make_folder(self) -> os.stat_result:
        try:
            self.path.mkdir(mode=0o755, exist_ok=True)
        except FileNotFoundError:
            raise DiskMissing(
                Phrase(
                    "the video folder {path} is not there, nor what it lies in: mount its disk, or make the folder",
                    path=self.path,
                )
            ) from None
        return self.path.lstat()

    def _identify(self, device: int, marker: MarkerStamp | None) -> tuple[int, MarkerStamp]:
        """
        Raises:
            DiskUnusable: it is not the one that it should be.
        """
        known, identity = self._disks.in_use(), read_marker(self.path)
        is_separate = device != self._storage.stat().st_dev
        if known is None:
            identity = self._first(identity, is_separate)
        elif known.is_separate and not is_separate:
            raise DiskMissing(
                Phrase(
                    "the video disk is missing: {path} lies on the disk of storage.path now, and was a disk of "
                    "its own; mount it, or if this is right: {accept}",
                    path=self.path,
                    accept=ACCEPT,
                )
            )
        elif identity is None and self._is_ours(self.path):
            write_marker(self.path, known.identity)
            _log.warning("the video disk's marker was gone or damaged, its video proves it path=%s", self.path)
        elif identity is None:
            raise no_marker(self.path, marker)
        elif identity != known.identity:
            raise OtherDisk(
                Phrase(
                    "another disk than the known one is mounted at {path}: mount the right one, or if this is "
                    "right: {accept}",
                    path=self.path,
                    accept=ACCEPT,
                )
            )
        if known is not None and (known.path, known.is_separate) != (str(self.path), is_separate):
            self._disks.use(known.identity, str(self.path), self._clock.now().wall_ms, is_separate=is_separate)
        after = stamp_of(self.path)
        if after is None:
            raise DiskMissing(Phrase("the video disk at {path} went away", path=self.path))
        return device, after

    def _first(self, identity: str | None, is_separate: bool) -> str:
        """No disk was ever seen: this is the one. The marker first: one that nobody knows of is found again.

        Raises:
            DiskMissing: a disk is meant to be mounted there, and is not.
        """
        if identity is None:
            place = unmounted_place(self.path)
            if place is not None:
                raise DiskMissing(
                    Phrase(
                        "the video disk is missing: {place} stands in /etc/fstab and nothing is mounted there; "
                        "mount it, or if {path} is right as it is: {accept}",
                        place=place,
                        path=self.path,
                        accept=ACCEPT,
                    )
                )
            identity = new_identity()
            write_marker(self.path, identity)
        self._disks.use(identity, str(self.path), self._clock.now().wall_ms, is_separate=is_separate)
        _log.info("video disk known path=%s identity=%s is_separate=%s", self.path, identity, is_separate)
        return identity
