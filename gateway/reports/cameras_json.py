"""Cameras for programs: what `gateway cameras … --json` and `gateway status --json` print. Keys are stable."""

from __future__ import annotations

from typing import Any

from gateway.core.instants import local_text
from gateway.core.video import CameraEvent, RecordingState, VideoGap
from gateway.reports.camera_report import CameraReport
from gateway.reports.camera_span import CameraSpan, length_ms
from gateway.reports.cameras import CamerasReport


def cameras_to_json(report: CamerasReport | None, zone: str) -> list[dict[str, Any]]:
    """An object for each camera; none if none is configured."""
    return [] if report is None else [camera_to_json(one, report, zone) for one in report.cameras]


def camera_to_json(camera: CameraReport, report: CamerasReport, zone: str) -> dict[str, Any]:
    """`findings` are the kinds of what lasts, `events` the same with begin and detail."""
    findings = (*camera.findings, *report.findings)
    return {
        "name": camera.name,
        "configured": camera.is_configured,
        "recording": camera.is_recording,
        "healthy": camera.is_healthy and not report.findings,
        "state": _state(camera, is_running=report.is_running),
        "since": local_text(camera.since_ms, zone),
        "detail": report.unknown or camera.detail,
        "oldest": local_text(camera.oldest_ms, zone),
        "newest": local_text(camera.newest_ms, zone),
        "gap_s_today": None if camera.gap_ms_today is None else camera.gap_ms_today / 1000,
        "share_today": camera.share_today,
        "share_90_days": camera.share_kept,
        "findings": [one.kind.value for one in findings],
        "events": [camera_event_to_json(one, zone) for one in findings],
        "bytes": camera.bytes,
        "bit_rate": camera.bit_rate,
        "codec": camera.codec,
        "width": camera.width,
        "height": camera.height,
    }


def _state(camera: CameraReport, *, is_running: bool) -> str:
    """What a recorder that does not run said last is no state of now."""
    if camera.state is None:
        return "unknown"
    return camera.state.value if is_running or camera.state is RecordingState.REMOVED else "not-running"


def camera_event_to_json(event: CameraEvent, zone: str) -> dict[str, Any]:
    """`camera` is null where it is of all of them; `picture` is a file below the video folder."""
    return {
        "camera": event.camera or None,
        "kind": event.kind.value,
        "detail": event.detail,
        "began": local_text(event.began_ms, zone),
        "last": local_text(event.last_ms, zone),
        "ended": local_text(event.ended_ms, zone),
        "picture": event.picture,
    }


def gap_to_json(gap: VideoGap, span: CameraSpan, zone: str) -> dict[str, Any]:
    """`end` is null while it lasts; `seconds` are those until now, then."""
    return {
        "begin": local_text(gap.begin_ms, zone),
        "end": None if span.lasts(gap) else local_text(gap.end_ms, zone),
        "seconds": length_ms(gap) / 1000,
        "cause": gap.cause.value,
        "detail": gap.detail,
    }


def continuity_to_json(span: CameraSpan, zone: str) -> list[dict[str, Any]]:
    """A row for each day, as `gateway cameras continuity --json` prints them."""
    days = [(one, span.on(one.day, zone)) for one in span.days(zone)]
    return [
        {
            "day": one.day.isoformat(),
            "share": one.share,
            "expected_s": one.expected_ms / 1000,
            "gap_s": one.gap_ms / 1000,
            "gaps": len(there),
            "longest_gap_s": max(map(length_ms, there), default=0) / 1000,
        }
        for one, there in days
    ]
