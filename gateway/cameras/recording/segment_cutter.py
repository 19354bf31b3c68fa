"""The packets of a camera → segments of five minutes, each begun with a key frame at the clock's own boundaries.

A segment bears the time that the clock showed at its first frame, and within it the stream's own time counts. So
another one begins wherever the two part: the clock was set, somebody vouches for it now, the camera counts otherwise;
and where the stream's shape changes. Nothing is written without a disk that was found right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gateway.cameras.catalog.video_index import IndexedSegment, VideoIndex
from gateway.cameras.disk.video_file import NotWritten
from gateway.cameras.packet import StreamPacket, StreamShape
from gateway.cameras.recording.segment_sync import SegmentSync
from gateway.cameras.recording.segment_writer import SegmentWriter
from gateway.core.errors import CameraGarbled
from gateway.core.frame_times import FrameTimes, Placed
from gateway.core.instants import MINUTE_MS
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.core.video import GapCause, VideoGap

_log = logging.getLogger(__name__)

SEGMENT_MS = 5 * MINUTE_MS
LONGEST_MS = 30 * MINUTE_MS
"""Of a camera whose key frames are that rare a new connection gets one."""
STEP_MS = 500
"""A clock that is drawn to the right time is moved by less within a segment (chrony: 83 ms a second at most, and then
each segment has a begin of its own)."""
ASTRAY_MS = 1000
"""By so much a stream's own time may part from the machine's counting."""
LEAST_GAP_MS = 1000


class VideoFolder(Protocol):
    """Where video goes. See `gateway.cameras.disk.video_disk`."""

    def check(self) -> Path:
        """The folder; raises CameraError with a `cause` if it must not be written to now."""


@dataclass(slots=True)
class _OpenSegment:
    writer: SegmentWriter
    indexed: IndexedSegment
    begin_ms: int
    first_pts_ms: int
    zero_ms: int
    """UTC at which the machine's counting began, by whom this segment was stamped."""
    is_stamped: bool
    stream_zero_ms: int
    """Where the stream's time lay on the machine's counting."""
    end_pts_ms: int

    def utc_ms(self, pts_ms: int) -> int:
        return self.begin_ms + pts_ms - self.first_pts_ms


