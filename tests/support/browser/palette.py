"""Pictures of pages, small: a page has few colours, so that a palette of 256 shows it as it is."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MOST_COLOURS = 256
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write_small_png(picture: bytes, file: Path) -> int:
    """The same picture as an indexed PNG. Returns its bytes' number. `picture`: a PNG of whatever kind."""
    pixels = cv2.cvtColor(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    height, width = pixels.shape[:2]
    colours, places, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = _palette(colours, counts)
    indices = _nearest(colours, palette)[places.reshape(-1)].reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), np.uint8), indices])  # each row with the filter "none"
    content = (
        _SIGNATURE
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", palette.astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )
    file.write_bytes(content)
    return len(content)


def _palette(colours: NDArray[Any], counts: NDArray[Any]) -> NDArray[Any]:
    """The commonest colours first, then the commonest of what lies farther from those."""
    order = np.argsort(-counts, kind="stable")
    if len(order) <= MOST_COLOURS:
        return np.asarray(colours[order])
    chosen = list(order[: MOST_COLOURS // 2])
    rest = order[MOST_COLOURS // 2 :]
    distance = np.full(len(rest), np.inf)
    for one in chosen:
        distance = np.minimum(distance, _distances(colours[rest], colours[one]))
    while len(chosen) < MOST_COLOURS:
        farthest = int(np.argmax(distance * np.sqrt(counts[rest])))
        chosen.append(rest[farthest])
        distance = np.minimum(distance, _distances(colours[rest], colours[rest[farthest]]))
    return np.asarray(colours[chosen])


def _nearest(colours: NDArray[Any], palette: NDArray[Any]) -> NDArray[np.uint8]:
    best, found = np.full(len(colours), np.inf), np.zeros(len(colours), np.uint8)
    for number, colour in enumerate(palette):
        distance = _distances(colours, colour)
        found[distance < best] = number
        best = np.minimum(best, distance)
    return found


def _distances(colours: NDArray[Any], colour: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(((colours.astype(np.int32) - colour.astype(np.int32)) ** 2).sum(axis=1), np.float64)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
