"""A photo in fewer bytes: as large and as good as they allow, and the same to whoever looks at it.

What is told of the picture beside its pixels goes along as it is, above all which side is up: the pixels are not
turned.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gateway.core.jpeg import exif_segment, jpeg_notes, jpeg_size
from gateway.core.png import png_exif, png_is_transparent, png_size

Pixels = NDArray[np.uint8]
"""Rows of pixels of blue, green and red."""

_LARGEST_SIDE = 8192
"""Larger ones are read at a half, a quarter or an eighth: nobody sees more on them, and they take gigabytes."""
_GOOD, _FAIR = 85, 75
_POOR = (60, 45, 30)
"""Only once the picture is no larger than it has to be."""
_SPARE = 0.95
_SMALLEST_SIDE = 16
_ROWS = 64

cv2.setNumThreads(1)


def recompressed(content: bytes, most_bytes: int, least_px: int) -> bytes | None:
    """The JPEG or PNG picture as a JPEG file of at most `most_bytes`, its longer side at least `least_px` where it was
    and that can be had; `None`: it is no whole picture, or cannot be so small."""
    is_jpeg = jpeg_size(content) is not None
    notes = jpeg_notes(content) if is_jpeg else exif_segment(png_exif(content))
    if len(notes) > most_bytes // 4:
        notes = b""
    pixels = _pixels(content, is_turned=not notes)
    if pixels is None:
        return None
    for quality in (_GOOD, _FAIR):
        made = _file(pixels, quality, notes)
        if len(made) <= most_bytes:
            return made
    while (longest := max(pixels.shape[:2])) > least_px:
        pixels = _shrunk(pixels, max(_fitting_side(longest, len(made), most_bytes), least_px))
        made = _file(pixels, _FAIR, notes)
        if len(made) <= most_bytes:
            return made
    for quality in _POOR:
        made = _file(pixels, quality, notes)
        if len(made) <= most_bytes:
            return made
    while (longest := max(pixels.shape[:2])) > _SMALLEST_SIDE:
        pixels = _shrunk(pixels, _fitting_side(longest, len(made), most_bytes))
        made = _file(pixels, quality, notes)
        if len(made) <= most_bytes:
            return made
    return None


def _fitting_side(longest: int, size: int, most_bytes: int) -> int:
    """As a file is about as large as the picture has pixels."""
    share = min(1.0, most_bytes / size)
    return max(1, round(longest * _SPARE * math.sqrt(share)))


def _pixels(content: bytes, *, is_turned: bool) -> Pixels | None:
    """`is_turned`: so that the right side is up, for nobody will say that it is not."""
    size = jpeg_size(content) or png_size(content)
    if size is None:
        return None
    longest = max(size.width, size.height)
    ways = ((1, cv2.IMREAD_COLOR), (2, cv2.IMREAD_REDUCED_COLOR_2), (4, cv2.IMREAD_REDUCED_COLOR_4))
    way = next((flag for divisor, flag in ways if longest // divisor <= _LARGEST_SIDE), cv2.IMREAD_REDUCED_COLOR_8)
    if not is_turned:
        way |= cv2.IMREAD_IGNORE_ORIENTATION
    is_glass = png_is_transparent(content) and longest <= _LARGEST_SIDE
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED if is_glass else way)
    if picture is None:
        return None
    return _on_white(picture) if is_glass else picture.astype(np.uint8, copy=False)


def _on_white(picture: NDArray[Any]) -> Pixels:
    """What shines through is as it is shown on paper; in whole rows, for it takes more memory than the picture."""
    if picture.dtype == np.uint16:
        picture = picture >> 8
    colours = picture[:, :, :3].astype(np.uint8)
    for row in range(0, picture.shape[0], _ROWS):
        part = picture[row : row + _ROWS].astype(np.uint16)
        opaque = part[:, :, 3:]
        colours[row : row + _ROWS] = (part[:, :, :3] * opaque + 255 * (255 - opaque)) // 255
    return colours


def _shrunk(pixels: Pixels, longest_px: int) -> Pixels:
    scale = longest_px / max(pixels.shape[:2])
    size = [max(1, round(side * scale)) for side in (pixels.shape[1], pixels.shape[0])]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _file(pixels: Pixels, quality: int, notes: bytes) -> bytes:
    content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    return content[:2] + notes + content[2:]
