"""What the beginning of a Matroska file says of the whole, read without a library: it has to be quick for a hundred
thousand files.

The size of the whole is written last of all, when the file is closed: a file that is as long as it says was finished,
one that says nothing was not, one that is shorter has lost its end.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.core.instants import HOUR_MS
from gateway.runtime.plain_file import open_plain_file

_FIRST_BYTES, _MOST_BYTES = 4096, 256 * 1024
_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_SCALE, _DURATION = 0x2AD7B1, 0x4489
_TRACK, _KIND, _CODEC, _VIDEO, _WIDTH, _HEIGHT = 0xAE, 0x83, 0x86, 0xE0, 0xB0, 0xBA
_VIDEO_KIND = 1
_MOST_SCALE = 10**12
_LONGEST_MS = HOUR_MS
"""The recorder ends a file long before: whoever says more was damaged."""
_CODECS = {b"V_MPEG4/ISO/AVC": "h264", b"V_MPEGH/ISO/HEVC": "hevc"}

_Element = tuple[int, int | None, int]
"""Its kind, its size (`None`: not known yet), and where its content begins."""


@dataclass(frozen=True, slots=True)
class VideoHead:
    """Of one file. `length_ms`: as it was written when the file was closed; `None`: it never was, is not whole, or
    cannot be true."""

    bytes: int
    length_ms: int | None = None
    codec: str | None = None
    width: int | None = None
    height: int | None = None


def read_head(file: Path) -> VideoHead | None:
    """`None`: what lies there is no Matroska file.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = open_plain_file(file, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        for count in (_FIRST_BYTES, _MOST_BYTES):
            content = os.pread(descriptor, count, 0)
            head, is_complete = _parse(content, size)
            if is_complete or len(content) < count:
                break
    finally:
        os.close(descriptor)
    return head


def _parse(content: bytes, size: int) -> tuple[VideoHead | None, bool]:
    """What is said there, and whether that is all of it."""
    outer = list(_elements(content, 0, len(content)))
    if len(outer) < 2 or outer[0][0] != _EBML or outer[1][0] != _SEGMENT:
        return None, len(content) >= _FIRST_BYTES
    _, inner_size, at = outer[1]
    is_finished = inner_size is not None and at + inner_size == size
    length_ms: int | None = None
    shape: tuple[str | None, int | None, int | None] = (None, None, None)
    for kind, element_size, begin in _elements(content, at, len(content)):
        if kind == _CLUSTER:
            return VideoHead(size, length_ms if is_finished else None, *shape), True
        end = begin + (element_size or 0)
        if kind == _INFO and end <= len(content):
            length_ms = _length_ms(content, begin, end)
        if kind == _TRACKS and end <= len(content):
            shape = _shape(content, begin, end)
    return VideoHead(size, length_ms if is_finished else None, *shape), False


def _length_ms(content: bytes, begin: int, end: int) -> int | None:
    parts = _parts(content, begin, end)
    scale = int.from_bytes(parts.get(_SCALE, b""), "big") or 1_000_000
    duration = parts.get(_DURATION, b"")
    if len(duration) not in (4, 8):
        return None
    (length,) = struct.unpack(">d" if len(duration) == 8 else ">f", duration)
    length_ms = length / 1_000_000 * min(scale, _MOST_SCALE)
    return round(length_ms) if 0 < length_ms <= _LONGEST_MS else None


def _shape(content: bytes, begin: int, end: int) -> tuple[str | None, int | None, int | None]:
    for kind, size, at in _elements(content, begin, end):
        if kind != _TRACK or size is None:
            continue
        track = _parts(content, at, at + size)
        if int.from_bytes(track.get(_KIND, b""), "big") == _VIDEO_KIND:
            video = track.get(_VIDEO, b"")
            picture = _parts(video, 0, len(video))
            width, height = (int.from_bytes(picture.get(one, b""), "big") for one in (_WIDTH, _HEIGHT))
            return _CODECS.get(track.get(_CODEC, b"").rstrip(b"\0")), width or None, height or None
    return None, None, None


def _parts(content: bytes, begin: int, end: int) -> dict[int, bytes]:
    return {kind: content[at : at + size] for kind, size, at in _elements(content, begin, end) if size is not None}


def _elements(content: bytes, begin: int, end: int) -> Iterator[_Element]:
    """One after the other, as far as they can be read."""
    while begin < end:
        kind, at = _number(content, begin, keeps_marker=True)
        size, at = _number(content, at, keeps_marker=False)
        if kind is None or at > end:
            return
        yield kind, size, at
        if size is None:
            return
        begin = at + size


def _number(content: bytes, at: int, *, keeps_marker: bool) -> tuple[int | None, int]:
    """A number whose first bit that is set says how many bytes it has (RFC 8794, 4), and where the next one begins. All
    ones: not known; nothing to be read: `None`, far behind the end."""
    nothing = None, len(content) + 1
    if at >= len(content) or not content[at]:
        return nothing
    length = 9 - content[at].bit_length()
    if at + length > len(content):
        return nothing
    number = int.from_bytes(content[at : at + length], "big")
    value = number & ((1 << 7 * length) - 1)
    if keeps_marker:
        return number, at + length
    return (None if value == (1 << 7 * length) - 1 else value), at + length
