"""What was: events, deliveries, the journal, video."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from gateway.web.api.shapes.common import CauseShape, DigestsShape, ListedDeliveryShape, OutageShape


class EventLimitShape(TypedDict):
    min: float | None
    max: float | None
    unit: str
    over_s: float | None


class EventShape(TypedDict):
    topic: str
    kind: str
    subject: str
    began: str
    last: str
    ended: str | None
    count: int
    worst: float | None
    detail: str
    limit: EventLimitShape | None
    cause: str | None
    reason: CauseShape | None
    picture: NotRequired[str | None]


class DeliveryTotalsShape(TypedDict):
    deliveries: int
    delivered: int
    waiting: int
    refused: int
    closed: int
    empty: int
    late: int
    causes: dict[str, int]


NotMadeRangeShape = TypedDict("NotMadeRangeShape", {"from": str, "to": str, "slots": int, "cause": str})


class NotMadeShape(TypedDict):
    slots: int
    ranges: list[NotMadeRangeShape]


DeliveriesShape = TypedDict(
    "DeliveriesShape",
    {
        "destination": str,
        "from": str | None,
        "to": str | None,
        "totals": DeliveryTotalsShape,
        "held": int,
        "outages": list[OutageShape],
        "not_made": NotMadeShape,
        "deliveries": list[ListedDeliveryShape],
        "digests": DigestsShape | None,
    },
)


class JournalEntryShape(TypedDict):
    """`what` depends on the kind; of an entry that cannot be read all may be anything."""

    seq: Any
    time_ms: Any
    kind: Any
    who: Any
    what: Any
    prev: Any
    hash: Any


class GapShape(TypedDict):
    begin: str
    end: str | None
    seconds: float
    cause: str
    detail: str


class ContinuityDayShape(TypedDict):
    day: str
    share: float | None
    expected_s: float
    gap_s: float
    gaps: int
    longest_gap_s: float
