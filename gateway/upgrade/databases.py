"""Copies of the databases while they are written, and putting one back where the schema moved."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from .state import KeptDatabase, sync

_SUFFIXES = ("", "-wal", "-shm")


def version_of(file: Path) -> int:
    """Of the schema; 0: there is no database, or nothing can be read of it."""
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            number: int = connection.execute("PRAGMA user_version").fetchone()[0]
            return number
    except sqlite3.Error:
        return 0


def size_of(file: Path) -> int:
    """With what stands in its log."""
    return sum(part.stat().st_size for part in _parts(file) if part.exists())


def copy(file: Path, target: Path) -> None:
    """As it is at one moment, whoever writes meanwhile; on the disk when this returns.

    Raises:
        sqlite3.Error, OSError: it cannot be read, or there is no room.
    """
    with (
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(target)) as made,
    ):
        source.backup(made)
    with target.open("rb") as handle:
        os.fsync(handle.fileno())
    sync(target.parent)


def moved(one: KeptDatabase) -> bool:
    """Whether it has another schema than its copy."""
    return version_of(Path(one.file)) > version_of(Path(one.backup)) > 0


def aside(one: KeptDatabase, version: str) -> Path:
    """Under which name the newer version's database is kept, beside its place."""
    file = Path(one.file)
    return file.with_name(f"{file.name}.newer-{version}")


def set_aside(one: KeptDatabase, version: str) -> None:
    """The newer one out of the way, with its log. Nobody may have it open. May be done again after a power cut, as long
    as the copy was not put in its place."""
    file, away = Path(one.file), aside(one, version)
    for part, target in zip(_parts(file), _parts(away), strict=True):
        if part.exists():
            part.replace(target)
    sync(file.parent)


def put_back(one: KeptDatabase, version: str) -> None:
    """The copy becomes the database, with the owner of the one that was there: three years of it are moved, not copied,
    where both lie on one file system. May be done again."""
    file, like, backup = Path(one.file), aside(one, version).stat(), Path(one.backup)
    part = file.with_name(f"{file.name}.part")
    if backup.exists():
        try:
            backup.replace(part)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copyfile(backup, part)
    elif not part.exists():
        return  # done already, and the power was cut before that was noted
    os.chown(part, like.st_uid, like.st_gid)
    part.chmod(like.st_mode & 0o777)
    with part.open("rb") as handle:
        os.fsync(handle.fileno())
    part.replace(file)
    sync(file.parent)


def _parts(file: Path) -> list[Path]:
    return [file.with_name(file.name + suffix) for suffix in _SUFFIXES]
