"""What is kept outside of the database so that an older one is known when it is put back: two small files beside it.

Written in turn and in place, each with a number that grows and a checksum: whichever of them is torn or flipped, the
other one holds. The one that was synced last is never written to, so nothing that was said to be safe is lost. Unknown
keys are those of a newer gateway, and ignored.
"""

from __future__ import annotations

import json
import os
import stat
import struct
import zlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from gateway.core.journal_entry import JournalHead
from gateway.core.rollback import Anchor, Marks

NAMES = ("gateway.anchor-1", "gateway.anchor-2")
SIZE = 1024
"""Of each file, in bytes; what is not used is zero."""
_MAGIC = b"GWANCHR1"
_HEAD = struct.Struct(">8sQII")
"""Magic, number, length of the JSON behind it, CRC-32 of the number, the length and the JSON."""
_MOST = 1 << 62


@dataclass(frozen=True, slots=True)
class AnchorFound:
    """What the two files hold. `is_damaged`: there is a file, and none that can be read."""

    anchor: Anchor | None
    is_damaged: bool = False


class AnchorFile:
    """The anchor in a storage folder. `read` comes first: it finds out where to write."""

    def __init__(self, folder: Path) -> None:
        self._files = tuple(folder / name for name in NAMES)
        self._number = 0
        self._next = 0

    def read(self) -> AnchorFound:
        """The newer of the two, as far as they can be read. Never raises."""
        contents = [_content(file) for file in self._files]
        found = [None if content is None else _parsed(content) for content in contents]
        numbers = [-1 if one is None else one[0] for one in found]
        newest = max(range(len(found)), key=numbers.__getitem__)
        self._number, self._next = max(0, numbers[newest]), 1 - newest
        one = found[newest]
        if one is None:
            return AnchorFound(None, any(content is not None for content in contents))
        return AnchorFound(one[1])

    def write(self, anchor: Anchor, *, synced: bool) -> None:
        """Keep it: on the card when this returns if `synced`, else whenever the system writes it.

        Raises:
            OSError: it cannot be kept; the last one that was synced still holds.
        """
        number = self._number + 1
        file = self._files[self._next]
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        try:
            known = os.fstat(handle)
            if not stat.S_ISREG(known.st_mode):
                raise OSError(f"{file} is no file")
            _write(handle, _packed(number, anchor))
            self._number = number
            if known.st_size != SIZE:
                os.ftruncate(handle, SIZE)
                _sync_new(handle, file.parent)
            elif synced:
                os.fdatasync(handle)
        finally:
            os.close(handle)
        if synced:
            self._next = 1 - self._next


def _write(handle: int, content: bytes) -> None:
    if os.pwrite(handle, content, 0) != len(content):
        raise OSError("the card took a part of it")


def _sync_new(handle: int, folder: Path) -> None:
    """The file's name, too, is to survive."""
    os.fsync(handle)
    parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _content(file: Path) -> bytes | None:
    """`None`: there is no such file, or no more than its name can be had."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError:
        return b""
    try:
        return os.pread(handle, SIZE, 0) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(handle)


def _packed(number: int, anchor: Anchor) -> bytes:
    content = {
        **asdict(anchor.marks),
        "closed": {str(length_ms): list(ends) for length_ms, ends in anchor.closed.items()},
        "delivered": list(anchor.delivered),
        "trusted_ms": anchor.trusted_ms,
        "journal": None if anchor.journal is None else [anchor.journal.seq, anchor.journal.hash],
    }
    text = json.dumps(content, separators=(",", ":")).encode()
    if _HEAD.size + len(text) > SIZE:
        raise OSError("the anchor is larger than its file")
    head = _HEAD.pack(_MAGIC, number, len(text), _checksum(number, text))
    return (head + text).ljust(SIZE, b"\0")


def _parsed(content: bytes) -> tuple[int, Anchor] | None:
    """Its number and what it says; `None`: it is torn, flipped, or not one of ours."""
    if len(content) < _HEAD.size:
        return None
    magic, number, length, checksum = _HEAD.unpack_from(content)
    text = content[_HEAD.size : _HEAD.size + length]
    if magic != _MAGIC or len(text) != length or checksum != _checksum(number, text):
        return None
    try:
        return number, _anchor(json.loads(text))
    except (ValueError, TypeError, AttributeError):
        return None


def _anchor(content: dict[str, Any]) -> Anchor:
    """Raises ValueError, TypeError, AttributeError: a newer gateway wrote something else there."""
    marks = Marks(**{mark.name: _number(content.get(mark.name, 0)) for mark in fields(Marks)})
    closed = {int(length): tuple(map(_number, ends)) for length, ends in content.get("closed", {}).items()}
    trusted_ms = content.get("trusted_ms")
    return Anchor(
        marks,
        closed,
        tuple(map(_number, content.get("delivered", ()))),
        None if trusted_ms is None else _number(trusted_ms),
        _journal_head(content.get("journal")),
    )


def _journal_head(content: object) -> JournalHead | None:
    if content is None:
        return None
    if not isinstance(content, list) or len(content) != 2 or not isinstance(content[1], str):
        raise ValueError(f"no entry of the journal: {content!r}")
    seq, hash_ = content
    return JournalHead(_number(seq), hash_)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -_MOST < value < _MOST:
        raise ValueError(f"no number: {value!r}")
    return value


def _checksum(number: int, text: bytes) -> int:
    return zlib.crc32(text, zlib.crc32(struct.pack(">QI", number, len(text))))
