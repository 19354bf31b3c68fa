"""Transport orders as people and programs are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.transport_order import OrderImage, TransportOrder
    from gateway.orders.tries import OrderTry


def listed(order: TransportOrder, now_ms: int) -> dict[str, Any]:
    """Times are UNIX milliseconds; `late`: it took more than three minutes, or does so far."""
    return {
        "id": order.order_id,
        "state": order.state.value,
        "submitted_ms": order.submitted_ms,
        "accepted_ms": order.accepted_ms,
        "late": order.is_late(now_ms),
        "late_cause": order.late_cause,
        "code": order.code,
        "meaning": _meaning(order.code),
        "reason": order.reason,
    }


def shown(
    order: TransportOrder,
    images: Sequence[OrderImage],
    tries: Sequence[OrderTry],
    submission: bytes | None,
    now_ms: int,
) -> dict[str, Any]:
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
                "meaning": _meaning(one.code),
                "answer": one.answer,
            }
            for one in tries
        ],
    }


def list_line(order: TransportOrder, now_ms: int, zone: str) -> Phrase:
    return Phrase(
        "{at}  {id}  {plate}  {state}{why}",
        at=_local(order.submitted_ms, zone),
        id=order.order_id,
        plate=order.plate,
        state=_state(order, now_ms),
        why=_why(order),
    )


def detail_lines(
    order: TransportOrder, images: Sequence[OrderImage], tries: Sequence[OrderTry], now_ms: int, zone: str
) -> list[Phrase]:
    lines = [
        Phrase(
            "order {id}, plate {plate}: {state}{why}",
            id=order.order_id,
            plate=order.plate,
            state=_state(order, now_ms),
            why=_why(order),
        ),
        Phrase("  issued {at}", at=_local(order.issued_ms, zone)),
        Phrase("  submitted {at} ({way})", at=_local(order.submitted_ms, zone), way=order.way.value),
        Phrase("  signed document: {size:,} bytes, SHA-256 {sha256}", size=order.size, sha256=order.sha256),
    ]
    if order.accepted_ms is not None:
        lines.append(Phrase("  accepted {at}", at=_local(order.accepted_ms, zone)))
    if order.released_ms is not None:
        lines.append(Phrase("  released {at}", at=_local(order.released_ms, zone)))
    lines += [
        Phrase(
            "  image {name}: {original:,} bytes, sent as {sent:,}",
            name=one.name,
            original=one.original_size,
            sent=one.sent_size,
        )
        for one in images
    ]
    lines += [
        Phrase(
            "  tried {at}: {outcome}: {answer}",
            at=_local(one.began_ms, zone),
            outcome=one.outcome.value,
            answer=one.answer,
        )
        for one in tries
    ]
    return lines


def _state(order: TransportOrder, now_ms: int) -> Phrase:
    from gateway.core.transport_order import OrderState

    word = {
        OrderState.WAITING: Phrase("waits"),
        OrderState.ACCEPTED: Phrase("accepted"),
        OrderState.SET_ASIDE: Phrase("set aside"),
    }[order.state]
    return word + Phrase(", late") if order.is_late(now_ms) else word


def _why(order: TransportOrder) -> Phrase | str:
    if order.reason is None:
        return ""
    meaning = _meaning(order.code)
    if meaning is None:
        return Phrase(": {reason}", reason=order.reason)
    return Phrase(": {code} {meaning} ({reason})", code=order.code, meaning=meaning, reason=order.reason)


def _meaning(code: int | None) -> Phrase | None:
    from gateway.core.order_codes import code_meaning

    return None if code is None else code_meaning(code)


def _local(at_ms: int, zone: str) -> str:
    from gateway.core.instants import local_time

    return f"{local_time(at_ms, zone):%Y-%m-%d %H:%M:%S}"
