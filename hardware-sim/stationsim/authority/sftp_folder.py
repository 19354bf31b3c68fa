"""The folder that an SFTP client sees: an authority's root, and no way out of it.

Paths are taken from the root whatever they look like; links can be neither made nor followed. An error of the file
system becomes the SFTP status for it.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface
from paramiko.server import ServerInterface
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_PERMISSION_DENIED

T = TypeVar("T")


class SftpFolder(SFTPServerInterface):
    """SFTP version 3 as OpenSSH speaks it: `rename` refuses an existing target, `posix-rename` replaces it."""

    def __init__(self, server: ServerInterface, root: Path) -> None:
        super().__init__(server)
        self._root = root.resolve()

    def open(self, path: str, flags: int, attr: SFTPAttributes) -> SFTPHandle | int:
        return _attempt(lambda: _OpenFile(os.open(self._real(path), flags | os.O_NOFOLLOW, 0o644), flags))

    def list_folder(self, path: str) -> list[SFTPAttributes] | int:
        return _attempt(lambda: [_attributes(child.lstat(), child.name) for child in self._real(path).iterdir()])

    def stat(self, path: str) -> SFTPAttributes | int:
        return _attempt(lambda: _attributes(self._real(path).stat(), PurePosixPath(path).name))

    def lstat(self, path: str) -> SFTPAttributes | int:
        return _attempt(lambda: _attributes(self._real(path).lstat(), PurePosixPath(path).name))

    def remove(self, path: str) -> int:
        return _perform(lambda: self._real(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        return _perform(lambda: self._move(oldpath, newpath))

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return _perform(lambda: self._real(oldpath).replace(self._real(newpath)))

    def mkdir(self, path: str, attr: SFTPAttributes) -> int:
        return _perform(lambda: self._real(path).mkdir(0o755))

    def rmdir(self, path: str) -> int:
        return _perform(lambda: self._real(path).rmdir())

    def chattr(self, path: str, attr: SFTPAttributes) -> int:
        return _perform(lambda: _change(self._real(path), attr))

    def _move(self, old: str, new: str) -> None:
        target = self._real(new)
        if target.exists():
            raise FileExistsError(new)
        self._real(old).rename(target)

    def _real(self, path: str) -> Path:
        """Raises PermissionError for a path that leads out of the root through a link."""
        real = self._root / self.canonicalize(path).lstrip("/")
        if not real.resolve().is_relative_to(self._root):
            raise PermissionError(path)
        return real


class _OpenFile(SFTPHandle):
    def __init__(self, descriptor: int, flags: int) -> None:
        super().__init__(flags)
        self._descriptor = descriptor
        self._appends = bool(flags & os.O_APPEND)

    def close(self) -> None:
        os.close(self._descriptor)

    def read(self, offset: int, length: int) -> bytes | int:
        return _attempt(lambda: os.pread(self._descriptor, length, offset))

    def write(self, offset: int, data: Any) -> int:
        return _perform(lambda: self._write(offset, bytes(data)))

    def stat(self) -> SFTPAttributes | int:
        return _attempt(lambda: _attributes(os.fstat(self._descriptor), ""))

    def chattr(self, attr: SFTPAttributes) -> int:
        return _perform(lambda: _change(self._descriptor, attr))

    def _write(self, offset: int, content: bytes) -> None:
        written = os.write(self._descriptor, content) if self._appends else os.pwrite(self._descriptor, content, offset)
        if written != len(content):
            raise OSError(errno.ENOSPC, "only a part could be written")


def _attempt(action: Callable[[], T]) -> T | int:
    try:
        return action()
    except PermissionError:
        return SFTP_PERMISSION_DENIED
    except OSError as error:
        return SFTP_FAILURE if error.errno is None else SFTPServer.convert_errno(error.errno)


def _perform(action: Callable[[], object]) -> int:
    def act() -> int:
        action()
        return SFTP_OK

    return _attempt(act)


def _attributes(found: os.stat_result, name: str) -> SFTPAttributes:
    return SFTPAttributes.from_stat(found, name)


def _change(target: Path | int, attr: SFTPAttributes) -> None:
    """Size, permissions and times, whichever are given; owners are not a client's business here."""
    if attr.st_size is not None:
        os.truncate(target, attr.st_size)
    if attr.st_mode is not None:
        os.chmod(target, attr.st_mode & 0o777)  # noqa: PTH101 - also for a descriptor
    if attr.st_atime is not None and attr.st_mtime is not None:
        os.utime(target, (attr.st_atime, attr.st_mtime))
