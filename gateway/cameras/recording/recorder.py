"""One camera's thread: connects, reads, writes, and connects again for ever; knows of each time in which nothing was
recorded why.

Whoever looks on (the relay's feed, the watch over pictures) is called after a packet was written, and harms nothing.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence

from gateway.cameras.catalog.video_index import VideoIndex
from gateway.cameras.disk.disk_unusable import DiskUnusable
from gateway.cameras.disk.video_file import NotWritten
from gateway.cameras.packet import CameraSource, CameraStream, PacketListener, StreamPacket
from gateway.cameras.recording.bit_rate import BitRate
from gateway.cameras.recording.gap_tracker import GapTracker
from gateway.cameras.recording.guarded_listener import GuardedListener
from gateway.cameras.recording.segment_cutter import SegmentCutter
from gateway.core.backoff import CAMERA_REFUSED_S, camera_pause_s
from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent, StoreCorrupt, StoreError
from gateway.core.interfaces import Clock, Instant
from gateway.core.phrase import Phrase
from gateway.core.video import CameraState, GapCause

_log = logging.getLogger(__name__)

NO_FRAME_S = 10.0
NO_KEY_FRAME_S = 120.0
WRITE_PAUSE_S = 10.0
"""The longest between two tries to write: meanwhile the stream is there, for whoever looks on."""


class CameraRecorder:
    """A worker. See `gateway.core.interfaces.Worker`."""

    patience_s = 60.0

    def __init__(
        self,
        source: CameraSource,
        cutter: SegmentCutter,
        index: VideoIndex,
        listeners: Sequence[PacketListener],
        clock: Clock,
        on_change: Callable[[], object],
    ) -> None:
        """`on_change` is called, in its thread, when it stands otherwise with the camera than before."""
        self.camera = source.name
        self.name = f"camera {source.name}"
        self._source = source
        self._cutter = cutter
        self._listeners = [GuardedListener(one) for one in listeners]
        self._clock = clock
        self._stream: CameraStream | None = None
        self._waiting: deque[StreamPacket] = deque()
        self._opened_s = self._frame_s = 0.0
        self._has_key = False
        self._failures = self._write_failures = 0
        self._not_before_s = self._write_not_before_s = float("-inf")
        self._gaps = GapTracker(source.name, index, clock.now().wall_ms, on_change)
        self._bit_rate = BitRate()
        self._known_from_ms: int | None = None
        self._is_ending = False

    def state(self, now: Instant) -> CameraState:
        """As it stands. From any thread."""
        state, since_ms, detail = self._gaps.state
        shape = None if self._stream is None else self._stream.shape
        return CameraState(
            self.camera,
            state,
            since_ms,
            detail,
            self._known_from_ms,
            self._cutter.end_ms,
            None if shape is None else shape.codec,
            None if shape is None else shape.width,
            None if shape is None else shape.height,
            self._bit_rate.bits_per_s(now.mono_s),
        )

    def step(self, now: Instant) -> float:
        """Connect if that is due, or write what came within a second."""
        if self._known_from_ms is None:
            at_ms, is_stamped = self._cutter.stamp(now)
            self._known_from_ms = at_ms if is_stamped else None
        if self._is_ending:
            return now.mono_s + NO_FRAME_S
        if self._stream is not None:
            return self._record(self._stream)
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        return self._connect()

    def interrupt(self) -> None:
        self._is_ending = True
        self._source.interrupt()
        if (stream := self._stream) is not None:
            stream.interrupt()

    def close(self) -> None:
        self._disconnect()
        self._gaps.close(self._cutter.stamp(self._clock.now())[0])

    def _connect(self) -> float:
        try:
            self._stream = self._source.open()
        except CameraError as error:
            if self._is_ending:
                return self._clock.now().mono_s
            return self._failed(error, GapCause.NO_ANSWER)
        now = self._clock.now()
        self._opened_s = self._frame_s = now.mono_s
        self._has_key = False
        self._cutter.begin_stream()
        _log.debug("camera connected camera=%s", self.camera)
        return now.mono_s

    def _record(self, stream: CameraStream) -> float:
        try:
            if not self._waiting:
                self._waiting.extend(stream.read())
            while self._waiting:
                self._take(self._waiting.popleft(), stream)
            self._look_whether_alive()
        except CameraError as error:
            if not self._is_ending:
                return self._failed(error, GapCause.CUT)
            self._disconnect()
        return self._clock.now().mono_s

    def _take(self, packet: StreamPacket, stream: CameraStream) -> None:
        if packet.is_video:
            self._frame_s = packet.arrived.mono_s
            self._has_key = self._has_key or packet.is_key
        self._bit_rate.add(packet.arrived.mono_s, packet.packet.size)
        if packet.arrived.mono_s >= self._write_not_before_s:
            self._write(packet, stream)
        for listener in self._listeners:
            listener.tell(self.camera, stream, packet)

    def _write(self, packet: StreamPacket, stream: CameraStream) -> None:
        try:
            is_written = self._cutter.write(packet, stream.shape)
        except (DiskUnusable, NotWritten) as error:
            self._not_written(packet.arrived, error.cause, str(error))
        except StoreCorrupt:
            raise
        except StoreError as error:  # which disk is the right one is not known
            self._not_written(packet.arrived, GapCause.NO_DISK, str(error))
        else:
            if is_written and packet.is_video and not self._gaps.is_recorded:
                self._gaps.recorded(self._cutter.begin_ms or packet.arrived.wall_ms, stream.shape)
                if self._write_failures:
                    self._cutter.tell_unfinished()
                self._failures = self._write_failures = 0

    def _not_written(self, at: Instant, cause: GapCause, detail: str) -> None:
        self._write_failures += 1
        self._write_not_before_s = at.mono_s + min(WRITE_PAUSE_S, camera_pause_s(self._write_failures))
        self._note_gap(at, cause, detail)

    def _look_whether_alive(self) -> None:
        now_s = self._clock.now().mono_s
        if self._has_key and now_s - self._frame_s > NO_FRAME_S:  # before, the stream keeps its pictures to itself
            raise CameraSilent(Phrase("no frame for {no_frame_s:.0f} s", no_frame_s=NO_FRAME_S))
        if not self._has_key and now_s - self._opened_s > NO_KEY_FRAME_S:
            raise CameraGarbled(Phrase("no key frame for {no_key_frame_s:.0f} s", no_key_frame_s=NO_KEY_FRAME_S))

    def _failed(self, error: CameraError, otherwise: GapCause) -> float:
        """The connection is gone, or was not made. `otherwise`: the cause, if the error does not tell a better one."""
        now = self._clock.now()
        self._failures += 1
        is_wrong_password = isinstance(error, CameraRefused) and error.cause == "password"
        self._not_before_s = now.mono_s + (CAMERA_REFUSED_S if is_wrong_password else camera_pause_s(self._failures))
        self._note_gap(now, _cause(error, otherwise, is_connected=self._stream is not None), str(error))
        self._disconnect()
        return self._not_before_s

    def _disconnect(self) -> None:
        self._waiting.clear()
        self._cutter.end()
        stream, self._stream = self._stream, None
        if stream is None:
            return
        stream.close()
        for listener in self._listeners:
            listener.end(self.camera, self._clock.now())

    def _note_gap(self, now: Instant, cause: GapCause, detail: str) -> None:
        self._gaps.missing(cause, detail, self._cutter.stamp(now)[0], self._cutter.end_ms)


def _cause(error: CameraError, otherwise: GapCause, *, is_connected: bool) -> GapCause:
    if isinstance(error, CameraRefused):
        return GapCause.REFUSED
    if isinstance(error, CameraGarbled):
        return GapCause.GARBLED
    if isinstance(error, CameraSilent) and is_connected:
        return GapCause.SILENT
    return otherwise
