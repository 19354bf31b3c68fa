"""Photos of seals, as a telephone or a camera writes them."""

from __future__ import annotations

import cv2
import numpy as np


def photo(seed: int = 1, width: int = 160, height: int = 120) -> bytes:
    """A JPEG picture; another one for each seed."""
    pixels = np.random.default_rng(seed).integers(0, 255, (height // 8, width // 8, 3), np.uint8)
    picture = cv2.resize(pixels, (width, height))
    return cv2.imencode(".jpg", picture)[1].tobytes()


def telephones(content: bytes) -> bytes:
    """The same with a head of Exif, in which a small picture lies, and a second picture behind it."""
    thumbnail = photo(9, 32, 24)
    segment = b"Exif\x00\x00" + thumbnail
    return b"".join(
        (content[:2], b"\xff\xe1", (len(segment) + 2).to_bytes(2, "big"), segment, content[20:], thumbnail, b"video")
    )
