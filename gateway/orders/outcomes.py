"""What became of the orders of a request, and writing it down: the orders, their tries, the outage and what the journal
tells, in one transaction, before the next request goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gateway.core.interfaces import Instant
from gateway.core.journal_entry import EntryKind
from gateway.core.lateness import DelayCause, Downtime
from gateway.core.order_lateness import OrderTimes, order_delay
from gateway.core.transport_order import PROMISED_MS, OrderState, TransportOrder
from gateway.db import Database
from gateway.journal.chain import append
from gateway.orders.store import OrderStore
from gateway.orders.tries import OrderTry, TryOutcome, keep_order_tries
from gateway.outbox.destinations import know_destination
from gateway.outbox.outages import BatchFailure, DestinationOutcome, outages, record_outcome

DowntimesBetween = Callable[[int, int], Sequence[Downtime]]
"""When the gateway did not run, or stood still, from the one instant to the other (UTC ms)."""
_MOST_CLOCK_GAPS = 100
_MOST_NOTED = 100_000


@dataclass(slots=True)
class RequestOutcome:
    """One request's, as it becomes known. `decided_ms`: when the authority last decided on something."""

    destination: str
    began_ms: int
    tries: list[tuple[TransportOrder, OrderTry]] = field(default_factory=list)
    decided_ms: int | None = None
    failure: BatchFailure | None = None

    def accepted(self, order: TransportOrder, at_ms: int, answer: str) -> None:
        self._add(order, at_ms, TryOutcome.ACCEPTED, None, answer)

    def refused(self, order: TransportOrder, at_ms: int, code: int | None, answer: str) -> None:
        self._add(order, at_ms, TryOutcome.REFUSED, code, answer)

    def put_off(self, order: TransportOrder, at_ms: int, code: int, answer: str) -> None:
        self._add(order, at_ms, TryOutcome.PUT_OFF, code, answer)

    def failed(self, order: TransportOrder, at_ms: int, error: str) -> None:
        self._add(order, at_ms, TryOutcome.FAILED, None, error)

    def broke_down(self, orders: Iterable[TransportOrder], cause: DelayCause, at_ms: int, error: str) -> None:
        """All of the request, of which nothing is known."""
        self.failure = BatchFailure(cause, self.decided_ms or self.began_ms, at_ms, error)
        for order in orders:
            self.failed(order, at_ms, error)

    def _add(self, order: TransportOrder, at_ms: int, outcome: TryOutcome, code: int | None, answer: str) -> None:
        self.tries.append((order, OrderTry(order.number, self.began_ms, at_ms, outcome, code, answer)))


class OrderOutcomes:
    """Of one destination. For the courier's thread alone."""

    def __init__(self, database: Database, store: OrderStore, downtimes: DowntimesBetween) -> None:
        self._database = database
        self._store = store
        self._downtimes = downtimes
        self._noted: set[int] = set()
        """Orders of which a failed try is written down: an outage does not wear out the card."""
        self._untrusted_from: Instant | None = None
        self._last_trusted = Instant(0, 0.0)
        self._clock_gaps: list[tuple[float, float]] = []
        """Monotonic seconds, in this run: when nobody vouched for the clock."""

    def clock_untrusted(self, now: Instant) -> None:
        self._untrusted_from = self._untrusted_from or now

    def clock_trusted(self, now: Instant) -> None:
        if self._untrusted_from is not None:
            gaps = [*self._clock_gaps, (self._untrusted_from.mono_s, now.mono_s)]
            self._clock_gaps, self._untrusted_from = gaps[-_MOST_CLOCK_GAPS:], None
        self._last_trusted = now

    def settle(self, request: RequestOutcome) -> None:
        """Write it down, durably."""
        tries = [(order, one) for order, one in request.tries if self._is_told(one)]
        if not tries and request.failure is None:
            return
        causes = {order.number: self._cause(request.destination, order, one) for order, one in tries if _is_final(one)}
        with self._database.write() as connection:
            know_destination(connection, request.destination)
            for order, one in tries:
                self._settle(connection, request.destination, order, one, causes.get(order.number))
            keep_order_tries(connection, request.destination, [one for _, one in tries])
            outcome = DestinationOutcome(request.destination, request.decided_ms, request.failure)
            record_outcome(connection, outcome)

    def _settle(
        self,
        connection: sqlite3.Connection,
        destination: str,
        order: TransportOrder,
        one: OrderTry,
        cause: DelayCause | None,
    ) -> None:
        if one.outcome is TryOutcome.ACCEPTED:
            self._store.accept(connection, order.number, one.done_ms, None if cause is None else cause.value)
        elif one.outcome is TryOutcome.REFUSED:
            was_waiting = self._store.put_aside(connection, order.number, one.done_ms, one.code, one.answer)
            if was_waiting:
                what = {"act": "set_aside", "id": order.order_id, "destination": destination}
                append(connection, one.done_ms, EntryKind.ORDER, what | {"code": one.code, "reason": one.answer})

    def _is_told(self, one: OrderTry) -> bool:
        """Whether the try is written down: of those in vain the first, until something else comes of the order."""
        if one.outcome in (TryOutcome.ACCEPTED, TryOutcome.REFUSED):
            self._noted.discard(one.number)
            return True
        if one.number in self._noted:
            return False
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        self._noted.add(one.number)
        return True

    def _cause(self, destination: str, order: TransportOrder, one: OrderTry) -> DelayCause | None:
        """Why it is late, if it is."""
        times = OrderTimes(order.submitted_ms, one.done_ms, was_set_aside=order.released_ms is not None)
        if one.done_ms <= times.due_ms:
            return None
        details = outages(self._database, destination, order.submitted_ms, times.due_ms)
        downtimes = [*self._downtimes(order.submitted_ms, one.done_ms), *self._gaps_in_ms(one.done_ms)]
        return order_delay(times, [one.outage for one in details], downtimes, one.done_ms)

    def _gaps_in_ms(self, now_ms: int) -> list[Downtime]:
        """The clock's, by the clock as it is trusted now."""
        if not self._clock_gaps:
            return []
        ahead_ms = self._last_trusted.wall_ms - round(self._last_trusted.mono_s * 1000)
        return [
            Downtime(round(from_s * 1000) + ahead_ms, round(until_s * 1000) + ahead_ms, DelayCause.CLOCK)
            for from_s, until_s in self._clock_gaps
        ]


def _is_final(one: OrderTry) -> bool:
    return one.outcome is TryOutcome.ACCEPTED


def current_delay(
    database: Database, destination: str, order: TransportOrder, downtimes: Sequence[Downtime], now_ms: int
) -> DelayCause | None:
    """Why an order that was not accepted yet is late; `None`: it is not."""
    if now_ms - order.submitted_ms <= PROMISED_MS:
        return None
    was_set_aside = order.released_ms is not None or order.state is OrderState.SET_ASIDE
    times = OrderTimes(order.submitted_ms, None, was_set_aside=was_set_aside)
    details = outages(database, destination, order.submitted_ms, now_ms)
    return order_delay(times, [one.outage for one in details], downtimes, now_ms)
