"""A transport order on its way: how it came, how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.core.instants import MINUTE_MS

PROMISED_MS = 3 * MINUTE_MS
"""From submitted to accepted (the authority's guide)."""
MOST_OFF_MS = 15 * MINUTE_MS
"""A document whose time is further from the authority's clock is answered with an error."""


class OrderState(StrEnum):
    WAITING = "waiting"
    """To be sent; one that a person released is again."""
    ACCEPTED = "accepted"
    """By the authority. Final."""
    SET_ASIDE = "set_aside"
    """Refused for good, or not to be sent as it is: a person is needed."""


class OrderWay(StrEnum):
    """How an order was submitted."""

    SPOOL = "spool"
    HTTP = "http"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class OrderImage:
    """SHA-256 in hexadecimal digits, sizes in bytes."""

    name: str
    original_sha256: str
    original_size: int
    sent_sha256: str
    sent_size: int


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One that was checked and signed, to be kept. `document`: the bytes as they are sent; `content_sha256`: of what
    makes two submissions the same."""

    order_id: str
    issued_ms: int
    plate: str
    submission: bytes
    content_sha256: str
    document: bytes
    images: tuple[OrderImage, ...] = ()


@dataclass(frozen=True, slots=True)
class TransportOrder:
    """One that is kept. `size` in bytes; `number` is the row's, in the order of submission."""

    number: int
    order_id: str
    submitted_ms: int
    issued_ms: int
    plate: str
    way: OrderWay
    submitted_by: str
    content_sha256: str
    sha256: str
    size: int
    state: OrderState
    settled_ms: int | None
    code: int | None
    reason: str | None
    released_ms: int | None
    late_cause: str | None
    dropped_ms: int | None

    @property
    def accepted_ms(self) -> int | None:
        return self.settled_ms if self.state is OrderState.ACCEPTED else None

    def is_late(self, now_ms: int) -> bool:
        """Whether it took longer than promised, or does so far."""
        return (self.accepted_ms or now_ms) - self.submitted_ms > PROMISED_MS
