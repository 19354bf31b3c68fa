"""The same frames once more, in another file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.cameras.catalog.readable_packets import VideoUnreadable
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

_USUAL_FRAME_MS = 40.0


@dataclass(frozen=True, slots=True)
class RemuxedVideo:
    """What there is in the file: `length_ms` from its first frame to the end of the last one."""

    length_ms: int
    frames: int
    bytes: int
    codec: str
    width: int
    height: int


class FrameCopy:
    """Into a file that is being written: the frames as they come, in the order that FFmpeg wants."""

    def __init__(self, source: InputContainer, target: OutputContainer) -> None:
        self._target = target
        self._video = source.streams.video[0]
        self._streams = {
            stream.index: target.add_stream_from_template(stream, opaque=True)
            for stream in source.streams
            if stream.type in ("video", "audio")
        }
        self._last_dts: dict[int, int] = {}
        self._first_s: float | None = None
        self._end_s = self._last_s = 0.0
        self._step_s = _USUAL_FRAME_MS / 1000
        self._frames = 0

    def add(self, packet: Any) -> None:
        """
        Raises:
            FFmpegError: it cannot be written.
        """
        stream = self._streams.get(packet.stream_index)
        if stream is None or (packet.pts is None and packet.dts is None):
            return
        self._order(packet)
        if packet.stream_index == self._video.index:
            self._note(float(packet.pts * packet.time_base), float((packet.duration or 0) * packet.time_base))
        elif self._first_s is None:
            return  # sound before the first picture
        packet.stream = stream
        self._target.mux(packet)

    def _order(self, packet: Any) -> None:
        """Matroska keeps only when a frame is shown. FFmpeg wants the order of decoding as times that rise and are
        never later than that, and does not know those of the first frames itself: all are put a second earlier."""
        if packet.pts is None:
            packet.pts = packet.dts
        second = round(1 / packet.time_base)
        decoded = (packet.pts if packet.dts is None else packet.dts) - second
        before = self._last_dts.get(packet.stream_index)
        if before is not None and (packet.dts is None or decoded <= before):
            decoded = before + 1
        elif packet.dts is None:
            decoded -= second
        packet.dts = self._last_dts[packet.stream_index] = decoded

    def _note(self, pts_s: float, duration_s: float) -> None:
        if self._first_s is None:
            self._first_s = pts_s
        elif pts_s > self._last_s:
            self._step_s = pts_s - self._last_s
        self._last_s = max(self._last_s, pts_s)
        self._end_s = max(self._end_s, pts_s + (duration_s or min(self._step_s, 1.0)))
        self._frames += 1

    def made(self, size: int) -> RemuxedVideo:
        """
        Raises:
            VideoUnreadable: not one frame came.
        """
        if self._first_s is None:
            raise VideoUnreadable(Phrase("there is not one frame in it"))
        codec = self._video.codec_context
        length_ms = round((self._end_s - self._first_s) * 1000)
        return RemuxedVideo(length_ms, self._frames, size, codec.name, codec.width, codec.height)
