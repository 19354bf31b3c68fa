"""One picture out of what was recorded, in its full size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
import cv2
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext

from gateway.cameras.watching.segment_reader import RecordedPacket, SegmentReader
from gateway.core.errors import CameraGarbled
from gateway.core.phrase import Phrase
from gateway.core.video import Segment

MOST_PIXELS = 64 * 1024 * 1024
"""Of a picture: 8K has half of it. Somebody who writes 65 535 × 65 535 into a stream gets no memory."""
_QUALITY = 92
_FOREIGN = (FFmpegError, ValueError, MemoryError, OSError, cv2.error)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`content` is a file, JPEG or PNG."""

    at_ms: int
    width: int
    height: int
    content: bytes


def snapshot(folder: Path, segment: Segment, at_ms: int | None, form: str) -> Snapshot:
    """The newest key frame of the segment; or the picture that was shown at that instant, in UTC milliseconds. `form`:
    `.jpg` or `.png`.

    Raises:
        CameraGarbled: the file is gone or damaged, or there is no picture yet.
    """
    with SegmentReader(folder, segment) as reader:
        shown = _until(reader, at_ms)
        if not shown:
            raise CameraGarbled(
                Phrase(
                    "{file} has no picture{words}", file=segment.file, words=" yet" if segment.end_ms is None else ""
                )
            )
        try:
            frame = _decode(reader, shown, at_ms)
        except _FOREIGN as error:
            raise CameraGarbled(
                Phrase("the picture in {file} cannot be decoded: {words}", file=segment.file, words=_words(error))
            ) from error
    if frame is None:
        raise CameraGarbled(Phrase("the picture in {file} cannot be decoded", file=segment.file))
    picture, taken_ms = frame
    return _encoded(picture, taken_ms, form)


def _until(reader: SegmentReader, at_ms: int | None) -> list[RecordedPacket]:
    """From the key frame on that is needed up to the picture that is meant. Of the newest one, that key frame alone."""
    found: list[RecordedPacket] = []
    for one in reader.packets():
        if not one.is_video:
            continue
        if at_ms is not None and found and one.dts_ms > at_ms:
            break
        if one.is_key and (at_ms is None or not found or one.pts_ms <= at_ms):
            found = [one]
        elif found and at_ms is not None:
            found.append(one)
    return found


def _decode(
    reader: SegmentReader, packets: Sequence[RecordedPacket], at_ms: int | None
) -> tuple[av.VideoFrame, int] | None:
    """The last picture of them that is shown by then, and when it was."""
    decoder = cast("VideoCodecContext", av.CodecContext.create(reader.shape[0], "r"))
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    if reader.video.codec_context.extradata:
        decoder.extradata = reader.video.codec_context.extradata
    shown_ms = {one.packet.pts: one.pts_ms for one in packets}
    found: tuple[av.VideoFrame, int] | None = None
    for packet in (*(one.packet for one in packets), None):
        for frame in decoder.decode(packet):
            taken_ms = shown_ms.get(frame.pts)
            if taken_ms is not None and (found is None or at_ms is None or found[1] < taken_ms <= at_ms):
                found = frame, taken_ms
    return found


def _encoded(frame: av.VideoFrame, at_ms: int, form: str) -> Snapshot:
    try:
        picture = frame.to_ndarray(format="bgr24")
        is_made, content = cv2.imencode(form, picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY] if form == ".jpg" else [])
    except _FOREIGN as error:
        raise CameraGarbled(Phrase("the picture cannot be made a file: {words}", words=_words(error))) from error
    if not is_made:
        raise CameraGarbled(Phrase("the picture cannot be made a file"))
    return Snapshot(at_ms, frame.width, frame.height, content.tobytes())


def _words(error: Exception) -> str:
    """What FFmpeg says, without the names of its functions."""
    return getattr(error, "strerror", None) or str(error)
