"""Removing files of video: below the video folder, plain files under names of ours, never through a symbolic link."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from gateway.core.phrase import Phrase

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class NoFileOfOurs(OSError):
    """What stands under its name is a folder, a link, a pipe: somebody else's, and left alone."""


def remove_file(folder: Path, file: str) -> None:
    """It is gone afterwards, or was before. Durable once its folder is (`sync_folders_of`).

    Raises:
        NoFileOfOurs: ours is gone, and something else that is no plain file is in its place.
        OSError: it is still there: it cannot be removed, or a link stands on the way to it.
    """
    path = _below(file)
    try:
        with _opened(folder, path.parent) as parent:
            if not stat.S_ISREG(os.lstat(path.name, dir_fd=parent).st_mode):
                raise NoFileOfOurs(errno.EINVAL, Phrase("is no plain file"), file)
            os.unlink(path.name, dir_fd=parent)
    except FileNotFoundError:
        return


def sync_folders_of(folder: Path, files: Iterable[str]) -> None:
    """What was removed from their folders stays removed when the power goes.

    Raises:
        OSError: the disk failed.
    """
    for parent in {_below(file).parent for file in files}:
        with suppress(FileNotFoundError), _opened(folder, parent) as opened:
            os.fsync(opened)


def remove_empty_folders_of(folder: Path, files: Iterable[str], today: str) -> None:
    """Folders of days, months and years in which nothing is left, but for today's (`YYYY/MM/DD`): a segment may just
    be about to be made there. Whatever cannot be removed stays.
    """
    for parent in {_below(file).parent for file in files}:
        camera, *day = parent.parts
        while day and "/".join(day) != today[: len("/".join(day))]:
            try:
                with _opened(folder, PurePosixPath(camera, *day[:-1])) as opened:
                    os.rmdir(day[-1], dir_fd=opened)
            except OSError:
                break
            day = day[:-1]


def _below(file: str) -> PurePosixPath:
    """
    Raises:
        OSError: it leads out of the folder.
    """
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise OSError(errno.EINVAL, Phrase("is no file below the video folder"), file)
    return path


@contextmanager
def _opened(folder: Path, below: PurePosixPath) -> Iterator[int]:
    """A descriptor of a folder, reached step by step without following any link."""
    opened = os.open(folder, _FOLDER)
    try:
        for part in below.parts:
            deeper = os.open(part, _FOLDER, dir_fd=opened)
            os.close(opened)
            opened = deeper
        yield opened
    finally:
        os.close(opened)
