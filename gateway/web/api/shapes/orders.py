"""Transport orders: how it stands with them, and each of them."""

from __future__ import annotations

from typing import TypedDict


class OrderDayShape(TypedDict):
    submitted: int
    accepted: int
    in_time: int
    late: int
    share_in_time: float | None


class OrderSignerShape(TypedDict):
    role: str
    holder: str | None
    valid_until: str | None
    state: str | None
    error: str | None


class OrdersShape(TypedDict):
    waiting: int
    oldest_waiting: str | None
    set_aside: int
    late: int
    last_accepted: str | None
    today: OrderDayShape
    signers: list[OrderSignerShape]
    destination: str | None


class ListedOrderShape(TypedDict):
    id: str
    state: str
    submitted_ms: int
    accepted_ms: int | None
    late: bool
    late_cause: str | None
    code: int | None
    meaning: str | None
    reason: str | None


class SentImageShape(TypedDict):
    name: str
    original_sha256: str
    original_size: int
    sent_sha256: str
    sent_size: int


class OrderTryShape(TypedDict):
    began_ms: int
    done_ms: int
    outcome: str
    code: int | None
    meaning: str | None
    answer: str


class ShownOrderShape(ListedOrderShape):
    plate: str
    issued_ms: int
    way: str
    submitted_by: str | None
    released_ms: int | None
    sha256: str
    size: int
    submission: str | None
    images: list[SentImageShape]
    tries: list[OrderTryShape]
