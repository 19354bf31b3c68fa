"""A day of a camera as a strip, drawn on the server: what is recorded fills the height, a gap is a thin line at the
bottom, what is not the camera's time (before it was recorded, what has not come) is blank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gateway.core.instants import MINUTE_MS, day_begins_ms
from gateway.reports.camera_span import CameraSpan

HEIGHT = 12
LEAST_MIN = 6.0
"""So wide is a gap at least, in minutes of the day: a pixel or two of a telephone."""
_GAP_TOP, _GAP_HEIGHT = 10, 2


@dataclass(frozen=True, slots=True)
class VideoStrip:
    """`width`: the day's minutes. `recorded`, `missing`: paths in a picture so wide and `HEIGHT` high. `share`: of what
    is the camera's time in that day, 0 to 1; `None`: none of it is."""

    day: date
    width: float
    recorded: str
    missing: str
    gaps: int
    gap_ms: int
    share: float | None


def video_strip(span: CameraSpan, day: date, zone: str) -> VideoStrip:
    begin_ms, end_ms = day_begins_ms(day, zone), day_begins_ms(day + timedelta(days=1), zone)
    width = (end_ms - begin_ms) / MINUTE_MS
    from_ms, to_ms = max(span.from_ms, begin_ms), min(span.to_ms, end_ms)
    if to_ms <= from_ms:
        return VideoStrip(day, width, "", "", 0, 0, None)
    gaps = span.on(day, zone)
    recorded, missing = [], []
    at = (from_ms - begin_ms) / MINUTE_MS
    last = (to_ms - begin_ms) / MINUTE_MS
    for gap in gaps:
        left = max(at, (gap.begin_ms - begin_ms) / MINUTE_MS)
        right = min(last, max(((gap.end_ms or to_ms) - begin_ms) / MINUTE_MS, left + LEAST_MIN))
        if left > at:
            recorded.append(_box(at, left, 0, HEIGHT))
        if right > left:
            missing.append(_box(left, right, _GAP_TOP, _GAP_HEIGHT))
        at = max(at, right)
    if last > at:
        recorded.append(_box(at, last, 0, HEIGHT))
    gap_ms = sum((gap.end_ms or to_ms) - gap.begin_ms for gap in gaps)
    return VideoStrip(
        day, width, "".join(recorded), "".join(missing), len(gaps), gap_ms, max(0.0, 1 - gap_ms / (to_ms - from_ms))
    )


def _box(left: float, right: float, top: int, height: int) -> str:
    return f"M{left:.6g} {top}H{right:.6g}v{height}H{left:.6g}z"
