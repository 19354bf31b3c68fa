"""Key frames as a camera sends them: drawn pictures, encoded by PyAV's own FFmpeg."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import cast

import av
import cv2
from av.video.codeccontext import VideoCodecContext

from tests.support.scenes import Picture

_ENCODERS = {
    "h264": ("libx264", {"preset": "ultrafast", "tune": "zerolatency"}),
    "hevc": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1"}),
}


def key_frame(picture: Picture, codec: str = "h264", width: int = 1280, height: int = 720, loss: int = 23) -> bytes:
    """The picture, in that size, with its parameter sets before it. `loss`: x264's constant rate factor, 0 to 51; at 23
    a picture has hundreds of kilobytes, at 42 some ten, and looks like it."""
    return _encoded(picture.tobytes(), picture.shape, codec, width, height, loss)


@cache
def _encoded(pixels: bytes, shape: tuple[int, int], codec: str, width: int, height: int, loss: int) -> bytes:
    import numpy as np

    picture = np.frombuffer(pixels, np.uint8).reshape(shape)
    name, options = _ENCODERS[codec]
    encoder = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 15), Fraction(15)
    encoder.thread_count = 1
    encoder.options = options | {"crf": str(loss)}
    sized = cv2.resize(picture, (width, height))
    frame = av.VideoFrame.from_ndarray(cv2.cvtColor(sized, cv2.COLOR_GRAY2BGR), "bgr24")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
