"""One segment of video: packets as they came → a Matroska file, never encoded anew.

Every 200 ms of video are a cluster, and a cluster is handed to the system whole: that is what a killed recorder loses,
with a frame that waits for its sound and what is on its way. Longer ones would make half a second of it.
A file that was ended has its length and an index for seeking; one that was not can be played to its last cluster.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from gateway.cameras.disk.video_file import NotWritten, VideoFile, not_written
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.core.phrase import Phrase
from gateway.core.video import GapCause, segment_file

CLUSTER_MS = 190
"""A cluster ends with the first frame that is further from its begin: 200 ms at 5, 10, 15 and 25 frames a second."""
_WAIT_FOR_SOUND_US = 1
"""How long a picture waits for sound that belongs before it: until the next one comes. By default libavformat waits for
ten seconds, and what waits is lost with a killed recorder."""
_MILLISECOND = Fraction(1, 1000)
_SAME_NAME = 50
"""After a clock was set back, a file of this very millisecond may be there already: the next free one is taken."""


class SegmentWriter:
    """A segment that is being written. Times are milliseconds in the connection's time; the first packet is a key
    frame. It is of the camera's thread alone, but for `file.sync`."""

    def __init__(self, folder: Path, camera: str, begin_ms: int, shape: StreamShape, first: StreamPacket) -> None:
        """`folder`: the video folder; `first`: the packet that will be written first.

        Raises:
            NotWritten: no file can be made, or no file of such a stream.
        """
        self.shape = shape
        self.is_ended = False
        self.begin_ms, self.name, self.file = _make(folder, camera, begin_ms)
        self._zero_ms: int | None = None
        self._sound_ms = -(1 << 60)
        """Of the newest piece of sound."""
        try:
            self._container, self._video, self._sound = _begin(self.file, shape)
        except (FFmpegError, ValueError) as error:
            self.file.close()
            self.file.path.unlink(missing_ok=True)
            raise NotWritten(
                Phrase("no file can be made of the stream {codec}: {error}", codec=shape.codec, error=error),
                GapCause.GARBLED,
            ) from error
        self._before = b"" if _has_parameters(shape, first) else shape.extradata

    @property
    def has_sound(self) -> bool:
        return self._sound is not None

    def write(self, packet: StreamPacket, pts_ms: int, dts_ms: int, lasts_ms: int) -> None:
        """
        Raises:
            NotWritten: the file is at its end: nothing more can be written to it.
        """
        stream = self._video if packet.is_video else self._sound
        if stream is None:
            return
        if self._zero_ms is None:
            self._zero_ms = dts_ms
        if dts_ms < self._zero_ms:
            return  # sound from before the first frame
        if not packet.is_video:
            if dts_ms < self._sound_ms:
                return  # the muxer would refuse it, and sound is no reason to end a segment
            self._sound_ms = dts_ms
        content = bytes(packet.packet)
        if packet.is_video and self._before:
            content, self._before = self._before + content, b""
        written: Packet[Any] = Packet(content)
        written.stream = stream
        written.time_base = _MILLISECOND
        written.pts, written.dts = pts_ms - self._zero_ms, dts_ms - self._zero_ms
        written.duration = lasts_ms
        written.is_keyframe = packet.is_key
        try:
            self._container.mux_one(written)
        except (FFmpegError, OSError, ValueError) as error:
            raise self._named(error) from error
        if self.file.fault is not None:
            raise not_written(self.file.path, self.file.fault)

    def end(self) -> None:
        """Write the length and the index. The file stays open, to be synced.

        Raises:
            NotWritten: that failed; what was written before is there.
        """
        try:
            self._container.close()
        except (FFmpegError, OSError, ValueError) as error:
            raise self._named(error) from error
        self.is_ended = True

    def _named(self, error: Exception) -> NotWritten:
        """Whatever PyAV makes of it: if the disk failed, that is what counts."""
        if self.file.fault is not None:
            return not_written(self.file.path, self.file.fault)
        return NotWritten(
            Phrase("{name} does not take the next packet: {error}", name=self.name, error=error), GapCause.GARBLED
        )


_OPTIONS = {"cluster_time_limit": str(CLUSTER_MS), "max_interleave_delta": str(_WAIT_FOR_SOUND_US)}


def _make(folder: Path, camera: str, begin_ms: int) -> tuple[int, str, VideoFile]:
    """The begin that the file is named after, its name, and the file."""
    for at_ms in range(begin_ms, begin_ms + _SAME_NAME):
        name = segment_file(camera, at_ms)
        try:
            return at_ms, name, VideoFile(folder, name)
        except FileExistsError:
            continue
        except OSError as error:
            if not isinstance(error, FileNotFoundError) or at_ms > begin_ms:
                raise not_written(folder / name, error) from error
            # once: the janitor may have removed the empty folder in which it was about to be made
    raise NotWritten(
        Phrase("{folder} and the names after it are taken", folder=folder / segment_file(camera, begin_ms)),
        GapCause.WRITE_FAILED,
    )


def _begin(file: VideoFile, shape: StreamShape) -> tuple[OutputContainer, Any, Any]:
    """A container, its pictures' stream, and its sound's if there can be one. Nothing is written yet.

    Raises:
        FFmpegError, ValueError: it does not take such pictures.
    """
    container = av.open(file, "w", format="matroska", options=_OPTIONS)
    video = container.add_mux_stream(shape.codec, width=shape.width, height=shape.height, time_base=_MILLISECOND)
    if shape.audio is None:
        return container, video, None
    try:
        return container, video, _add_sound(container, shape.audio, shape)
    except (FFmpegError, ValueError):  # a rate that nobody makes, no encoder of that name, to describe it: then without
        return _begin(file, replace(shape, audio=None))


def _add_sound(container: OutputContainer, codec: str, shape: StreamShape) -> Any:
    """
    Raises:
        FFmpegError, ValueError: it cannot be described.
    """
    sound: Any = container.add_stream(codec, rate=shape.audio_rate)
    sound.layout = _LAYOUTS.get(shape.audio_channels, f"{shape.audio_channels}c")
    sound.codec_context.open()  # makes a configuration of its own, which is not the camera's
    if shape.audio_extradata:
        sound.codec_context.extradata = shape.audio_extradata
    return sound


_LAYOUTS = {1: "mono", 2: "stereo"}


def _has_parameters(shape: StreamShape, first: StreamPacket) -> bool:
    """Whether the key frame brings the parameter sets along: what it shows is described there, and not elsewhere."""
    head = bytes(first.packet)[:512]
    kinds = {_nal_kind(shape.codec, head[at + 3]) for at in _starts(head)}
    return _PARAMETER_SETS[shape.codec] in kinds


_PARAMETER_SETS = {"h264": 7, "hevc": 33}
"""The kind of a NAL unit that is a sequence parameter set (H.264 table 7-1, H.265 table 7-1)."""


def _nal_kind(codec: str, header: int) -> int:
    return header & 0x1F if codec == "h264" else header >> 1 & 0x3F


def _starts(content: bytes) -> list[int]:
    found, at = [], content.find(b"\0\0\1")
    while at >= 0 and at + 3 < len(content):
        found.append(at)
        at = content.find(b"\0\0\1", at + 3)
    return found
