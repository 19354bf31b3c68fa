"""What can be measured of a picture, 480 × 270, grey: the numbers that `gateway.core.picture_rules` judges.

OpenCV is kept to one thread here, and to small pictures: 2 ms of a processor for each.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gateway.core.picture_rules import BRIGHT, DARK, FLAT_DEVIATION, HEIGHT, WIDTH, PictureMeasures, Shift

GreyPicture = NDArray[np.uint8]
"""HEIGHT rows of WIDTH pixels."""
ColourPicture = NDArray[np.uint8]
"""Rows of pixels of blue, green and red."""

_TILE = 30
"""Pixels each way: 16 × 9 tiles."""
_FINE = 4.0
"""Deviation of the blur whose difference to the picture is its high-pass: light that changes slowly over the picture
says nothing of where an edge is."""
_JPEG_QUALITY = 85

cv2.setNumThreads(1)  # a camera's picture has ten seconds of time, and the recording comes first


def measure(
    picture: GreyPicture,
    before: GreyPicture | None,
    reference: GreyPicture | None,
    shift_before: Shift | None = None,
) -> PictureMeasures:
    """`before`: the last picture of the same camera; `reference`: what it is to show; `shift_before`: how far `before`
    was from it."""
    return PictureMeasures(
        dark_share=float(np.count_nonzero(picture <= DARK)) / picture.size,
        bright_share=float(np.count_nonzero(picture >= BRIGHT)) / picture.size,
        flat_share=_flat_share(picture),
        sharpness=_sharpness(picture),
        change=None if before is None else float(cv2.norm(picture, before, cv2.NORM_L1)) / picture.size,
        shift=None if reference is None else _shift(picture, reference),
        shift_before=shift_before,
    )


def to_png(picture: GreyPicture) -> bytes:
    """Exactly this picture, in a file's form."""
    return cv2.imencode(".png", picture)[1].tobytes()


def from_png(content: bytes) -> GreyPicture | None:
    """The other way round; `None`: it is none, or of another size."""
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:  # of no bytes at all
        return None
    if picture is None or picture.shape != (HEIGHT, WIDTH):
        return None
    return picture.astype(np.uint8, copy=False)


def to_jpeg(picture: ColourPicture) -> bytes:
    """For people."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()


def _flat_share(picture: GreyPicture) -> float:
    tiles = picture.reshape(HEIGHT // _TILE, _TILE, WIDTH // _TILE, _TILE)
    return float(np.mean(tiles.std(axis=(1, 3), dtype=np.float32) < FLAT_DEVIATION))


def _sharpness(picture: GreyPicture) -> float:
    edges = cv2.Laplacian(cv2.GaussianBlur(picture, (3, 3), 0), cv2.CV_16S)
    deviation = float(cv2.meanStdDev(edges)[1][0][0])
    return deviation * deviation


def _shift(picture: GreyPicture, reference: GreyPicture) -> Shift:
    (across, down), response = cv2.phaseCorrelate(_high_pass(reference), _high_pass(picture), _WINDOW)
    return Shift(float(across), float(down), float(response))


def _high_pass(picture: GreyPicture) -> NDArray[np.float32]:
    values = picture.astype(np.float32)
    return np.subtract(values, cv2.GaussianBlur(values, (0, 0), _FINE), dtype=np.float32)


_WINDOW = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)
"""What lies at the border came into the picture or left it: it counts the less the nearer it is to it."""
