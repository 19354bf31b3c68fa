"""An unfinished file of video, made whole: the same frames once more, with length and index. Written beside it and put
in its place in one step, so that a kill or a power cut leaves the one or the other.

A file of which nothing can be read is left as it is, for ever: it is evidence, too.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.core.errors import GatewayError
from gateway.runtime.plain_file import make_plain_file

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.error import FFmpegError

_log = logging.getLogger(__name__)

BESIDE = ".remux"
"""Ends the name of what is written beside."""
CLUSTER_MS = 300
"""A file that is whole needs none that are shorter."""
_USUAL_FRAME_MS = 40.0
_PORTION = 1 << 20
_BLOCK_HEAD = 4
"""Bytes of a block before its frame: track, time, flags."""
_LOST_AT_MOST = 4 << 20
"""Bytes: the last frames, cut short. Where more cannot be read, the file is not replaced."""


class VideoUnreadable(GatewayError):
    """There is not one frame in it that could be read."""


@dataclass(frozen=True, slots=True)
class RemuxedVideo:
    """What there is in the file: `length_ms` from its first frame to the end of the last one."""

    length_ms: int
    frames: int
    bytes: int
    codec: str
    width: int
    height: int


def remux(file: Path) -> RemuxedVideo:
    """Durably done when this returns. Blocks as long as reading and writing takes: 0.2 s for five minutes at 2 Mb/s.

    Raises:
        VideoUnreadable: nothing can be made of it; it was not touched.
        OSError: there is no room, or the disk failed; it was not touched.
    """
    beside = beside_name(file)
    # With nobody's access but ours until it is whole; also takes away what an earlier try has left.
    os.close(make_plain_file(beside, file.stat().st_mode & 0o777))
    try:
        made = _copy(file, beside)
        if made.bytes + _LOST_AT_MOST < file.stat().st_size:
            raise VideoUnreadable("most of it cannot be read")
        _sync(beside)
        beside.rename(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync(file.parent)
    return made


def beside_name(file: Path) -> Path:
    """Under which the copy of a file is written."""
    return file.with_name(f"{file.name}{BESIDE}")


def _copy(file: Path, beside: Path) -> RemuxedVideo:
    """
    Raises:
        VideoUnreadable, OSError
    """
    import av
    from av.error import FFmpegError

    from gateway.cameras.pyav import open_file

    with ExitStack() as opened:
        try:
            options = {"fflags": "+discardcorrupt"}
            source = opened.enter_context(open_file(file, options=options))
        except FFmpegError as error:
            raise _unreadable(file, error) from error
        except ValueError as error:  # PyAV's own
            raise VideoUnreadable(f"no video can be read: {error}") from error
        if not source.streams.video:
            raise VideoUnreadable("it has no picture")
        options = {"cluster_time_limit": str(CLUSTER_MS), "avoid_negative_ts": "disabled"}
        try:
            with av.open(beside, "w", format="matroska", options=options) as target:
                copy = _Copy(source, target)
                for packet in _packets(source, file):
                    copy.add(packet)
        except FFmpegError as error:
            raise _unwritable(error) from error
        except ValueError as error:  # PyAV's own: nobody knows the codec
            raise VideoUnreadable(f"what is in it cannot be written again: {error}") from error
    return copy.made(beside.stat().st_size)


def _unreadable(file: Path, error: FFmpegError) -> Exception:
    """A file that is cut short looks like a disk that fails: whether it is one, a look of our own tells."""
    if error.errno == errno.EIO:
        try:
            with file.open("rb") as content:
                while content.read(_PORTION):
                    pass
        except OSError as failure:
            return failure
    if isinstance(error, OSError) and error.errno not in (errno.EIO, errno.EINVAL):
        return OSError(error.errno, error.strerror, str(file))
    return VideoUnreadable(f"no video can be read: {error.strerror}")


def _unwritable(error: FFmpegError) -> Exception:
    if isinstance(error, OSError):
        return OSError(error.errno, error.strerror, error.filename)
    return VideoUnreadable(f"what is in it cannot be written again: {error.strerror}")


def _packets(source: InputContainer, file: Path) -> Iterator[Any]:
    """Up to the first place from where nothing can be read any more, or the first frame that reaches beyond what was
    written.

    Raises:
        OSError: the disk fails.
    """
    from av.error import FFmpegError

    written = _written_bytes(file)
    packets = source.demux()
    while True:
        try:
            packet = next(packets, None)
        except FFmpegError as error:
            reason = _unreadable(file, error)
            if isinstance(reason, OSError):
                raise reason from error
            _log.debug("nothing can be read from here on error=%r", str(error))
            return
        if packet is None or (packet.pos is not None and packet.pos + _BLOCK_HEAD + packet.size > written):
            return
        if packet.size and not packet.is_corrupt:
            yield packet


def _written_bytes(file: Path) -> int:
    """Without the zeros at its end: there was room for them on the disk, and the power went before they were more."""
    with file.open("rb") as content:
        end = content.seek(0, os.SEEK_END)
        while end:
            begin = max(0, end - _PORTION)
            content.seek(begin)
            rest = content.read(end - begin).rstrip(b"\0")
            if rest:
                return begin + len(rest)
            end = begin
    return 0


class _Copy:
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
            raise VideoUnreadable("there is not one frame in it")
        codec = self._video.codec_context
        length_ms = round((self._end_s - self._first_s) * 1000)
        return RemuxedVideo(length_ms, self._frames, size, codec.name, codec.width, codec.height)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
