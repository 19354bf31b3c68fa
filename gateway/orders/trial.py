"""One order is sent by hand, while a person looks on, before real sending begins: `gateway orders trial`.

It is kept as every order is, but set aside from the start, so that no courier sees it, and settled once its outcome is
known. What dies in the middle leaves an order that is set aside: nothing is lost, and nothing goes out by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.errors import DeliveryError, OrdersRefused
from gateway.core.interfaces import Clock
from gateway.core.journal_entry import EntryKind
from gateway.core.order_lateness import OrderTimes, order_delay
from gateway.core.order_uplink import OrderAccepted, OrderParcel, OrderPutOff, OrderUplink
from gateway.core.phrase import Phrase
from gateway.core.transport_order import TransportOrder
from gateway.db import Database
from gateway.journal.chain import append
from gateway.orders.store import OrderStore
from gateway.orders.tries import OrderTry, TryOutcome, keep_order_tries
from gateway.outbox.destinations import know_destination

KEPT_BACK = Phrase("kept back for a trial that has not ended; repeat it, or release the order")
"""The reason of an order that is being tried, or was when the machine stopped."""
UNTOLD = Phrase("the answer tells nothing of this order")


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """`code`: of HTTP or of the authority; `None`: none. `answer`: what was said, or a
    phrase: why nothing was."""

    outcome: TryOutcome
    code: int | None
    answer: str


def try_order(
    order: TransportOrder,
    uplink: OrderUplink,
    store: OrderStore,
    database: Database,
    destination: str,
    clock: Clock,
    who: str,
) -> TrialOutcome:
    """Send an order that is set aside, once, and write down what came of it.

    Raises:
        StoreError: its document cannot be read (`DocumentDamaged`: it must not be sent), or the outcome not written.
    """
    document = store.document(order)
    began = clock.now()
    found = _sent(uplink, OrderParcel(order.order_id, document))
    answer = str(found.answer)
    done_ms = began.wall_ms + round((clock.now().mono_s - began.mono_s) * 1000)
    told = OrderTry(order.number, began.wall_ms, done_ms, found.outcome, found.code, answer)
    with database.write() as connection:
        know_destination(connection, destination)
        if found.outcome is TryOutcome.ACCEPTED:
            times = OrderTimes(order.submitted_ms, done_ms, was_set_aside=True)
            cause = order_delay(times, (), (), done_ms)
            store.accept_tried(connection, order.number, done_ms, None if cause is None else cause.value)
        else:
            store.keep_aside(connection, order.number, done_ms, found.code, answer)
        keep_order_tries(connection, destination, [told])
        what = {"act": "tried", "id": order.order_id, "destination": destination, "outcome": found.outcome.value}
        append(connection, done_ms, EntryKind.ORDER, what | {"code": found.code, "reason": answer}, who)
    return found


def _sent(uplink: OrderUplink, parcel: OrderParcel) -> TrialOutcome:
    try:
        outcomes = list(uplink.submit([parcel]))
    except OrdersRefused as error:
        return TrialOutcome(TryOutcome.REFUSED, error.code, error.words)
    except DeliveryError as error:
        return TrialOutcome(TryOutcome.FAILED, None, error.words)
    if not outcomes:
        return TrialOutcome(TryOutcome.FAILED, None, UNTOLD)
    [told] = outcomes
    if isinstance(told, OrderAccepted):
        return TrialOutcome(TryOutcome.ACCEPTED, None, told.answer)
    outcome = TryOutcome.PUT_OFF if isinstance(told, OrderPutOff) else TryOutcome.REFUSED
    return TrialOutcome(outcome, told.code, told.answer)
