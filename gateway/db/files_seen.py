"""Which files make up a database, as somebody sees them who may read them and write nothing beside them; and how SQLite
opens them for him.

SQLite's own way needs the index of the write-ahead log (`-shm`) to be there, and makes it if it may. Where it is not
there, nobody has the database open; if there is no log either, the file alone is all of it and is read as one that
nobody changes (`immutable`), which whoever reads has to find true afterwards, too. A log without its index holds what
the file alone has not, perhaps half copied: then nothing can be read until its keeper starts.
https://sqlite.org/wal.html#read_only_databases
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.core.errors import StoreError
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import other_kind


class DatabaseReplaced(StoreError):
    """Another database lies there now, or its keeper has begun to work: what was read may be of two minds. Asked
    once more, it is read from what is there."""


@dataclass(frozen=True, slots=True)
class FilesSeen:
    """Which files make up the database: of each its device and number, `None` if it is not there. `still`: size and
    time of change of the database where no other process has it open, `None` where one has."""

    database: tuple[int, int]
    log: tuple[int, int] | None
    index: tuple[int, int] | None
    still: tuple[int, int] | None

    @property
    def is_immutable(self) -> bool:
        return self.still is not None

    @property
    def way(self) -> str:
        """How SQLite is to open it: parameters of its URI."""
        return f"mode=ro&{'immutable' if self.is_immutable else 'readonly_shm'}=1"


def files_seen(file: Path) -> FilesSeen:
    """
    Raises:
        FileNotFoundError: there is no database.
        StoreError: there is, and it cannot be read before its keeper has started.
        OSError: it cannot be looked at.
    """
    refuse_links(file)
    found = file.stat()
    log, index = _identity(file, "-wal"), _identity(file, "-shm")
    still = None
    if index is None:
        left = [name for name in (f"{file.name}-wal", f"{file.name}-journal") if _size(file.with_name(name))]
        if left:
            raise StoreError(
                Phrase(
                    "{file} was not closed, and {left} holds the rest of it: it can be read when the gateway "
                    "runs again",
                    file=file,
                    left=left[0],
                )
            )
        still = (found.st_size, found.st_mtime_ns)
    return FilesSeen((found.st_dev, found.st_ino), log, index, still)


def _identity(file: Path, suffix: str) -> tuple[int, int] | None:
    try:
        found = file.with_name(f"{file.name}{suffix}").stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def shows(file: Path, seen: FilesSeen | None) -> bool:
    """Whether they are still what they were."""
    try:
        return files_seen(file) == seen
    except (OSError, StoreError):
        return False


def refuse_links(file: Path) -> None:
    """SQLite would follow a symbolic link, wait for a pipe, and read a device: the database, its log and what is set
    aside lie in one folder."""
    for part in (file, *(file.with_name(f"{file.name}{suffix}") for suffix in ("-wal", "-shm"))):
        kind = other_kind(part)
        if kind is not None:
            raise StoreError(
                Phrase(
                    "{part} is {kind}; move it away, and let storage.path name the folder of the database itself",
                    part=part,
                    kind=kind,
                )
            )
