"""What made an order late, in which words: some causes are told otherwise of orders than of files."""

from __future__ import annotations

from gateway.core.lateness import DelayCause
from gateway.core.transport_order import OrderState

_OF_ORDERS = frozenset(
    {
        DelayCause.SERVER.value,
        DelayCause.REFUSED.value,
        DelayCause.QUEUE.value,
        OrderState.WAITING.value,
        OrderState.SET_ASIDE.value,
    }
)


def cause_group(cause: str | None) -> str:
    """The group of its word in the catalogue (`term.<group>_<cause>`)."""
    return "order_cause" if cause in _OF_ORDERS else "cause"
