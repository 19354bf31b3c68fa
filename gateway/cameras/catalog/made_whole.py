"""One file of video, as it lies there: read, and made whole if it can be."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from gateway.cameras.catalog.frame_copy import RemuxedVideo
from gateway.cameras.catalog.matroska_head import VideoHead, read_head
from gateway.cameras.catalog.readable_packets import VideoUnreadable
from gateway.cameras.catalog.remux import remux
from gateway.core.video import Segment, SegmentState

_log = logging.getLogger(__name__)

EMPTY_BYTES = 4096
"""The head of a file takes less: a recorder that is killed within the first quarter of a second leaves one behind."""
_MATROSKA = b"\x1a\x45\xdf\xa3"


def made_whole(segment: Segment, file: Path) -> Segment:
    """The segment as its file is now; whole, or `DAMAGED` where nothing can be made of it.

    Raises:
        OSError: it cannot be read, or there is no room.
    """
    head = read_head(file)
    if head is not None and head.length_ms is not None:
        return _whole(segment, head, head.length_ms)
    try:
        made = remux(file)
    except VideoUnreadable as error:
        size = file.stat().st_size
        is_known = segment.state is SegmentState.DAMAGED and segment.id
        level = logging.DEBUG if is_known or never_had_a_frame(segment, file) else logging.WARNING
        _log.log(level, "a file of video is damaged and is kept as it is file=%s why=%r", segment.file, str(error))
        return replace(segment, bytes=size, state=SegmentState.DAMAGED)
    _log.info("a file of video was made whole file=%s length_s=%.1f", segment.file, made.length_ms / 1000)
    return _whole(segment, made, made.length_ms)


def never_had_a_frame(segment: Segment, file: Path) -> bool:
    """Whether it is the mere head of a file that we began."""
    if segment.state is not SegmentState.WRITING or file.stat().st_size > EMPTY_BYTES:
        return False
    content = file.read_bytes()
    return not content or content.startswith(_MATROSKA)


def _whole(segment: Segment, made: VideoHead | RemuxedVideo, length_ms: int) -> Segment:
    return replace(
        segment,
        end_ms=segment.begin_ms + length_ms,
        bytes=made.bytes,
        state=SegmentState.WHOLE,
        codec=made.codec,
        width=made.width,
        height=made.height,
    )
