"""Transport orders as people are shown them at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.transport_order import OrderImage, TransportOrder
    from gateway.orders.tries import OrderTry


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
    from gateway.reports.orders.to_json import meaning as meaning_of

    if order.reason is None:
        return ""
    meaning = meaning_of(order.code)
    if meaning is None:
        return Phrase(": {reason}", reason=order.reason)
    return Phrase(": {code} {meaning} ({reason})", code=order.code, meaning=meaning, reason=order.reason)


def _local(at_ms: int, zone: str) -> str:
    from gateway.core.instants import local_time

    return f"{local_time(at_ms, zone):%Y-%m-%d %H:%M:%S}"
