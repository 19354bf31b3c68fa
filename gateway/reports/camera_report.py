"""How it stands with one camera, what there is of it, and how much of what there should be."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.cameras.catalog.segments import SegmentStore
from gateway.config import Configuration
from gateway.core.continuity import UNDER_WAY_MS
from gateway.core.instants import DAY_MS, day_begins_ms, local_time
from gateway.core.video import CameraEvent, CameraState, RecordingState, Segment, SegmentState
from gateway.db import Database
from gateway.reports.camera_span import recorded_since_ms, recorded_until_ms, span_of

KEPT_MS = 90 * DAY_MS
"""What the regulation asks for: three months."""
_FRESH_MS = 60_000
"""So long after it was written down, what a running recorder says of a camera still holds."""


@dataclass(frozen=True, slots=True)
class CameraReport:
    """One camera. Shares are 0 to 1, of the time since it is recorded; `None`: it was never recorded in that time."""

    name: str
    is_configured: bool
    state: RecordingState | None
    """`None`: the recorder has never said anything of it."""
    is_recording: bool
    since_ms: int | None
    detail: str | None
    oldest_ms: int | None
    newest_ms: int | None
    gap_ms_today: int | None
    share_today: float | None
    share_kept: float | None
    """Of the last 90 days, or as many of them as it is recorded."""
    bytes: int
    bit_rate: int | None
    codec: str | None
    width: int | None
    height: int | None
    findings: tuple[CameraEvent, ...]
    """What lasts."""

    @property
    def is_healthy(self) -> bool:
        return self.is_recording and not self.findings


def unknown_camera(name: str) -> CameraReport:
    """One of the configuration, of which nothing is known."""
    return CameraReport(
        name, True, None, False, None, None, None, None, None, None, None, 0, None, None, None, None, ()
    )


def camera_report(
    configuration: Configuration,
    database: Database,
    name: str,
    state: CameraState | None,
    findings: tuple[CameraEvent, ...],
    now_ms: int,
    *,
    is_running: bool,
) -> CameraReport:
    """As the database has it. `state`: what the recorder said of it last; `findings`: what lasts of it."""
    segments = SegmentStore(database)
    oldest, newest = segments.oldest(name), segments.newest(name, now_ms)
    zone = configuration.station.timezone
    midnight_ms = day_begins_ms(local_time(now_ms, zone).date(), zone)
    today = span_of(database, name, state, midnight_ms, now_ms, now_ms)
    newest_ms = _newest_ms(newest, state)
    return CameraReport(
        name=name,
        is_configured=True,
        state=None if state is None else state.state,
        is_recording=_records(state, now_ms, is_running=is_running),
        since_ms=None if state is None else state.since_ms,
        detail=None if state is None else state.detail,
        oldest_ms=None if oldest is None else oldest.begin_ms,
        newest_ms=newest_ms,
        gap_ms_today=None if today.share is None else today.gap_ms,
        share_today=today.share,
        share_kept=_share_kept(
            database, name, recorded_since_ms(state, oldest), newest_ms, recorded_until_ms(state, newest, now_ms)
        ),
        bytes=segments.bytes_of(name) + _bytes_so_far(configuration, newest),
        bit_rate=None if state is None else state.bit_rate,
        codec=None if state is None else state.codec,
        width=None if state is None else state.width,
        height=None if state is None else state.height,
        findings=findings,
    )


def _newest_ms(newest: Segment | None, state: CameraState | None) -> int | None:
    """The end of the newest frame that is known; of a segment that was left unfinished, its begin at the least."""
    if newest is None:
        return None
    if newest.end_ms is not None:
        return newest.end_ms
    return max(newest.begin_ms, (state.last_frame_ms or 0) if state is not None else 0)


def _records(state: CameraState | None, now_ms: int, *, is_running: bool) -> bool:
    return (
        is_running
        and state is not None
        and state.state is RecordingState.RECORDING
        and abs(now_ms - state.seen_ms) < _FRESH_MS
    )


def _bytes_so_far(configuration: Configuration, newest: Segment | None) -> int:
    """Of the one that is being written, which the database counts once it is whole."""
    if newest is None or newest.state is not SegmentState.WRITING or configuration.cameras is None:
        return 0
    try:
        return (configuration.cameras.storage.path / newest.file).stat().st_size
    except OSError:  # gone, or its disk is, or this user may not look: the recorder tells of it
        return 0


def _share_kept(
    database: Database, name: str, begun_ms: int | None, newest_ms: int | None, now_ms: int
) -> float | None:
    """Of the last 90 days. Summed up by the database itself: gaps within segments count as there, `gateway cameras
    continuity` goes through them all."""
    if begun_ms is None or newest_ms is None:
        return None
    from_ms = max(begun_ms, now_ms - KEPT_MS)
    until_ms = newest_ms if abs(now_ms - newest_ms) < UNDER_WAY_MS else now_ms
    if until_ms <= from_ms:
        return None
    rows = database.read(
        "SELECT coalesce(sum(max(0, min(coalesce(end_ms, ?1), ?2) - max(begin_ms, ?3))), 0) FROM segment"
        " WHERE camera = ?4 AND begin_ms > ?3 - 86400000 AND begin_ms < ?2 AND state IN ('whole', 'writing')"
        " AND typeof(begin_ms) = 'integer' AND typeof(coalesce(end_ms, 0)) = 'integer'",
        (newest_ms, until_ms, from_ms, name),
    )
    return min(1.0, int(rows[0][0]) / (until_ms - from_ms))
