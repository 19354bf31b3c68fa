"""A photo in the size that a report needs, where OpenCV is installed."""

from __future__ import annotations

from gateway.core.jpeg import jpeg_size


def shrunk(content: bytes, longest_px: int) -> bytes:
    """The JPEG picture, its longer side no longer than that and turned as it was taken; as it is if it is small enough,
    or OpenCV is missing or makes nothing of it."""
    size = jpeg_size(content)
    if size is None or max(size.width, size.height) <= longest_px:
        return content
    try:
        import cv2
        import numpy as np
    except ModuleNotFoundError:
        return content
    from gateway.cameras.pictures.picture_measures import to_jpeg

    longest = max(size.width, size.height)
    ways = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2))
    way = next((flag for divisor, flag in ways if longest // divisor >= longest_px), cv2.IMREAD_COLOR)
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), way)
        if picture is None:
            return content
        scale = longest_px / max(picture.shape[:2])
        smaller = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    except cv2.error:
        return content
    return to_jpeg(smaller.astype(np.uint8, copy=False))
