"""A piece of what was recorded, as one file: from the key frame before its begin on, as it came, never encoded anew.

The file's clock is the wall clock since its first picture: where nothing was recorded it goes on, and the picture
stands. Sound that the form of file does not take is left out, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.error import FFmpegError

from gateway.cameras.watching.segment_reader import RecordedPacket, SegmentReader
from gateway.core.errors import CameraGarbled
from gateway.core.instants import local_text
from gateway.core.phrase import Phrase
from gateway.core.video import Segment

FORMS = {".mp4": "mp4", ".mkv": "matroska"}
_SOUND_OF_MP4 = frozenset({"aac", "opus", "mp3", "ac3"})
_MILLISECOND = Fraction(1, 1000)
_FOREIGN = (FFmpegError, ValueError)


@dataclass(slots=True)
class Clip:
    """What was written. Instants are UTC milliseconds; `end_ms` is that of the last picture."""

    begin_ms: int | None = None
    end_ms: int | None = None
    segments: int = 0
    has_sound: bool = False
    left_out: str | None = None
    """Codec of the sound that the form does not take."""
    unreadable: list[tuple[Segment, str]] = field(default_factory=list)
    """Segments that are damaged or gone, and why: what of them could be read is in the clip."""
    behind_ms: int = 0
    """How far pictures are behind their time at the most, because the clock was set back while they were recorded."""


class ClipNotWritten(CameraGarbled):
    """The file cannot be written, or not of such video."""


def write_clip(
    folder: Path, segments: Sequence[Segment], from_ms: int, to_ms: int, file: Path, form: str, title: str
) -> Clip:
    """Join what those segments have between both instants, in their order. `form`: a value of `FORMS`.

    Raises:
        ClipNotWritten: the file cannot be written, or the video changes on the way.
        CameraGarbled: none of it can be read.
    """
    clip = Clip()
    writer: _Writer | None = None
    try:
        for segment in segments:
            try:
                with SegmentReader(folder, segment) as reader:
                    writer = writer or _Writer(reader, file, form, title, clip)
                    writer.take(reader, from_ms, to_ms)
            except ClipNotWritten:
                raise
            except CameraGarbled as error:
                clip.unreadable.append((segment, str(error)))
        if writer is None or clip.begin_ms is None:
            why = f": {clip.unreadable[0][1]}" if clip.unreadable else ""
            raise CameraGarbled(Phrase("there is no picture to make a clip of{why}", why=why))
    except BaseException:
        if writer is not None:
            writer.give_up()
        raise
    writer.end()
    return clip


class _Writer:
    """The file that is made."""

    def __init__(self, like: SegmentReader, file: Path, form: str, title: str, clip: Clip) -> None:
        self._clip = clip
        self._shape = like.shape
        self._zero_ms: int | None = None
        self._last_dts: dict[bool, int] = {}
        try:
            self._container: OutputContainer = av.open(str(file), "w", format=form)
            self._container.metadata["title"] = title
            self._video: Any = self._container.add_stream_from_template(like.video)
            self._sound = self._add_sound(like, form)
        except (*_FOREIGN, OSError) as error:
            raise _not_written(error) from error

    def take(self, reader: SegmentReader, from_ms: int, to_ms: int) -> None:
        """
        Raises:
            ClipNotWritten: it does not fit what was written, or the file cannot be written.
            CameraGarbled: the segment cannot be read further.
        """
        if reader.shape != self._shape:
            raise ClipNotWritten(
                Phrase(
                    "the video changes with {file} from {words} to {words2}: make a clip of each",
                    file=reader.segment.file,
                    words=_words(self._shape),
                    words2=_words(reader.shape),
                )
            )
        behind_ms: int | None = None
        for one in _between(reader, from_ms, to_ms):
            if self._zero_ms is None:
                self._zero_ms = one.pts_ms
                self._clip.begin_ms = one.pts_ms
                self._container.metadata["creation_time"] = local_text(one.pts_ms, UTC)
            if one.pts_ms < (self._clip.begin_ms or 0):
                continue  # sound of before, or a picture that needs the group before
            if behind_ms is None:
                last_ms = self._last_dts.get(True)
                behind_ms = 0 if last_ms is None else max(0, last_ms + 1 - (one.dts_ms - self._zero_ms))
                self._clip.behind_ms = max(self._clip.behind_ms, behind_ms)
                self._clip.segments += 1
            self._write(one, behind_ms - self._zero_ms)

    def _write(self, one: RecordedPacket, shift_ms: int) -> None:
        stream = self._video if one.is_video else self._sound
        if stream is None:
            return
        dts, last = one.dts_ms + shift_ms, self._last_dts.get(one.is_video)
        if last is not None and dts <= last:
            dts = last + 1
        self._last_dts[one.is_video] = dts
        written = one.packet
        try:
            written.stream = stream
            written.time_base = _MILLISECOND
            written.dts, written.pts = dts, max(dts, one.pts_ms + shift_ms)
            self._container.mux_one(written)
        except (*_FOREIGN, OSError) as error:
            raise _not_written(error) from error
        if one.is_video:
            self._clip.end_ms = max(self._clip.end_ms or 0, one.pts_ms)

    def end(self) -> None:
        """
        Raises:
            ClipNotWritten: the file cannot be written.
        """
        try:
            self._container.close()
        except (*_FOREIGN, OSError) as error:
            raise _not_written(error) from error

    def give_up(self) -> None:
        """Whoever made the file's name removes it."""
        try:
            self._container.close()
        except (*_FOREIGN, OSError):
            return

    def _add_sound(self, like: SegmentReader, form: str) -> Any:
        if like.sound is None:
            return None
        codec = like.sound.codec_context.name
        if form == FORMS[".mp4"] and codec not in _SOUND_OF_MP4:
            self._clip.left_out = codec
            return None
        self._clip.has_sound = True
        return self._container.add_stream_from_template(like.sound)


def _between(reader: SegmentReader, from_ms: int, to_ms: int) -> Iterator[RecordedPacket]:
    """From the last key frame at or before `from_ms` on, or the first one after it."""
    waiting: list[RecordedPacket] = []
    has_begun = False
    for one in reader.packets():
        if one.dts_ms >= to_ms:
            return
        if has_begun:
            yield one
            continue
        if one.is_video and one.is_key and (one.pts_ms <= from_ms or not waiting):
            waiting = [one]
        elif waiting:
            waiting.append(one)
        if waiting and one.is_video and one.pts_ms >= from_ms:
            has_begun = True
            yield from waiting
    if not has_begun:
        yield from waiting


def _not_written(error: Exception) -> ClipNotWritten:
    return ClipNotWritten(
        Phrase("the clip cannot be written: {reason}", reason=getattr(error, "strerror", None) or error)
    )


def _words(shape: tuple[str, int, int]) -> str:
    return f"{shape[0]} {shape[1]}×{shape[2]}"
