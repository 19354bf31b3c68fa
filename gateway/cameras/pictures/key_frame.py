"""One key frame as it came, and the picture in it. What a camera sends is decoded here, and may be anything.

A decoder is made for each key frame and thrown away: what a garbled one leaves behind spoils no other, and between two
looks no memory is held.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from gateway.core.errors import CameraGarbled
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.picture_rules import HEIGHT, WIDTH

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

    from gateway.cameras.pictures.picture_measures import ColourPicture, GreyPicture

LARGEST_BYTES = 8 * 1024 * 1024
"""Of a key frame; one of 4K has about 1 MB."""
MOST_PIXELS = 16 * 1024 * 1024
"""Of a picture: 25 MB while it is looked at. Somebody who writes 65 535 × 65 535 into a stream gets no memory."""
_WIDEST_SHOWN = 1920

_FOREIGN = (av.error.FFmpegError, ValueError, MemoryError, OSError)
"""Whatever a decoder says of bytes that it does not like."""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """All that is needed to decode it. `codec` and `extradata` as in `gateway.cameras.packet.StreamShape`."""

    content: bytes
    codec: str
    extradata: bytes
    arrived: Instant


class Picture:
    """A decoded key frame, in its full size."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame

    def grey(self) -> GreyPicture:
        """As it is judged.

        Raises:
            CameraGarbled: its colours are of no kind that is known.
        """
        return self._as_array(WIDTH, HEIGHT, "gray")

    def colour(self) -> ColourPicture:
        """As people look at it: in its full size, or 1920 wide.

        Raises:
            CameraGarbled: its colours are of no kind that is known.
        """
        width = min(self._frame.width, _WIDEST_SHOWN)
        height = max(1, self._frame.height * width // self._frame.width)
        return self._as_array(width, height, "bgr24")

    def _as_array(self, width: int, height: int, form: str) -> ColourPicture:
        try:
            small = VideoReformatter().reformat(
                self._frame, width, height, form, interpolation=Interpolation.AREA, threads=1
            )
            return cast("ColourPicture", small.to_ndarray().astype(np.uint8, copy=False))
        except _FOREIGN as error:
            raise CameraGarbled(Phrase("the picture cannot be converted: {words}", words=_words(error))) from error


def decode(key_frame: KeyFrame) -> Picture:
    """The picture in it.

    Raises:
        CameraGarbled: there is none that could be judged; also where the decoder had to guess parts of it.
    """
    if len(key_frame.content) > LARGEST_BYTES:
        raise CameraGarbled(
            Phrase(
                "the key frame has {content} bytes, more than {largest_bytes}",
                content=len(key_frame.content),
                largest_bytes=LARGEST_BYTES,
            )
        )
    try:
        frames = _decode(key_frame)
    except _FOREIGN as error:
        raise CameraGarbled(Phrase("the key frame cannot be decoded: {words}", words=_words(error))) from error
    if not frames:
        raise CameraGarbled(Phrase("there is no picture in the key frame"))
    frame = frames[-1]
    if frame.is_corrupt:
        raise CameraGarbled(Phrase("parts of the key frame are missing"))
    if frame.width < 1 or frame.height < 1:
        raise CameraGarbled(Phrase("the picture has no size"))
    return Picture(frame)


def _decode(key_frame: KeyFrame) -> list[av.VideoFrame]:
    decoder = cast("VideoCodecContext", av.CodecContext.create(key_frame.codec, "r"))
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    if key_frame.extradata:
        decoder.extradata = key_frame.extradata
    return [*decoder.decode(av.Packet(key_frame.content)), *decoder.decode(None)]


def _words(error: BaseException) -> str:
    """What FFmpeg says, without the names of its functions."""
    number = getattr(error, "errno", None)
    return getattr(error, "strerror", None) or (os.strerror(number) if number else str(error))
