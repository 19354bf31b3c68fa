"""The folder into which orders and their images are moved. What was taken goes to `done/`, what was refused to
`refused/` with the reason beside it, each order in a folder of its own.

A folder in `done/` is made after its order was taken, and is named by the file and its bytes: after a power cut in the
middle, the images that are there already are those of the order that is still here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.orders.file_age import is_older
from gateway.orders.images import LARGEST_ORIGINAL, ImageAbsent, is_image_name
from gateway.orders.order_json import LARGEST_SUBMISSION
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

DONE, REFUSED = "done", "refused"
UNCLAIMED = "without-order"
"""In `refused`: images that no order came for."""
REASON = "reason.txt"
GROUP = "gateway-orders"
"""Whoever is in it may move orders in, and read nothing of the gateway's but what became of them."""
_SUFFIX = ".json"
_MOST_NAMES = 5000
_LONGEST_NAME = 600
"""Bytes of an image's name as JSON writes it: a hundred characters, each as `\\u1234`."""
_LONGEST_STEM = 242
"""Bytes: with a hash behind it, it is still the name of a file."""
_MODE = 0o770
"""For the folder's group. Where the folder hands its group on (setgid), what is made in it has that already; the unit's
sandbox lets nobody set that mark, and to set the mode would take it away."""


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """An order's file as it lies there. `mark` is another one once it was written to."""

    name: str
    moved_in_ms: int
    mark: tuple[int, int, int]


class OrderUnreadable(OSError):
    """The gateway may not read it: `strerror` says what to do."""


class SpoolFolder:
    """All access to it but to `kept/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """
        Raises:
            OSError: it cannot be made or written.
        """
        for folder in (self.folder, self.folder / DONE, self.folder / REFUSED):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                if not folder.stat().st_mode & stat.S_ISGID:
                    folder.chmod(_MODE)

    def orders(self) -> list[SpooledFile]:
        """The JSON files in it, that which lies there longest first.

        Raises:
            OSError: it cannot be read.
        """
        found = []
        with os.scandir(self.folder) as entries:
            for entry in islice(entries, _MOST_NAMES):
                if not entry.name.endswith(_SUFFIX) or entry.name.startswith("."):
                    continue
                with suppress(FileNotFoundError):
                    seen = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(seen.st_mode):
                        found.append((seen.st_mtime_ns, _file(entry.name, seen)))
        return [one for _, one in sorted(found, key=lambda one: (one[0], one[1].name))]

    def submission(self, file: SpooledFile) -> bytes:
        """
        Raises:
            OrderUnreadable: it belongs to somebody who keeps it from us.
            OSError: it cannot be read now.
        """
        try:
            return _read(self.folder / file.name, LARGEST_SUBMISSION)
        except PermissionError as error:
            raise OrderUnreadable(error.errno, _kept_from_us(self.folder / file.name), file.name) from None

    def image(self, name: str, file: SpooledFile, submission: bytes) -> bytes:
        """Of an order: what was moved with it before a power cut, or what lies here.

        Raises:
            ImageAbsent: neither.
        """
        for place in (self._done(file, submission) / name, self.folder / name):
            try:
                return _read(place, LARGEST_ORIGINAL)
            except FileNotFoundError:
                continue
            except PermissionError:
                raise ImageAbsent(_kept_from_us(place)) from None
            except OSError as error:
                raise ImageAbsent(
                    Phrase("{name} cannot be read: {error}", name=name, error=error.strerror or error)
                ) from None
        raise ImageAbsent(Phrase("{name} does not lie beside the order", name=name))

    def mark_of(self, names: Collection[str]) -> tuple[object, ...]:
        """Of these files: another one once any of them came, went, or was written to."""
        marks: list[object] = []
        for name in names:
            try:
                marks.append(_file(name, (self.folder / name).lstat()).mark)
            except OSError as error:
                marks.append(error.errno)
        return tuple(marks)

    def refuse_unread(self, file: SpooledFile, reason: str) -> None:
        """Nobody knows what is in it, nor which images are its own: see `refuse_unclaimed`. Raises as `settle`."""
        self.refuse(file, repr(file.mark).encode(), (), (reason,))

    def settle(self, file: SpooledFile, submission: bytes, images: Collection[str]) -> None:
        """It was taken: out of the way, its images first.

        Raises:
            OSError: not all of it; the same again is worth trying.
        """
        folder = self._done(file, submission)
        folder.mkdir(exist_ok=True)
        still_here = [one for one in self._images(images) if not os.path.lexists(folder / one)]
        self._move([*still_here, file.name], folder)

    def refuse(self, file: SpooledFile, submission: bytes, images: Collection[str], reasons: Collection[str]) -> None:
        """With the reasons beside it, and with every image that it names, also where nobody got as far as to ask for
        it: what stayed would be taken for the next order's image of that name. Raises as `settle`."""
        folder = self._refused(_named(file, submission), reasons)
        with os.scandir(self.folder) as entries:
            named = _texts(submission) & {one.name for one in entries}
        self._move([*self._images({*images, *named}), file.name], folder)

    def refuse_unclaimed(self, before_ms: int) -> list[str]:
        """The images that lie there since before then, and that no order came for. Returns their names.

        Raises:
            OSError: not all of them; the same again is worth trying.
        """
        with os.scandir(self.folder) as entries:
            marks = sorted(_mark(one) for one in entries if is_image_name(one.name) and _is_old(one, before_ms))
        images = self._images(name for name, _ in marks)
        if images:
            name = f"{UNCLAIMED}-{hashlib.sha256(repr(marks).encode()).hexdigest()[:12]}"
            self._move(images, self._refused(name, ("no order came that names these images",)))
        return images

    def drop_done(self, before_ms: int) -> int:
        """Remove what was taken before then. Returns how many orders."""
        old = [one for one in _folders(self.folder / DONE) if is_older(one, before_ms)]
        for one in old:
            shutil.rmtree(one, ignore_errors=True)
        return len(old)

    def _refused(self, name: str, reasons: Collection[str]) -> Path:
        folder = self.folder / REFUSED / name
        folder.mkdir(exist_ok=True)
        told = "".join(f"{one}\n" for one in reasons).encode("utf-8", "backslashreplace")  # names are bytes of any kind
        with os.fdopen(make_plain_file(folder / REASON, 0o660), "wb") as opened:
            opened.write(told)
            opened.flush()
            os.fsync(opened.fileno())
        return folder

    def _images(self, names: Iterable[str]) -> list[str]:
        """Of what an order calls its images only what may be one: never a folder of ours, nor another order."""
        return [one for one in names if is_image_name(one) and not (self.folder / one).is_dir()]

    def _move(self, names: Iterable[str], into: Path) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                (self.folder / name).rename(into / name)
        into.chmod(_MODE)  # not before: what was made in it has the group that it hands on
        for folder in (into, into.parent, self.folder):
            sync(folder)

    def _done(self, file: SpooledFile, submission: bytes) -> Path:
        return self.folder / DONE / _named(file, submission)


