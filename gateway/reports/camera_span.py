"""A camera's video within a time that was asked for: what there is, what is missing of it, and why."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.core.continuity import VideoDay, continuity, gaps_between
from gateway.core.instants import DAY_MS, day_begins_ms
from gateway.core.video import CameraState, RecordingState, Segment, VideoGap
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class CameraSpan:
    """What counts of a span that was asked for: `[from_ms, to_ms)`, since the camera is recorded, until now or until it
    was configured no more; empty if nothing does. Each gap has its end, which is `now_ms` of one that lasts."""

    from_ms: int
    to_ms: int
    gaps: tuple[VideoGap, ...]
    now_ms: int

    @property
    def gap_ms(self) -> int:
        return sum(length_ms(gap) for gap in self.gaps)

    @property
    def share(self) -> float | None:
        whole_ms = self.to_ms - self.from_ms
        return None if whole_ms <= 0 else 1 - self.gap_ms / whole_ms

    def days(self, zone: str) -> list[VideoDay]:
        """Day by day."""
        return continuity(self.gaps, self.from_ms, self.to_ms, zone, known_from_ms=self.from_ms, now_ms=self.to_ms)

    def on(self, day: date, zone: str) -> tuple[VideoGap, ...]:
        """The gaps that touch that day, as far as they lie in it."""
        begin_ms, end_ms = day_begins_ms(day, zone), day_begins_ms(day + timedelta(days=1), zone)
        return tuple(
            replace(gap, begin_ms=max(gap.begin_ms, begin_ms), end_ms=min(gap.end_ms or end_ms, end_ms))
            for gap in self.gaps
            if gap.begin_ms < end_ms and (gap.end_ms is None or gap.end_ms > begin_ms)
        )

    def missing_ms(self, begin_ms: int, end_ms: int) -> int:
        """How much of a part of it is missing."""
        at = bisect_right(self.gaps, begin_ms, key=lambda gap: gap.end_ms or end_ms)
        missing = 0
        for gap in self.gaps[at:]:
            if gap.begin_ms >= end_ms:
                break
            missing += min(gap.end_ms or end_ms, end_ms) - max(gap.begin_ms, begin_ms)
        return missing

    def lasts(self, gap: VideoGap) -> bool:
        """Whether it is not over yet."""
        return gap.end_ms is None or gap.end_ms >= self.now_ms


def length_ms(gap: VideoGap) -> int:
    """Of one that has an end."""
    return 0 if gap.end_ms is None else gap.end_ms - gap.begin_ms


def camera_span(database: Database, camera: str, from_ms: int, to_ms: int, now_ms: int) -> CameraSpan:
    """What there is of a camera in that time, and what is missing."""
    state = next((one for one in CameraStateStore(database).all() if one.name == camera), None)
    return span_of(database, camera, state, from_ms, to_ms, now_ms)


def span_of(
    database: Database, name: str, state: CameraState | None, from_ms: int, to_ms: int, now_ms: int
) -> CameraSpan:
    """The same, of a camera that was last said to be as `state` tells."""
    segments = SegmentStore(database)
    known_from_ms = recorded_since_ms(state, segments.oldest(name))
    begin_ms = from_ms if known_from_ms is None else max(from_ms, known_from_ms)
    end_ms = min(to_ms, recorded_until_ms(state, segments.newest(name), now_ms))
    if known_from_ms is None or end_ms <= begin_ms:
        return CameraSpan(begin_ms, begin_ms, (), now_ms)
    until_ms = now_ms if now_ms - end_ms < DAY_MS else end_ms  # what lasts now has its cause
    gaps = gaps_between(
        segments.between(name, begin_ms, until_ms),
        GapStore(database).between(name, begin_ms, until_ms),
        begin_ms,
        until_ms,
        known_from_ms=known_from_ms,
        now_ms=now_ms,
        last_frame_ms=None if state is None else state.last_frame_ms,
    )
    in_span = (replace(gap, end_ms=min(gap.end_ms or end_ms, end_ms)) for gap in gaps if gap.begin_ms < end_ms)
    return CameraSpan(begin_ms, end_ms, tuple(in_span), now_ms)


def recorded_since_ms(state: CameraState | None, oldest: Segment | None) -> int | None:
    """Since when it is recorded. A database that was made anew from the files knows the oldest of them."""
    known = [
        one
        for one in (None if state is None else state.known_from_ms, None if oldest is None else oldest.begin_ms)
        if one is not None
    ]
    return min(known, default=None)


def recorded_until_ms(state: CameraState | None, newest: Segment | None, now_ms: int) -> int:
    """Of a camera that is configured no more nothing is missing after that."""
    if state is None or state.state is not RecordingState.REMOVED:
        return now_ms
    last_ms = 0 if newest is None else newest.begin_ms if newest.end_ms is None else newest.end_ms
    return min(now_ms, max(state.since_ms, last_ms))
