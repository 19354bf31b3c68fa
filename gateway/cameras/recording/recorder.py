"""One camera's thread: connects, reads, writes, and connects again for ever; knows of each time in which nothing was
recorded why.

Whoever looks on (the relay's feed, the watch over pictures) is called after a packet was written, and harms nothing.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence

from gateway.cameras.catalog.video_index import VideoIndex
from gateway.cameras.disk.disk_unusable import DiskUnusable
from gateway.cameras.disk.video_file import NotWritten
from gateway.cameras.packet import CameraSource, CameraStream, PacketListener, StreamPacket
from gateway.cameras.recording.bit_rate import BitRate
from gateway.cameras.recording.guarded_listener import GuardedListener
from gateway.cameras.recording.segment_cutter import SegmentCutter
from gateway.core.backoff import CAMERA_REFUSED_S, camera_pause_s
from gateway.core.errors import CameraError, CameraGarbled, CameraRefused, CameraSilent, StoreCorrupt, StoreError
from gateway.core.interfaces import Clock, Instant
from gateway.core.video import CameraState, GapCause, RecordingState

_log = logging.getLogger(__name__)

NO_FRAME_S = 10.0
NO_KEY_FRAME_S = 120.0
WRITE_PAUSE_S = 10.0
"""The longest between two tries to write: meanwhile the stream is there, for whoever looks on."""

_STATES = {
    GapCause.NO_ANSWER: RecordingState.NO_ANSWER,
    GapCause.SILENT: RecordingState.SILENT,
    GapCause.REFUSED: RecordingState.REFUSED,
    GapCause.CUT: RecordingState.CONNECTING,
    GapCause.NO_DISK: RecordingState.NO_DISK,
}
"""What a gap of this cause is to `status`; any other: failed."""


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
    ) -> None:
        self.camera = source.name
        self.name = f"camera {source.name}"
        self._source = source
        self._cutter = cutter
        self._index = index
        self._listeners = [GuardedListener(one) for one in listeners]
        self._clock = clock
        self._stream: CameraStream | None = None
        self._waiting: deque[StreamPacket] = deque()
        self._opened_s = self._frame_s = 0.0
        self._has_key = False
        self._failures = self._write_failures = 0
        self._not_before_s = self._write_not_before_s = float("-inf")
        self._gap: tuple[int, GapCause, str] | None = None
        self._bit_rate = BitRate()
        self._known_from_ms: int | None = None
        self._tried_ms = clock.now().wall_ms
        """When it was tried first to connect."""
        self._state: tuple[RecordingState, int, str | None] = (RecordingState.CONNECTING, clock.now().wall_ms, None)
        self._is_ending = False

    def state(self, now: Instant) -> CameraState:
        """As it stands. From any thread."""
        state, since_ms, detail = self._state
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
        if self._gap is not None:
            self._index.gap_ended(self.camera, self._cutter.stamp(self._clock.now())[0])

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
            if is_written and packet.is_video and self._state[0] is not RecordingState.RECORDING:
                self._records_again(packet.arrived, stream)

    def _not_written(self, at: Instant, cause: GapCause, detail: str) -> None:
        self._write_failures += 1
        self._write_not_before_s = at.mono_s + min(WRITE_PAUSE_S, camera_pause_s(self._write_failures))
        self._note_gap(at, cause, detail)

    def _records_again(self, at: Instant, stream: CameraStream) -> None:
        begin_ms = self._cutter.begin_ms or at.wall_ms
        if self._gap is not None:
            since_ms, cause, _ = self._gap
            _log.info(
                "camera is recorded again camera=%s cause=%s gap_s=%.1f",
                self.camera,
                cause,
                (begin_ms - since_ms) / 1000,
            )
            self._index.gap_ended(self.camera, begin_ms)
        else:
            _log.info("camera is recorded camera=%s %s", self.camera, stream.shape)
        self._gap = None
        self._failures = self._write_failures = 0
        self._state = (RecordingState.RECORDING, begin_ms, None)

    def _look_whether_alive(self) -> None:
        now_s = self._clock.now().mono_s
        if now_s - self._frame_s > NO_FRAME_S:
            raise CameraSilent(f"no frame for {NO_FRAME_S:.0f} s")
        if not self._has_key and now_s - self._opened_s > NO_KEY_FRAME_S:
            raise CameraGarbled(f"no key frame for {NO_KEY_FRAME_S:.0f} s")

    def _failed(self, error: CameraError, cause: GapCause) -> float:
        """The connection is gone, or was not made. `cause`: if the error does not tell a better one."""
        now = self._clock.now()
        self._failures += 1
        pause_s = camera_pause_s(self._failures)
        if isinstance(error, CameraRefused):
            cause = GapCause.REFUSED
            if error.cause == "password":
                pause_s = CAMERA_REFUSED_S
        elif isinstance(error, CameraGarbled):
            cause = GapCause.GARBLED
        elif isinstance(error, CameraSilent) and self._stream is not None:
            cause = GapCause.SILENT
        self._not_before_s = now.mono_s + pause_s
        self._note_gap(now, cause, str(error))
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
        """It began with the end of the last frame, and lasts; or goes on for another cause."""
        now_ms = self._cutter.stamp(now)[0]
        if self._gap is None:
            begin_ms = min(self._tried_ms if self._cutter.end_ms is None else self._cutter.end_ms, now_ms)
        elif self._gap[1:] == (cause, detail):
            _log.debug("camera is still not recorded camera=%s cause=%s error=%r", self.camera, cause, detail)
            return
        else:
            begin_ms = now_ms
        level = logging.WARNING if self._gap is None or self._gap[1] is not cause else logging.DEBUG
        _log.log(level, "camera is not recorded camera=%s cause=%s error=%r", self.camera, cause, detail)
        self._gap = (begin_ms, cause, detail)
        self._state = (_STATES.get(cause, RecordingState.FAILED), begin_ms, detail)
        self._index.gap_began(self.camera, begin_ms, cause, detail)
