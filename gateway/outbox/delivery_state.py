"""How far a delivery has come."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """As the database keeps it. In the order in which people want to read of them."""

    WAITING = "waiting"
    """To be made, or to be made again."""
    DELIVERED = "delivered"
    REFUSED = "refused"
    """Set aside: the destination will never take it as it is, or it is not fit to be sent."""
    CLOSED = "closed"
    """Given up by a person."""
    EMPTY = "empty"
    """There was nothing to send: its file has not a single byte."""
