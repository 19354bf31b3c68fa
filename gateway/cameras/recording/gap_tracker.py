"""Whether one camera is recorded; if not, since when and why. Each change is logged once, and each gap is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable

from gateway.cameras.catalog.video_index import VideoIndex
from gateway.cameras.packet import StreamShape
from gateway.core.video import GapCause, RecordingState

_log = logging.getLogger(__name__)

_STATES = {
    GapCause.NO_ANSWER: RecordingState.NO_ANSWER,
    GapCause.SILENT: RecordingState.SILENT,
    GapCause.REFUSED: RecordingState.REFUSED,
    GapCause.CUT: RecordingState.CONNECTING,
    GapCause.NO_DISK: RecordingState.NO_DISK,
}
"""What a gap of this cause is to `status`; any other: failed."""


class GapTracker:
    """Its owner is one camera's thread; `state` may be read from any."""

    def __init__(self, camera: str, index: VideoIndex, now_ms: int, on_change: Callable[[], object]) -> None:
        """`on_change` is called when `state` is another one."""
        self._camera = camera
        self._index = index
        self._on_change = on_change
        self._gap: tuple[int, GapCause, str] | None = None
        self._tried_ms = now_ms
        """When it was tried first to connect."""
        self.state: tuple[RecordingState, int, str | None] = (RecordingState.CONNECTING, now_ms, None)
        """Since when, and what there is to say of it."""

    @property
    def is_recorded(self) -> bool:
        return self.state[0] is RecordingState.RECORDING

    def missing(self, cause: GapCause, detail: str, now_ms: int, recorded_until_ms: int | None) -> None:
        """The gap began with the end of the last frame, and lasts; or goes on for another cause."""
        if self._gap is None:
            begin_ms = min(self._tried_ms if recorded_until_ms is None else recorded_until_ms, now_ms)
        elif self._gap[1:] == (cause, detail):
            _log.debug("camera is still not recorded camera=%s cause=%s error=%r", self._camera, cause, detail)
            return
        else:
            begin_ms = now_ms
        level = logging.WARNING if self._gap is None or self._gap[1] is not cause else logging.DEBUG
        _log.log(level, "camera is not recorded camera=%s cause=%s error=%r", self._camera, cause, detail)
        self._gap = (begin_ms, cause, detail)
        self.state = (_STATES.get(cause, RecordingState.FAILED), begin_ms, detail)
        self._index.gap_began(self._camera, begin_ms, cause, detail)
        self._on_change()

    def recorded(self, begin_ms: int, shape: StreamShape) -> None:
        """It is again, or for the first time."""
        if self._gap is not None:
            since_ms, cause, _ = self._gap
            gap_s = (begin_ms - since_ms) / 1000
            _log.info("camera is recorded again camera=%s cause=%s gap_s=%.1f", self._camera, cause, gap_s)
            self._index.gap_ended(self._camera, begin_ms)
        else:
            _log.info("camera is recorded camera=%s %s", self._camera, shape)
        self._gap = None
        self.state = (RecordingState.RECORDING, begin_ms, None)
        self._on_change()

    def close(self, now_ms: int) -> None:
        """The program ends: what is missing from now on is for another cause."""
        if self._gap is not None:
            self._index.gap_ended(self._camera, now_ms)
