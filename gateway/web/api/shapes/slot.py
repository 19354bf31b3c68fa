"""One slot, from its readings to the servers' answers."""

from __future__ import annotations

from typing import TypedDict

from gateway.web.api.shapes.common import CauseShape, ComparedLimitShape, ListedDeliveryShape, OutageShape

DowntimeShape = TypedDict("DowntimeShape", {"from": str, "to": str, "cause": str})


class CalibrationShape(TypedDict):
    symbol: str
    began: str
    ended: str | None
    by: str
    reason: str


class CoveringDigestShape(TypedDict):
    file: str
    sha256: str
    entry: int
    made: str
    day: str | None
    files: int | None
    root: str | None
    key: str | None


class SentDigestShape(TypedDict):
    destination: str
    name: str
    state: str
    delivered: str | None


class AverageShape(TypedDict):
    value: float | None
    status: str
    counted: int
    expected: int


class ExplainedReadingShape(TypedDict):
    at: str
    value: float | None
    status: str
    amount: float | None
    speed: float | None
    why_not: str | None


class EarlierPeriodShape(TypedDict):
    until: str | None
    period_s: float


class MeasuredAverageShape(AverageShape):
    symbol: str
    unit: str
    instruments: list[str]
    averaging: str
    weight: str | None
    running_total: bool
    period_s: float | None
    earlier_periods: list[EarlierPeriodShape]
    came: int
    missing: int
    statuses: dict[str, int]
    not_counted: dict[str, int]
    agrees: bool | None
    readings: list[ExplainedReadingShape]


class StepShape(TypedDict):
    step: str
    words: str
    value: float | None


class InputShape(AverageShape):
    symbol: str


class LineShape(AverageShape):
    symbol: str
    unit: str
    agrees: bool | None
    again: AverageShape | None
    reason: CauseShape | None
    measured: MeasuredAverageShape | None
    steps: list[StepShape]
    limits: list[ComparedLimitShape]
    inputs: list[InputShape]


FileLineShape = TypedDict("FileLineShape", {"symbol": str, "as": str | None, "value": str, "decimals": int | None})


class FileShape(TypedDict):
    name: str
    size: int
    sha256: str
    format: str | None
    made: str
    planned: str | None
    content: str | None
    damage: str | None
    lines: list[FileLineShape]


class TryShape(TypedDict):
    began: str
    done: str
    outcome: str
    answer: str


class AcceptanceShape(TypedDict):
    times: int
    first: str | None
    answer: str | None
    held: str | None


class ActShape(TypedDict):
    at: str
    by: str
    action: str
    reason: str | None


class ConflictShape(TypedDict):
    since: str
    reason: str


class SlotDeliveryShape(TypedDict):
    destination: str
    file: str | None
    place: str | None
    proof: str | None
    why_not: str | None
    delivery: ListedDeliveryShape | None
    tried: list[TryShape]
    by_kept_answer: bool
    tries_untold: int
    accepted: AcceptanceShape | None
    acts: list[ActShape]
    outages: list[OutageShape]
    conflict: ConflictShape | None


class SlotShape(TypedDict):
    begins: str
    ends: str
    length_s: int
    closed: str | None
    why_not: list[str]
    cause: str | None
    made_of: str | None
    shorter_slots: int | None
    min_coverage: float | None
    damaged_blocks: int
    agrees: bool | None
    lines: list[LineShape]
    files: list[FileShape]
    deliveries: list[SlotDeliveryShape]


class ExplanationShape(TypedDict):
    slot: str
    station: str
    slots: list[SlotShape]
    downtimes: list[DowntimeShape]
    calibrations: list[CalibrationShape]
    oldest_reading: str | None
    digests: list[CoveringDigestShape]
    digests_sent: list[SentDigestShape]
    not_covered: list[str]
