"""One segment of video, read as it was recorded: packets with the wall clock's time. Of the one being written, too.

Nothing is decoded. What lies on the disk may be damaged, or be removed meanwhile: both are said.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from av.error import FFmpegError
from av.packet import Packet

from gateway.cameras.pyav import open_file
from gateway.core.errors import CameraGarbled
from gateway.core.phrase import Phrase
from gateway.core.video import Segment
from gateway.runtime.plain_file import open_plain_file

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.video.stream import VideoStream

_BUFFER_BYTES = 1 << 20
_CODECS = ("h264", "hevc")
_FOREIGN = (FFmpegError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class RecordedPacket:
    """`pts_ms` and `dts_ms`: when it is shown, and decoded, in UTC milliseconds."""

    packet: Packet[Any]
    is_video: bool
    is_key: bool
    pts_ms: int
    dts_ms: int


class SegmentReader:
    """An open segment. A context manager."""

    def __init__(self, folder: Path, segment: Segment) -> None:
        """
        Raises:
            CameraGarbled: it is gone, or is no video.
        """
        self.segment = segment
        self._file = _open(folder / segment.file)
        try:
            self._container = open_file(self._file, format="matroska", buffer_size=_BUFFER_BYTES)
        except _FOREIGN as error:
            self._file.close()
            raise _garbled(segment, error) from error
        videos = self._container.streams.video
        if not videos:
            self.__exit__()
            raise CameraGarbled(Phrase("{file} cannot be read: there is no video in it", file=segment.file))
        self.video = videos[0]
        if not _has_codec(self.video) or self.shape[0] not in _CODECS:
            self.__exit__()
            raise CameraGarbled(
                Phrase("{file} cannot be read: it does not say what its pictures are", file=segment.file)
            )
        self.sound = next((one for one in self._container.streams.audio if _has_codec(one)), None)

    def __enter__(self) -> SegmentReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()
        self._file.close()

    @property
    def shape(self) -> tuple[str, int, int]:
        """Codec, width and height."""
        return self.video.codec_context.name, self.video.codec_context.width, self.video.codec_context.height

    def packets(self) -> Iterator[RecordedPacket]:
        """All of them, in the file's order, as far as it is written.

        Raises:
            CameraGarbled: it cannot be read further.
        """
        wanted = [self.video] if self.sound is None else [self.video, self.sound]
        waiting: list[RecordedPacket] = []
        has_begun = False
        try:
            for packet in self._container.demux(wanted):
                if not packet.size or packet.pts is None:
                    continue
                one = self._recorded(packet)
                if has_begun or not one.is_video or packet.dts is not None:
                    yield from _stamped(waiting, one.dts_ms)
                    has_begun = has_begun or one.is_video
                    waiting = []
                    yield one
                else:
                    waiting.append(one)
        except _FOREIGN as error:
            raise _garbled(self.segment, error) from error
        yield from _stamped(waiting, min((one.pts_ms for one in waiting), default=0))

    def _recorded(self, packet: Packet[Any]) -> RecordedPacket:
        tick, begin_ms = packet.time_base, self.segment.begin_ms
        pts = 0 if packet.pts is None else packet.pts
        return RecordedPacket(
            packet,
            packet.stream_index == self.video.index,
            packet.is_keyframe,
            begin_ms + round(pts * tick * 1000),
            begin_ms + round((pts if packet.dts is None else packet.dts) * tick * 1000),
        )


def _stamped(packets: list[RecordedPacket], before_ms: int) -> Iterator[RecordedPacket]:
    """Matroska keeps when a picture is shown; of the first ones of a stream with B-frames it cannot be worked out when
    they are decoded. That is before the first one of which it can."""
    for number, one in enumerate(packets):
        yield replace(one, dts_ms=before_ms - len(packets) + number)


def _has_codec(stream: VideoStream | AudioStream) -> bool:
    """PyAV's stubs do not know that a stream of which nobody knows the codec has no context."""
    context: object = stream.codec_context
    return context is not None


def _open(file: Path) -> BinaryIO:
    try:
        return os.fdopen(open_plain_file(file, os.O_RDONLY), "rb")
    except FileNotFoundError:
        raise CameraGarbled(Phrase("{file} is not there any more", file=file)) from None
    except OSError as error:
        raise CameraGarbled(Phrase("{file} cannot be read: {strerror}", file=file, strerror=error.strerror)) from error


def _garbled(segment: Segment, error: Exception) -> CameraGarbled:
    return CameraGarbled(
        Phrase("{file} cannot be read: {reason}", file=segment.file, reason=getattr(error, "strerror", None) or error)
    )
