"""What a start notes of the time before it: from the last frame that is known until now nothing was recorded."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.phrase import Phrase
from gateway.core.video import GapCause, RecordingState, VideoGap
from gateway.db import Database

DETAIL = Phrase("the recorder was stopped, or the power was off")
DETAIL_REMOVED = Phrase("it was not configured")


@dataclass(frozen=True, slots=True)
class _Known:
    """When there was still something of a camera, and why there was nothing after that."""

    seen_ms: tuple[int, ...]
    detail: str


class NotRunning:
    """Made before the first camera is recorded: what the last run has left is looked at then. `note` may come later,
    when somebody vouches for the clock."""

    def __init__(self, database: Database) -> None:
        """A gap that lasted ended, as far as is known, when the recorder last wrote how it stands."""
        self._gaps = GapStore(database)
        self._known: dict[str, _Known] = {}
        segments = SegmentStore(database)
        for state in CameraStateStore(database).all():
            newest, lasting = segments.newest(state.name), self._gaps.lasting(state.name)
            known = [
                state.last_frame_ms,
                None if newest is None else (newest.end_ms or newest.begin_ms),
                None if lasting is None else state.seen_ms,
            ]
            if state.known_from_ms is not None:
                detail = DETAIL_REMOVED if state.state is RecordingState.REMOVED else DETAIL
                self._known[state.name] = _Known(tuple(one for one in known if one is not None), detail)
            if lasting is not None:
                self._gaps.end(state.name, max(lasting.begin_ms, state.seen_ms))

    def note(self, started_ms: int) -> None:
        """The recorder was started then, by a clock that somebody vouches for. Only the first call counts. What is of a
        time after that says nothing of when the last run ended."""
        for camera, known in self._known.items():
            last_ms = max((one for one in known.seen_ms if one < started_ms), default=None)
            if last_ms is not None:
                self._gaps.add(camera, VideoGap(last_ms, started_ms, GapCause.NOT_RUNNING, known.detail))
        self._known = {}
