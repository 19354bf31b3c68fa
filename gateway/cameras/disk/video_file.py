"""One new file of video on the disk: made exclusively, written by whoever muxes, synced by a thread of its own.

A folder or a link that somebody planted is not followed out of the video folder, and nothing that is there is ever
written over.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

from gateway.core.errors import CameraError
from gateway.core.phrase import Phrase
from gateway.core.video import GapCause
from gateway.runtime.sync import sync

_FULL = {errno.ENOSPC, errno.EDQUOT}
_GONE = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTDIR, errno.ENOTCONN}

_TRIED_BYTES = 65_536


class NotWritten(CameraError):
    """Video that came could not be kept; `cause` is the gap's."""

    def __init__(self, message: str, cause: GapCause) -> None:
        super().__init__(message)
        self.cause = cause


class VideoFile:
    """What PyAV writes to, as if it were a file of Python's. `sync` may be called from another thread."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make it, and the folders between; `name` is relative to `folder`.

        Raises:
            FileExistsError: there is something of that name.
            OSError: it cannot be made.
        """
        self.path = folder / name
        self.bytes = 0
        """How long it is."""
        self.fault: OSError | None = None
        """The first one that was met, by whichever thread."""
        self._made_in = make_folders(folder, self.path.parent)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(self.path, flags, 0o644)
        self._try_to_write()
        self._position = 0
        self._turn = threading.Lock()
        self._is_open = True
        self._is_dirty = True

    def _try_to_write(self) -> None:
        """A full disk takes empty files without end, one for each try."""
        try:
            os.pwrite(self._descriptor, bytes(_TRIED_BYTES), 0)
            os.ftruncate(self._descriptor, 0)
        except OSError:
            os.close(self._descriptor)
            self.path.unlink(missing_ok=True)
            raise

    def write(self, content: bytes) -> int:
        """All of it. Raises OSError; every later write does, too: a hole is worse than an end."""
        if self.fault is not None:
            raise self.fault
        try:
            left = memoryview(content)
            while left:
                written = os.pwrite(self._descriptor, left, self._position)
                self._position += written
                left = left[written:]
        except OSError as error:
            self.fault = error
            raise
        self.bytes = max(self.bytes, self._position)
        self._is_dirty = True
        return len(content)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.bytes}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    @property
    def closed(self) -> bool:
        """As PyAV asks before it writes a file's end that nobody has asked for."""
        return not self._is_open

    def sync(self) -> None:
        """Let what was written so far survive a power cut. A failure is kept as the `fault`."""
        with self._turn:
            if not self._is_open or not self._is_dirty:
                return
            self._is_dirty = False
            try:
                os.fdatasync(self._descriptor)
                for folder in self._made_in:
                    sync(folder)
                self._made_in = []
                if not os.fstat(self._descriptor).st_nlink:
                    raise FileNotFoundError(errno.ENOENT, Phrase("was removed while it was written"), str(self.path))
            except OSError as error:
                self.fault = self.fault or error

    def close(self) -> None:
        """Never raises; what has not been synced is not."""
        with self._turn:
            if self._is_open:
                self._is_open = False
                try:
                    os.close(self._descriptor)
                except OSError as error:  # NFS tells of a full disk so
                    self.fault = self.fault or error


def not_written(path: Path, error: OSError) -> NotWritten:
    """What a failure to make or write a file means for the record."""
    words = error.strerror or str(error)
    if error.errno in _FULL:
        return NotWritten(
            Phrase("no room for video at {parent}: {words}", parent=path.parent, words=words), GapCause.DISK_FULL
        )
    if isinstance(error, FileNotFoundError) and "removed" in words:
        return NotWritten(Phrase("{path} {words}", path=path, words=words), GapCause.FILE_LOST)
    cause = GapCause.NO_DISK if error.errno in _GONE else GapCause.WRITE_FAILED
    return NotWritten(Phrase("{path} cannot be written: {words}", path=path, words=words), cause)


def make_folders(top: Path, folder: Path) -> list[Path]:
    """Make `folder` and what is missing between it and `top`, through no link. Returns the folders that got a new
    entry, or are about to: they are to be synced.

    Raises:
        OSError: it cannot be made; something else than a folder bears one of the names.
    """
    changed = [folder]
    for part in reversed([folder, *folder.parents]):
        if not part.is_relative_to(top) or part == top:
            continue
        try:
            part.mkdir(mode=0o755)
            changed.append(part.parent)
        except FileExistsError:
            if not stat.S_ISDIR(part.lstat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, Phrase("is no folder"), str(part)) from None
    return changed
