"""What a file has to be to count as a picture (JPEG): pure, by the structure alone, so that no decoder is needed.

Every segment has to lie within the file, the picture a size, and an end behind its scan: a photo that was cut off while
it was copied from a telephone is none. What stands behind the end (a telephone's second picture) counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN, _END, _SCAN = 0xD8, 0xD9, 0xDA
_SIZES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Markers of segments that say how large the picture is."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
_EXIF_MARKER, _EXIF = 0xE1, b"Exif\x00\x00"
_PROFILE_MARKER, _PROFILE = 0xE2, b"ICC_PROFILE\x00"
_OF_A_PHOTO = 3
"""Colours. One of a printer's four means nothing to what is made of it."""
_LONGEST_SEGMENT = 0xFFFF
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


@dataclass(frozen=True, slots=True)
class PictureSize:
    """In pixels, as the picture is stored: a telephone that was held upright says so elsewhere."""

    width: int
    height: int


def jpeg_size(content: bytes) -> PictureSize | None:
    """How large the picture is; `None`: it is no JPEG picture, or not a whole one."""
    found = None
    for marker, begin, behind in _segments(content):
        if marker in _SIZES:
            found = _size(content[begin:behind])
        if marker == _SCAN:
            has_end = content.find(bytes((0xFF, _END)), behind) >= 0
            return found if has_end else None
    return None


def jpeg_notes(content: bytes) -> bytes:
    """What is told of a whole picture and holds for a smaller one, too, as it stands in the file: Exif (which side is
    up, when and where it was taken), and the profile of its colours, where these are three."""
    kept = bytearray()
    colours = 0
    for marker, begin, _ in _segments(content):
        if marker in _SIZES:
            colours = content[begin + 5]
    for marker, begin, behind in _segments(content):
        is_exif = marker == _EXIF_MARKER and content.startswith(_EXIF, begin)
        is_profile = marker == _PROFILE_MARKER and content.startswith(_PROFILE, begin) and colours == _OF_A_PHOTO
        if is_exif or is_profile:
            kept += bytes((0xFF, marker)) + content[begin - 2 : behind]
    return bytes(kept)


def exif_segment(exif: bytes) -> bytes:
    """Exif of another file's, as it stands in a JPEG file; empty: it does not fit into one."""
    segment = _EXIF + exif
    if not exif or len(segment) + 2 > _LONGEST_SEGMENT:
        return b""
    return bytes((0xFF, _EXIF_MARKER)) + (len(segment) + 2).to_bytes(2, "big") + segment


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Each segment's marker, where its content begins and what lies behind it, up to the first scan; none from there on
    where the file is not as it should be."""
    if content[:2] != bytes((0xFF, _BEGIN)):
        return
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return
        marker = content[at + 1]
        if marker == 0xFF:  # so many as somebody likes may stand before a marker
            at += 1
            continue
        if marker in _ALONE:
            at += 2
            continue
        if marker in (_BEGIN, _END):
            return
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        behind = at + 2 + length
        if length < 2 or behind > len(content):
            return
        yield marker, at + 4, behind
        if marker == _SCAN:
            return
        at = behind


def _size(segment: bytes) -> PictureSize | None:
    height, width = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big")
    return PictureSize(width, height) if len(segment) >= 6 and width and height else None


def with_usual_head(content: bytes) -> bytes:
    """The same picture with the head that office programs know it by. `content`: as `jpeg_size` takes it."""
    return content if content[6:10] in (b"JFIF", b"Exif") else content[:2] + _JFIF + content[2:]
