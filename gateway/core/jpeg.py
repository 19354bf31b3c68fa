"""What a file has to be to count as a picture (JPEG): pure, by the structure alone, so that no decoder is needed.

Every segment has to lie within the file, the picture a size, and an end behind its scan: a photo that was cut off while
it was copied from a telephone is none. What stands behind the end (a telephone's second picture) counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

_BEGIN, _END, _SCAN = 0xD8, 0xD9, 0xDA
_SIZES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Markers of segments that say how large the picture is."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


@dataclass(frozen=True, slots=True)
class PictureSize:
    """In pixels, as the picture is stored: a telephone that was held upright says so elsewhere."""

    width: int
    height: int


def jpeg_size(content: bytes) -> PictureSize | None:
    """How large the picture is; `None`: it is no JPEG picture, or not a whole one."""
    if content[:2] != bytes((0xFF, _BEGIN)):
        return None
    at, found = 2, None
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:  # so many as somebody likes may stand before a marker
            at += 1
            continue
        if marker in _ALONE:
            at += 2
            continue
        if marker in (_BEGIN, _END):
            return None
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        behind = at + 2 + length
        if length < 2 or behind > len(content):
            return None
        if marker in _SIZES:
            found = _size(content[at + 4 : behind])
        if marker == _SCAN:
            has_end = content.find(bytes((0xFF, _END)), behind) >= 0
            return found if has_end else None
        at = behind
    return None


def _size(segment: bytes) -> PictureSize | None:
    height, width = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big")
    return PictureSize(width, height) if len(segment) >= 6 and width and height else None


def with_usual_head(content: bytes) -> bytes:
    """The same picture with the head that office programs know it by. `content`: as `jpeg_size` takes it."""
    return content if content[6:10] in (b"JFIF", b"Exif") else content[:2] + _JFIF + content[2:]
