"""One recorder per video folder: two, of two storage folders, would take the files that the other one is writing for
what a kill left, and each would remove by its own rules what the other one keeps.

A lock of the marker (flock(2)): it ends with the process however that ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from gateway.cameras.disk.disk_marker import MARKER_NAME
from gateway.cameras.disk.disk_unusable import DiskUnusable
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import open_plain_file


class FolderTaken(DiskUnusable):
    """Another recorder works in this video folder."""


class DiskClaim:
    """Of this process, on the marker that lies in the folder now. Not for two threads at once."""

    def __init__(self) -> None:
        self._held: int | None = None

    def take(self, folder: Path) -> None:
        """Hold it, and no longer one that lies there no more, so that its disk can be unmounted. Without a marker there
        is nothing to hold; where the file system knows no locks, nobody is kept out.

        Raises:
            FolderTaken: another recorder holds it.
            OSError: the marker cannot be looked at.
        """
        try:
            found = open_plain_file(folder / MARKER_NAME, os.O_RDONLY)
        except FileNotFoundError:
            self.release()
            return
        if self._held is not None and os.path.sameopenfile(self._held, found):
            os.close(found)
            return
        self.release()
        try:
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(found)
            raise FolderTaken(
                Phrase(
                    "another recorder of cameras already writes to {folder}: stop it, or name another folder in "
                    "cameras.storage.path",
                    folder=folder,
                )
            ) from None
        except OSError:
            os.close(found)
            return
        self._held = found

    def release(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None
