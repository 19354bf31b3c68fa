"""What a camera's clock showed, read from its answer, and the request that sets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.core.errors import CameraGarbled
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase

_RESOLUTION_S = 0.5
"""A camera tells whole seconds: it is half a second further than that, give or take half a second."""


@dataclass(frozen=True, slots=True)
class CameraTime:
    """What a camera's clock showed. `ahead_s`: of ours, give or take `within_s`. `by_ntp`: it sets itself."""

    shown: datetime
    ahead_s: float
    within_s: float
    by_ntp: bool
    zone: str
    summer_time: bool


def read_camera_time(told: Any, before: Instant, after: Instant) -> CameraTime:
    """As it answered GetSystemDateAndTime, asked `before` and answered `after` by our clock.

    Raises:
        CameraGarbled: it is no time.
    """
    shown = _moment(told)
    half_s = (after.mono_s - before.mono_s) / 2
    ours = before.wall_ms / 1000 + half_s
    ahead_s = shown.timestamp() + _RESOLUTION_S - ours
    by_ntp = str(getattr(told, "DateTimeType", "")).upper() == "NTP"
    zone = str(getattr(getattr(told, "TimeZone", None), "TZ", None) or "")
    summer_time = bool(getattr(told, "DaylightSavings", False))
    return CameraTime(shown, ahead_s, _RESOLUTION_S + half_s, by_ntp, zone, summer_time)


def request_to_set(second: int, now: CameraTime) -> dict[str, Any]:
    """To set a clock that showed `now` to this second since 1970. Its zone stays."""
    at = datetime.fromtimestamp(second, UTC)
    request: dict[str, Any] = {
        "DateTimeType": "Manual",
        "DaylightSavings": now.summer_time,
        "UTCDateTime": {
            "Time": {"Hour": at.hour, "Minute": at.minute, "Second": at.second},
            "Date": {"Year": at.year, "Month": at.month, "Day": at.day},
        },
    }
    return request | ({"TimeZone": {"TZ": now.zone}} if now.zone else {})


def _moment(told: Any) -> datetime:
    try:
        day, time = told.UTCDateTime.Date, told.UTCDateTime.Time
        return datetime(day.Year, day.Month, day.Day, time.Hour, time.Minute, min(time.Second, 59), tzinfo=UTC)
    except (AttributeError, TypeError, ValueError) as error:
        raise CameraGarbled(Phrase("it does not tell the time in UTC")) from error
