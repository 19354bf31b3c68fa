"""What is measured now, and the air's index of it."""

from __future__ import annotations

from typing import TypedDict

from gateway.web.api.shapes.common import CauseShape, ShownLimitShape


class LastingCauseShape(CauseShape):
    since: str | None
    times: int | None
    not_measuring_since: str | None


class LastGoodShape(TypedDict):
    value: float | None
    unit: str
    time: str | None


class NewestSlotShape(TypedDict):
    time: str
    value: float | None
    status: str
    reason: CauseShape | None


class DeclaredCalibrationShape(TypedDict):
    since: str
    until: str | None
    reason: str
    by: str


class MeasuredAsShape(TypedDict):
    value: float | None
    unit: str


class ShownParameterShape(TypedDict):
    symbol: str
    value: float | None
    unit: str
    status: str | None
    time: str | None
    quality: list[str]
    level: str | None
    instrument: str | None
    calibration: DeclaredCalibrationShape | None
    measured: MeasuredAsShape | None
    in_range: bool | None
    counter: str | None
    reason: LastingCauseShape | None
    last_good: LastGoodShape | None
    not_measuring_today: int
    slot: NewestSlotShape | None
    limits: list[ShownLimitShape]


class AirClassShape(TypedDict):
    vi: str
    en: str
    colour: str


AirIndexShape = TypedDict(
    "AirIndexShape",
    {
        "end": str,
        "index": int | None,
        "symbol": str | None,
        "class": AirClassShape | None,
        "parameters": dict[str, int | None],
        "hours": dict[str, int],
        "decision": str | None,
    },
)


class AirShape(TypedDict):
    hour: AirIndexShape
    day: AirIndexShape