def _named(file: SpooledFile, submission: bytes) -> str:
    stem = file.name.removesuffix(_SUFFIX)[:150]
    while len(os.fsencode(stem)) > _LONGEST_STEM:
        stem = stem[:-1]
    return f"{stem}-{hashlib.sha256(submission).hexdigest()[:12]}"


def _texts(submission: bytes) -> set[str]:
    """What stands between two quotation marks, as far as it is short: of any document, however broken it is."""
    return {_text(one) for one in submission.split(b'"') if len(one) <= _LONGEST_NAME}


def _text(quoted: bytes) -> str:
    """As JSON writes it; empty: it is none."""
    try:
        return str(json.loads(b'"%b"' % quoted))
    except ValueError:
        return ""


def _mark(entry: os.DirEntry[str]) -> tuple[str, int]:
    return entry.name, entry.inode()


def _is_old(entry: os.DirEntry[str], before_ms: int) -> bool:
    try:
        seen = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return not stat.S_ISDIR(seen.st_mode) and seen.st_ctime_ns // 1_000_000 < before_ms


def _file(name: str, seen: os.stat_result) -> SpooledFile:
    mark = (seen.st_ino, seen.st_mtime_ns, seen.st_size)
    return SpooledFile(name, seen.st_ctime_ns // 1_000_000, mark)


def _kept_from_us(file: Path) -> Phrase:
    """Of whom it is cannot be told: in its sandbox the daemon sees its own users alone."""
    return Phrase(
        "the gateway may not read {name}: let its group be {group}, and its mode g+r, before it is moved in",
        name=file.name,
        group=GROUP,
    )


def _read(file: Path, most: int) -> bytes:
    with os.fdopen(open_plain_file(file, os.O_RDONLY), "rb") as opened:
        return opened.read(most + 1)


def _folders(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