class SegmentCutter:
    """One for each camera, in its thread."""

    def __init__(
        self,
        camera: str,
        folder: VideoFolder,
        sync: SegmentSync,
        index: VideoIndex,
        trust: ClockTrust,
        on_unfinished: Callable[[], object],
    ) -> None:
        """`on_unfinished` is called when a file was closed that has no proper end, and when there may be room again to
        make it whole: somebody has to."""
        self._camera = camera
        self._folder = folder
        self._sync = sync
        self._index = index
        self._trust = trust
        self.tell_unfinished = on_unfinished
        self._time = FrameTimes()
        self._open: _OpenSegment | None = None
        self._mute: StreamShape | None = None
        """Of whose sound it was told that it is not kept."""
        self.end_ms: int | None = None
        """UTC of the end of the newest frame that was written; `None`: none was."""

    @property
    def begin_ms(self) -> int | None:
        """Of the segment that is being written."""
        return None if self._open is None else self._open.begin_ms

    def begin_stream(self) -> None:
        """Another connection: its time has nothing to do with the last one's."""
        self._time = FrameTimes()

    def write(self, packet: StreamPacket, shape: StreamShape) -> bool:
        """Write it, in another segment if one is due. Returns whether it was written: before the first key frame
        nothing is.

        Raises:
            NotWritten, DiskUnusable: it was not; the segment has ended.
            CameraGarbled: no key frame comes.
        """
        if not packet.is_video:
            return self._write_sound(packet)
        placed = self._time.place(packet.pts_s, packet.dts_s, packet.arrived.mono_s)
        if self._open is not None and self._open.writer.shape != shape:
            _log.info("the stream changes, another segment begins camera=%s %s", self._camera, shape)
            self.end()
        if packet.is_key and self._is_due(packet.arrived, placed):
            self._begin(packet, shape, placed)
        segment = self._open
        if segment is None:
            return False
        self._put(segment, packet, placed)
        if segment.end_pts_ms - segment.first_pts_ms > LONGEST_MS:
            raise CameraGarbled(Phrase("no key frame for {longest_ms} minutes", longest_ms=LONGEST_MS // MINUTE_MS))
        return True

    def end(self) -> None:
        """End the segment, if one is open; the next key frame begins another."""
        segment, self._open = self._open, None
        if segment is None:
            return
        file, end_ms = segment.writer.file, segment.utc_ms(segment.end_pts_ms)
        try:
            segment.writer.end()
        except NotWritten as error:
            _log.warning(
                "a segment has no end yet camera=%s file=%s error=%r", self._camera, segment.writer.name, error
            )

        def closed() -> None:
            if file.fault is None and segment.writer.is_ended:
                self._index.segment_ended(segment.indexed, end_ms, file.bytes)
            else:
                self.tell_unfinished()

        self._sync.finish(file, closed)

    def stamp(self, at: Instant) -> tuple[int, bool]:
        """UTC ms of the instant, and whether somebody vouches for it."""
        stamped_ms = self._trust.stamp_ms(at.mono_s)
        return (at.wall_ms, False) if stamped_ms is None else (stamped_ms, True)

    def _is_due(self, arrived: Instant, placed: Placed) -> bool:
        segment = self._open
        if segment is None or abs(placed.zero_ms - segment.stream_zero_ms) > ASTRAY_MS:
            return True
        stamp_ms, is_stamped = self.stamp(arrived)
        if is_stamped is not segment.is_stamped or abs(_zero_ms(stamp_ms, arrived) - segment.zero_ms) > STEP_MS:
            return True
        return (stamp_ms - placed.late_ms) // SEGMENT_MS > segment.begin_ms // SEGMENT_MS

    def _begin(self, packet: StreamPacket, shape: StreamShape, placed: Placed) -> None:
        before = self._open
        self.end()
        folder = self._folder.check()
        stamp_ms, is_stamped = self.stamp(packet.arrived)
        zero_ms = _zero_ms(stamp_ms, packet.arrived)
        writer = SegmentWriter(folder, self._camera, stamp_ms - placed.late_ms, shape, packet)
        if shape.audio is not None and not writer.has_sound and self._mute != shape:
            self._mute = shape
            _log.warning("sound cannot be kept, pictures are camera=%s sound=%s", self._camera, shape.audio)
        self._sync.watch(writer.file)
        indexed = self._index.segment_began(
            self._camera,
            writer.begin_ms,
            writer.name,
            shape,
            boot_id=self._trust.boot_id,
            mono_ms=round(packet.arrived.mono_s * 1000) - placed.late_ms,
            is_stamped=is_stamped,
        )
        pts_ms = placed.pts_ms
        self._open = _OpenSegment(writer, indexed, writer.begin_ms, pts_ms, zero_ms, is_stamped, placed.zero_ms, pts_ms)
        if before is not None:
            self._note_parting(before, self._open)

    def _note_parting(self, before: _OpenSegment, after: _OpenSegment) -> None:
        """Two segments of one stream, whose times do not meet."""
        end_ms, set_by_ms = before.utc_ms(before.end_pts_ms), after.zero_ms - before.zero_ms
        if abs(set_by_ms) > STEP_MS:
            _log.warning(
                "the clock was set, another segment begins camera=%s by_ms=%d is_stamped=%s",
                self._camera,
                set_by_ms,
                after.is_stamped,
            )
        if after.begin_ms - end_ms >= LEAST_GAP_MS:
            cause = GapCause.CLOCK_STEP if set_by_ms > STEP_MS else GapCause.LOST_FRAMES
            detail = (
                Phrase("the clock was put forward")
                if cause is GapCause.CLOCK_STEP
                else Phrase("the camera's time leapt")
            )
            self._index.gap(self._camera, VideoGap(end_ms, after.begin_ms, cause, detail))

    def _put(self, segment: _OpenSegment, packet: StreamPacket, placed: Placed) -> None:
        lasts_ms = self._time.lasts_ms
        try:
            segment.writer.write(packet, placed.pts_ms, placed.dts_ms, lasts_ms)
        except NotWritten:
            self.end()
            raise
        if placed.lost_from_ms is not None and placed.lost_from_ms > segment.first_pts_ms:
            span = segment.utc_ms(placed.lost_from_ms), segment.utc_ms(placed.pts_ms)
            if span[1] - span[0] >= LEAST_GAP_MS:
                _log.warning("frames are missing camera=%s from_ms=%d to_ms=%d", self._camera, *span)
                self._index.gap(
                    self._camera, VideoGap(*span, GapCause.LOST_FRAMES, Phrase("no frames came for this time"))
                )
        segment.end_pts_ms = max(segment.end_pts_ms, placed.pts_ms + lasts_ms)
        self.end_ms = segment.utc_ms(segment.end_pts_ms)

    def _write_sound(self, packet: StreamPacket) -> bool:
        if self._open is None:
            return False
        at_ms = round(packet.pts_s * 1000)
        try:
            self._open.writer.write(packet, at_ms, at_ms, 0)
        except NotWritten:
            self.end()
            raise
        return True


def _zero_ms(stamp_ms: int, at: Instant) -> int:
    return stamp_ms - round(at.mono_s * 1000)
