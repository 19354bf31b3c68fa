"""What a file has to be to count as a picture (PNG): pure, by the structure alone, as `gateway.core.jpeg`.

Every chunk has to lie within the file and be what was written, and the last has to be its end.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from gateway.core.jpeg import PictureSize

_BEGIN = b"\x89PNG\r\n\x1a\n"
_HEAD_LENGTH = 13
_COLOURS_AT = len(_BEGIN) + 8 + 9
"""Of its first chunk's content the tenth byte."""


def png_size(content: bytes) -> PictureSize | None:
    """How large the picture is; `None`: it is no PNG picture, or not a whole one."""
    size = None
    for kind, body in _chunks(content):
        if size is None:
            size = _size(body) if kind == b"IHDR" and len(body) == _HEAD_LENGTH else None
            if size is None:
                return None
        if kind == b"IEND":
            return size
    return None


def png_exif(content: bytes) -> bytes:
    """Exif of a whole picture, which says which side is up; empty: it has none."""
    return next((bytes(body) for kind, body in _chunks(content) if kind == b"eXIf"), b"")


def png_is_transparent(content: bytes) -> bool:
    """Whether a picture's pixels say how much shines through them; not of any other file."""
    return content.startswith(_BEGIN) and content[_COLOURS_AT : _COLOURS_AT + 1] in (b"\x04", b"\x06")


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Up to the first that is not as it was written."""
    if not content.startswith(_BEGIN):
        return
    view = memoryview(content)
    at = len(_BEGIN)
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 8 + length
        if end + 4 > len(content) or zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            return
        yield kind, view[at + 8 : end]
        at = end + 4


def _size(head: memoryview) -> PictureSize | None:
    width, height = struct.unpack_from(">II", head)
    return PictureSize(width, height) if width and height else None
