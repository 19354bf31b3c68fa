"""Photos of seals: files in the storage folder's `seals/`, named by the SHA-256 of their bytes. Kept for ever.

A photo lies there, durable, before anything tells of it. One that is there is not written again.
"""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.jpeg import jpeg_size
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import NoPlainFile, make_plain_file, open_plain_file, other_kind
from gateway.runtime.sync import sync

FOLDER = "seals"
LARGEST_BYTES = 16 * 1024 * 1024
"""A telephone's photo is 2 to 8 MB."""
_MODE = 0o640


class PhotoState(StrEnum):
    """What lies under a photo's name."""

    THERE = "there"
    GONE = "gone"
    ALTERED = "altered"
    """Its bytes are not those that were kept."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SealPhoto:
    """`content`: only of one that is there."""

    sha256: str
    state: PhotoState
    content: bytes | None = None


class PhotoRefused(GatewayError):
    """A photo was not taken: it is no picture, too large, or cannot be read or written."""


def read_new_photo(file: Path) -> bytes:
    """A picture that somebody wants to be kept, from wherever it lies.

    Raises:
        PhotoRefused: it cannot be read, or is no JPEG picture of a bearable size.
    """
    try:
        content = _read(file)
    except OSError as error:
        raise PhotoRefused(Phrase("{file} cannot be read: {strerror}", file=file, strerror=error.strerror)) from error
    if len(content) > LARGEST_BYTES:
        raise PhotoRefused(
            Phrase(
                "{file} is larger than {largest_bytes} MB; make the picture smaller",
                file=file,
                largest_bytes=LARGEST_BYTES // 1024**2,
            )
        )
    if jpeg_size(content) is None:
        raise PhotoRefused(
            Phrase("{file} is no whole JPEG picture; send it from the telephone as JPEG (.jpg), once more", file=file)
        )
    return content


class SealPhotos:
    """All access to the photos below one storage folder."""

    def __init__(self, storage: Path) -> None:
        self._folder = storage / FOLDER

    def keep(self, content: bytes) -> str:
        """Its SHA-256, by which it is found again. Twice the same picture lies there once.

        Raises:
            PhotoRefused: it cannot be written.
        """
        name = hashlib.sha256(content).hexdigest()
        if self.look(name).state is PhotoState.THERE:
            return name
        beside = self._folder / f"{name}.part"
        try:
            self._make_folder()
            self._write(beside, content)
            beside.replace(self._folder / f"{name}.jpg")
            sync(self._folder)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)  # a full disk gets its room back
            raise PhotoRefused(
                Phrase(
                    "{beside} cannot be written: {strerror}; nothing was noted", beside=beside, strerror=error.strerror
                )
            ) from error
        return name

    def look(self, sha256: str) -> SealPhoto:
        """The photo of that name, if it is still the one that was kept."""
        try:
            content = _read(self._folder / f"{sha256}.jpg")
        except FileNotFoundError:
            return SealPhoto(sha256, PhotoState.GONE)
        except OSError:
            return SealPhoto(sha256, PhotoState.UNREADABLE)
        if hashlib.sha256(content).hexdigest() != sha256:
            return SealPhoto(sha256, PhotoState.ALTERED)
        return SealPhoto(sha256, PhotoState.THERE, content)

    def _write(self, file: Path, content: bytes) -> None:
        with os.fdopen(make_plain_file(file, _MODE), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fchmod(opened.fileno(), _MODE)
            self._give_to_owner(opened.fileno())
            os.fsync(opened.fileno())

    def _make_folder(self) -> None:
        kind = other_kind(self._folder)
        if kind == "a folder":
            return
        if kind is not None:  # a link that somebody planted would lead root's writing elsewhere
            raise NoPlainFile(errno.ELOOP, f"{self._folder} is {kind}", str(self._folder))
        self._folder.mkdir(mode=0o750)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            self._give_to_owner(descriptor)
        finally:
            os.close(descriptor)
        sync(self._folder.parent)

    def _give_to_owner(self, descriptor: int) -> None:
        """What root makes belongs to whoever owns the storage folder, as all that lies in it."""
        if os.geteuid() == 0:
            around = self._folder.parent.stat()
            os.fchown(descriptor, around.st_uid, around.st_gid)


def _read(file: Path) -> bytes:
    """One byte more than is borne, at the most."""
    with os.fdopen(open_plain_file(file, os.O_RDONLY), "rb") as opened:
        return opened.read(LARGEST_BYTES + 1)
