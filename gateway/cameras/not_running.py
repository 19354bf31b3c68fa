"""What a start notes of the time before it: from the last frame that is known until now nothing was recorded."""

from __future__ import annotations

from gateway.cameras.camera_states import CameraStateStore
from gateway.cameras.gaps import GapStore
from gateway.cameras.segments import SegmentStore
from gateway.core.video import GapCause, VideoGap
from gateway.db import Database

DETAIL = "the recorder was stopped, or the power was off"


def note_not_running(database: Database, now_ms: int) -> None:
    """For all cameras, before the first of them is recorded, and only by a clock that somebody vouches for. A gap that
    lasted then ended, as far as is known, when the recorder last wrote how it stands."""
    segments, gaps = SegmentStore(database), GapStore(database)
    for state in CameraStateStore(database).all():
        lasting = gaps.lasting(state.name)
        if lasting is not None:
            gaps.end(state.name, max(lasting.begin_ms, min(state.seen_ms, now_ms)))
        newest = segments.newest(state.name)
        known = [
            state.last_frame_ms,
            None if newest is None else (newest.end_ms or newest.begin_ms),
            None if lasting is None else state.seen_ms,
        ]
        since_ms = max((one for one in known if one is not None and one <= now_ms), default=None)
        if since_ms is not None and state.known_from_ms is not None and since_ms < now_ms:
            gaps.add(state.name, VideoGap(since_ms, now_ms, GapCause.NOT_RUNNING, DETAIL))
