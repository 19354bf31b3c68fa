"""Transport orders for programs: what `gateway orders list` and `show` print with `--json`, and the page's API answers.
Times are UNIX milliseconds, as those of the orders themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gateway.core.order_codes import code_meaning
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.transport_order import OrderImage, TransportOrder
    from gateway.orders.tries import OrderTry


def listed(order: TransportOrder, now_ms: int) -> dict[str, Any]:
    """`late`: it took more than three minutes, or does so far."""
    return {
        "id": order.order_id,
        "state": order.state.value,
        "submitted_ms": order.submitted_ms,
        "accepted_ms": order.accepted_ms,
        "late": order.is_late(now_ms),
        "late_cause": order.late_cause,
        "code": order.code,
        "meaning": meaning(order.code),
        "reason": order.reason,
    }


def shown(
    order: TransportOrder,
    images: Sequence[OrderImage],
    tries: Sequence[OrderTry],
    submission: bytes | None,
    now_ms: int,
) -> dict[str, Any]:
    """`submission`: the JSON that came; `None`: its row is damaged, or it is not for whoever asks."""
    return listed(order, now_ms) | {
        "plate": order.plate,
        "issued_ms": order.issued_ms,
        "way": order.way.value,
        "submitted_by": order.submitted_by or None,
        "released_ms": order.released_ms,
        "sha256": order.sha256,
        "size": order.size,
        "submission": None if submission is None else submission.decode("utf-8", "replace"),
        "images": [
            {
                "name": one.name,
                "original_sha256": one.original_sha256,
                "original_size": one.original_size,
                "sent_sha256": one.sent_sha256,
                "sent_size": one.sent_size,
            }
            for one in images
        ],
        "tries": [
            {
                "began_ms": one.began_ms,
                "done_ms": one.done_ms,
                "outcome": one.outcome.value,
                "code": one.code,
                "meaning": meaning(one.code),
                "answer": one.answer,
            }
            for one in tries
        ],
    }


def meaning(code: int | None) -> Phrase | None:
    return None if code is None else code_meaning(code)
