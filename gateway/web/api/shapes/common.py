"""What several answers have in common."""

from __future__ import annotations

from typing import TypedDict


class ShownNeedShape(TypedDict):
    kind: str
    what: str
    subject: str | None
    since: str | None
    count: int | None
    text: str


class CauseShape(TypedDict):
    cause: str
    detail: str


class DigestsShape(TypedDict):
    waiting: int
    refused: int
    delivered: int
    last_delivered: str | None
    last_error: str | None


class OutageShape(TypedDict):
    cause: str
    began: str
    ended: str | None
    tries: int
    error: str | None


class WrittenLimitShape(TypedDict):
    min: float | None
    max: float | None


ShownLimitShape = TypedDict(
    "ShownLimitShape",
    {
        "symbol": str,
        "min": float | None,
        "max": float | None,
        "over": str | None,
        "standard": str | None,
        "column": str | None,
        "coefficients": dict[str, float],
        "from": str | None,
        "until": str | None,
        "line": str,
        "unit": str,
        "choices": dict[str, str],
        "left_out": list[str],
        "written": WrittenLimitShape | None,
        "form": str | None,
        "source": str | None,
    },
)


class HeldLimitShape(ShownLimitShape):
    in_force: bool
    differs: bool


class ComparedLimitShape(ShownLimitShape):
    value: float | None
    outcome: str


class ListedDeliveryShape(TypedDict):
    slot: str
    name: str
    size: int
    sha256: str
    state: str
    closed: str
    planned: str
    first_try: str | None
    tries: int
    lane: str | None
    delivered: str | None
    after_end_s: float | None
    late: bool
    cause: str | None
    answer: str | None
    accepted: int
    accepted_at: str | None
    held_since: str | None
    sent_again: bool
    delivered_again: str | None
    given_up_because: str | None
