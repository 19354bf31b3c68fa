"""Carries signed orders to the road administration, and writes down what became of each before the next goes.

One worker with one connection: orders that can still be in time go before those that are late. The uplink says what
happened; how long to wait, what to try again and what a person is needed for is decided here, by the outbox's means:
the pauses, the login breaker, the outages and the board of states are those of the couriers of files.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from gateway.core.backoff import REJECTED_S, delivery_pause_s
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import DeliveryDeferred, DestinationRejected, OrdersRefused, StoreError
from gateway.core.interfaces import Clock, ClockTrust, Instant, StateBoard
from gateway.core.lateness import DelayCause
from gateway.core.order_uplink import OrderAccepted, OrderParcel, OrderPutOff, OrderRefused, OrderUplink
from gateway.core.phrase import Phrase
from gateway.core.transport_order import PROMISED_MS, TransportOrder
from gateway.orders.kept_documents import DocumentDamaged
from gateway.orders.outcomes import OrderOutcomes, RequestOutcome
from gateway.orders.selection import MOST_ORDERS, RequestSize, SuspectGroups, fitting, in_turn
from gateway.orders.store import OrderStore
from gateway.outbox.backoff import Backoff
from gateway.outbox.in_flight import InFlight
from gateway.outbox.login_breaker import LoginBreaker

_log = logging.getLogger(__name__)

IDLE_S = 1.0
"""How often to look for new orders."""
LOOK_EVERY_S = 1.0
"""How soon it is noticed that the clock is trusted."""
CLOSE_AFTER_S = 20.0
"""An idle connection is closed: a stale one fails when it is needed."""
SENDER_CODES = (20001, 20002, 20003)
"""Of a whole request: they are about us, and not about one of its orders."""
MOST_PUT_OFF = 10_000


class OrderCourier:
    """A worker. See `gateway.core.interfaces.Worker`."""

    patience_s = 600.0

    def __init__(
        self,
        destination: str,
        uplink: OrderUplink,
        most_bytes: int,
        store: OrderStore,
        outcomes: OrderOutcomes,
        breaker: LoginBreaker,
        board: StateBoard,
        clock: Clock,
        trust: ClockTrust,
        chance: Callable[[], float],
        in_flight: InFlight | None = None,
    ) -> None:
        """`most_bytes`: of a request. `breaker` is that of the destination. `in_flight`: the run's, by the orders'
        numbers, so that couriers share what waits, and one that has not ended yet when another one begins in its place
        goes on having for itself what it carries; by default there is no other one."""
        self.name = f"{destination}/orders"
        self._destination = destination
        self._uplink = uplink
        self._store = store
        self._outcomes = outcomes
        self._in_flight = in_flight or InFlight()
        self._breaker = breaker
        self._board = board
        self._clock = clock
        self._trust = trust
        self._chance = chance
        self._size = RequestSize(most_bytes)
        self._suspects = SuspectGroups()
        self._backoff = Backoff(chance)
        self._put_off: dict[int, tuple[int, float]] = {}
        """By row: how often in a row, and not before when (monotonic)."""
        self._not_before_s = float("-inf")
        self._last_request_s: float | None = None
        self._is_ending = False

    def step(self, now: Instant) -> float:
        if not self._trust.is_trusted(now):
            self._outcomes.clock_untrusted(now)
            return now.mono_s + LOOK_EVERY_S
        self._outcomes.clock_trusted(now)
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        chosen = self._chosen(now)
        mine = self._in_flight.claim([one.number for one in chosen])
        if not mine:
            return self._idle(now)
        try:
            if not self._breaker.allows(now.mono_s):
                return self._breaker.look_again_s(now.mono_s)
            return self._carry([one for one in chosen if one.number in mine], now)
        finally:
            self._in_flight.release(mine)

    def interrupt(self) -> None:
        self._is_ending = True
        self._uplink.abort()

    def close(self) -> None:
        self._uplink.close()

    def _chosen(self, now: Instant) -> list[TransportOrder]:
        """Of what no other courier is carrying: what is behind that need not wait for it."""
        most = MOST_ORDERS + len(self._put_off) + self._in_flight.count
        found = {one.number: one for one in self._store.waiting(most)}
        in_time_ms = now.wall_ms - PROMISED_MS
        if len(found) == most and any(one.submitted_ms <= in_time_ms for one in found.values()):
            found |= {one.number: one for one in self._store.waiting_since(in_time_ms, most)}
        free = self._in_flight.free(found)
        found = {number: one for number, one in found.items() if number in free}
        group = self._suspects.next(found)
        if group:
            return fitting([found[number] for number in group], self._size.most_bytes)
        ready = (one for one in found.values() if self._put_off.get(one.number, (0, now.mono_s))[1] <= now.mono_s)
        return fitting(in_turn(ready, now.wall_ms), self._size.bytes)

    def _idle(self, now: Instant) -> float:
        if self._last_request_s is not None and now.mono_s >= self._last_request_s + CLOSE_AFTER_S:
            self._uplink.close()
            self._last_request_s = None
        return now.mono_s + IDLE_S

    def _carry(self, orders: Sequence[TransportOrder], now: Instant) -> float:
        request = RequestOutcome(self._destination, now.wall_ms)
        parcels = self._loaded(orders, request, now)
        try:
            if parcels:
                self._submit(parcels, request, now)
        except OrdersRefused as error:
            return self._refused_whole(error, parcels, request, now)
        except DestinationRejected as error:
            at_s = self._clock.now().mono_s
            self._breaker.open(at_s + REJECTED_S, error, at_s)
            return self._failed(parcels, request, now, DelayCause.REJECTED, str(error), REJECTED_S)
        except DeliveryDeferred as error:
            self._size.failed()
            cause = DelayCause.SERVER if error.by_server else DelayCause.LINE
            again_s = self._failed(parcels, request, now, cause, str(error), self._backoff.failed(error))
            self._breaker.failed(again_s)
            return again_s
        finally:
            self._outcomes.settle(request)
        if not parcels:
            self._breaker.failed(now.mono_s)  # all were set aside here: nobody has logged in
        return now.mono_s  # there may be more

    def _submit(self, parcels: dict[OrderParcel, TransportOrder], request: RequestOutcome, now: Instant) -> None:
        sent = sum(map(self._uplink.size_of, parcels))
        undecided = dict(parcels)
        for outcome in self._uplink.submit(list(parcels)):
            order = undecided.pop(outcome.parcel)
            self._decide(outcome, order, request, self._since(now))
        if len(undecided) == len(parcels):
            raise DeliveryDeferred(Phrase("nothing was told of {count} orders", count=len(undecided)), by_server=True)
        at = self._since(now)
        self._size.took(sent, at.mono_s - now.mono_s)
        for order in undecided.values():
            self._put_it_off(order, at)
            request.failed(order, at.wall_ms, "the answer tells nothing of this order")
        self._arrived(at, request)

    def _decide(
        self,
        outcome: OrderAccepted | OrderRefused | OrderPutOff,
        order: TransportOrder,
        request: RequestOutcome,
        at: Instant,
    ) -> None:
        if isinstance(outcome, OrderPutOff):
            self._put_it_off(order, at)
            request.put_off(order, at.wall_ms, outcome.code, outcome.answer)
            return
        self._put_off.pop(order.number, None)
        if isinstance(outcome, OrderAccepted):
            request.accepted(order, at.wall_ms, outcome.answer)
            waited_s = (at.wall_ms - order.submitted_ms) / 1000
            _log.info("order accepted destination=%s id=%r waited_s=%.1f", self._destination, order.order_id, waited_s)
        else:
            self._set_aside(order, request, at, outcome.code, outcome.answer)

    def _set_aside(
        self, order: TransportOrder, request: RequestOutcome, at: Instant, code: int | None, reason: str
    ) -> None:
        request.refused(order, at.wall_ms, code, reason)
        _log.error(
            "order set aside destination=%s id=%r code=%s error=%r", self._destination, order.order_id, code, reason
        )

    def _refused_whole(
        self, error: OrdersRefused, parcels: dict[OrderParcel, TransportOrder], request: RequestOutcome, now: Instant
    ) -> float:
        """Nothing is told of single orders: the halves go by themselves, until the culprit is alone. What is said of
        us is true of all."""
        at = self._since(now)
        orders = list(parcels.values())
        of_us = error.code in SENDER_CODES
        if len(orders) == 1 or of_us:
            for order in orders:
                self._set_aside(order, request, at, error.code, str(error))
        else:
            self._suspects.refused([order.number for order in orders])
        if of_us:
            rejected = DestinationRejected(str(error))
            rejected.after_login = True
            self._breaker.open(at.mono_s + REJECTED_S, rejected, at.mono_s)
            return self._failed({}, request, now, DelayCause.REJECTED, str(error), REJECTED_S)
        self._arrived(at, request)
        return now.mono_s

    def _loaded(
        self, orders: Sequence[TransportOrder], request: RequestOutcome, now: Instant
    ) -> dict[OrderParcel, TransportOrder]:
        """What can be sent, its bytes proven to be those that were signed; what cannot is set aside."""
        loaded = {}
        for order in orders:
            if order.size > self._size.most_bytes:
                words = Phrase("{size} bytes are more than the authority takes in one request", size=order.size)
                self._set_aside(order, request, now, None, words)
                continue
            try:
                loaded[OrderParcel(order.order_id, self._store.document(order))] = order
            except DocumentDamaged as damage:
                self._set_aside(order, request, now, None, str(damage))
            except StoreError as error:
                self._put_it_off(order, now)
                _log.error("order cannot be read id=%r error=%r", order.order_id, str(error))
        return loaded

    def _put_it_off(self, order: TransportOrder, at: Instant) -> None:
        """It alone, so that it holds up nobody."""
        times = self._put_off.get(order.number, (0, 0.0))[0] + 1
        if len(self._put_off) >= MOST_PUT_OFF:
            self._put_off.clear()
        self._put_off[order.number] = (times, at.mono_s + delivery_pause_s(times, self._chance()))

    def _arrived(self, at: Instant, request: RequestOutcome) -> None:
        """The authority decided on something."""
        request.decided_ms = at.wall_ms
        self._last_request_s = at.mono_s
        self._backoff.succeeded()
        self._breaker.close(at.mono_s)
        if self._report(ComponentState.UP, None, at.wall_ms):
            _log.info("destination takes orders destination=%s", self._destination)

    def _failed(
        self,
        parcels: dict[OrderParcel, TransportOrder],
        request: RequestOutcome,
        now: Instant,
        cause: DelayCause,
        error: str,
        pause_s: float,
    ) -> float:
        at = self._since(now)
        if self._suspects:
            self._suspects.again([order.number for order in parcels.values()])
        if self._is_ending:
            return at.mono_s + pause_s  # broken off by ourselves: nobody's fault, no try
        request.broke_down(parcels.values(), cause, at.wall_ms, error)
        state = ComponentState.REJECTED if cause is DelayCause.REJECTED else ComponentState.DOWN
        level = logging.DEBUG
        if self._report(state, error, at.wall_ms):
            level = logging.ERROR if state is ComponentState.REJECTED else logging.WARNING
        _log.log(
            level, "destination %s destination=%s again_in_s=%.0f error=%r", state, self._destination, pause_s, error
        )
        self._not_before_s = at.mono_s + pause_s
        return self._not_before_s

    def _since(self, now: Instant) -> Instant:
        """The present, reckoned from a look at a clock that was trusted: it may have been set since."""
        mono_s = self._clock.now().mono_s
        return Instant(now.wall_ms + round((mono_s - now.mono_s) * 1000), mono_s)

    def _report(self, state: ComponentState, error: str | None, at_ms: int) -> bool:
        return self._board.report(ComponentKind.DESTINATION, self._destination, state, error, at_ms)
