"""A message of an alert, such as one that a station in Vietnam tells."""

from __future__ import annotations

from gateway.core.alert import AlertKind, AlertMessage, AlertState

BEGAN_MS = 1_767_200_400_000

MESSAGE = AlertMessage(
    id="0123456789abcdef0123456789abcdef",
    kind=AlertKind.OUTAGE,
    state=AlertState.BEGAN,
    station_code="NUO001",
    station_name="Trạm nước thải “Ví dụ”",
    subject="Mất kết nối đến máy chủ nhận: so-tnmt",
    began_ms=BEGAN_MS,
    ended_ms=None,
    text="Trạm nước thải “Ví dụ” (NUO001)\nMất kết nối đến máy chủ nhận: so-tnmt\nTừ 00:00 01/01/2026",
    lines=("Từ 00:00 01/01/2026",),
)
