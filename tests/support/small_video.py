"""Real files of video, a few kilobytes each: 64 × 64, ten frames a second, a key frame each second."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np

FRAMES_PER_S = 10
_X265_QUIET = {"x265-params": "log-level=none:min-keyint=10:keyint=10:scenecut=0"}
_X264_QUIET = {"x264-params": "log-level=error:scenecut=0"}

Frame = tuple[int, bool, bytes]


@cache
def video(seconds: int = 3, codec: str = "h264", b_frames: int = 0, *, is_finished: bool = True) -> bytes:
    """A Matroska file as the recorder writes it. One that is not finished is what a `kill -9` leaves."""
    content = io.BytesIO()
    encoder = {"h264": "libx264", "hevc": "libx265"}[codec]
    container = av.open(content, "w", format="matroska", options={"cluster_time_limit": "300"})
    stream = container.add_stream(encoder, rate=FRAMES_PER_S)
    stream.width = stream.height = 64
    stream.pix_fmt = "yuv420p"
    stream.options = {"g": "10", "bf": str(b_frames), **(_X264_QUIET if codec == "h264" else _X265_QUIET)}
    for number in range(seconds * FRAMES_PER_S):
        picture = av.VideoFrame.from_ndarray(np.full((96, 64), number * 3 % 255, dtype=np.uint8), format="yuv420p")
        picture.pts, picture.time_base = number, Fraction(1, FRAMES_PER_S)
        container.mux(stream.encode(picture))
    container.mux(stream.encode())
    left = content.getvalue()
    container.close()
    return content.getvalue() if is_finished else left


def frames(file: Path) -> list[Frame]:
    """When each is shown, in ms, whether it is a key frame, and its bytes; in the order of the file."""
    with av.open(file) as container:
        found = []
        for packet in container.demux(video=0):
            if packet.size and packet.pts is not None and packet.time_base is not None:
                found.append((round(packet.pts * packet.time_base * 1000), packet.is_keyframe, bytes(packet)))
    return found
