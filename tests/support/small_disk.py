"""A disk that can be filled to the last byte: in memory where we may mount one, else a bound on the database."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.db import Database


class SmallDisk:
    """`folder` lies on it."""

    def __init__(self, folder: Path, *, is_real: bool) -> None:
        self.folder = folder
        self.is_real = is_real
        self._ballast = folder / "ballast"

    def fill(self, database: Database) -> None:
        """Not a byte more."""
        if not self.is_real:
            pages: int = database.read("PRAGMA page_count")[0][0]
            database.read(f"PRAGMA max_page_count = {pages}")
            return
        self.fill_up()

    def fill_up(self) -> None:
        """The same where no database is open. A real one only."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        ballast.write(b"\0" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def clear(self) -> None:
        """Room again. A real one only."""
        self._ballast.unlink()

    def free(self, database: Database) -> None:
        """Room again."""
        if not self.is_real:
            database.read("PRAGMA max_page_count = 1000000")
            return
        self.clear()


@contextmanager
def small_disk(folder: Path, size_kb: int = 2048) -> Iterator[SmallDisk]:
    """A disk of that size at the folder, for as long as it is needed."""
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
    ):
        yield SmallDisk(folder, is_real=False)
        return
    try:
        yield SmallDisk(folder, is_real=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
