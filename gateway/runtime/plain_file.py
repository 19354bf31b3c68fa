"""Files of ours in a folder where somebody else may have planted another thing under their name.

A symbolic link there leads out of the folder, a pipe keeps whoever opens it waiting, a device may be a disk. Whatever
we open under a name of ours is a plain file, or is refused and left as it is.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from gateway.core.phrase import Phrase

_KINDS = (
    (stat.S_ISLNK, Phrase("a symbolic link")),
    (stat.S_ISDIR, Phrase("a folder")),
    (stat.S_ISFIFO, Phrase("a pipe")),
    (stat.S_ISSOCK, Phrase("a socket")),
    (stat.S_ISCHR, Phrase("a device")),
    (stat.S_ISBLK, Phrase("a device")),
)


class NoPlainFile(OSError):
    """Something else bears the name; `strerror` says what."""


def other_kind(file: Path) -> str | None:
    """What stands there that is no plain file, with its article; `None`: a plain file, or nothing.

    Raises:
        OSError: it cannot be looked at.
    """
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return None
    return next((kind for is_kind, kind in _KINDS if is_kind(mode)), None)


def open_plain_file(file: Path, flags: int, mode: int = 0o600) -> int:
    """A descriptor, as `os.open` gives one; never through a symbolic link, never waiting, inherited by no child.

    Raises:
        NoPlainFile: something else bears the name; it was neither opened nor changed.
        OSError: whatever else opening fails with.
    """
    _refuse_other_kinds(file)  # before it is opened: to open a device may already do something
    descriptor = os.open(file, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NoPlainFile(errno.EINVAL, "is no plain file", str(file))
    return descriptor


def make_plain_file(file: Path, mode: int = 0o600) -> int:
    """A descriptor of a new, empty file, for writing, in the place of whatever plain file or link bore the name.

    Raises:
        OSError: it cannot be made; where a folder has the name, too.
    """
    file.unlink(missing_ok=True)  # a link that is not symbolic would lead to somebody's bytes, too
    return open_plain_file(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)


def _refuse_other_kinds(file: Path) -> None:
    kind = other_kind(file)
    if kind is not None:
        raise NoPlainFile(errno.ELOOP, f"is {kind}", str(file))
