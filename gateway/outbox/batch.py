"""One call of the uplink: which files are in it, what has been decided of them, and what is to be written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gateway.core.interfaces import Conflict, Delivered, Instant, Parcel, Refused, Unproven
from gateway.core.lateness import DelayCause
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult, OutboxStore, WaitingDelivery
from gateway.outbox.unrecorded_tries import UnrecordedTries

SETTLE_EVERY_S = 1.0
"""What a sudden end makes us send twice is what arrived since."""


class Batch:
    """Lives as long as the call. What was decided is durable after `settle`, and at most a second late before it."""

    def __init__(
        self, destination: str, lane: Lane, outbox: OutboxStore, unrecorded: UnrecordedTries, began: Instant
    ) -> None:
        self.undecided: dict[Parcel, WaitingDelivery] = {}
        self.decided = 0
        self._destination = destination
        self._lane = lane
        self._outbox = outbox
        self._unrecorded = unrecorded
        self._began_ms = began.wall_ms
        self._settled_at_s = began.mono_s
        self._results: list[DeliveryResult] = []
        self._decided_ms: int | None = None
        """When the far end last decided on something."""
        self._failure: BatchFailure | None = None

    def add(self, delivery: WaitingDelivery, parcel: Parcel) -> None:
        self.undecided[parcel] = delivery

    def ids_of(self, parcels: Iterable[Parcel]) -> list[int]:
        """The deliveries whose parcels these are."""
        return [self.undecided[parcel].id for parcel in parcels]

    def set_aside(self, delivery: WaitingDelivery, reason: str) -> None:
        """It is not fit to be sent."""
        self._results.append(self._result(delivery.id, DeliveryState.REFUSED, self._began_ms, reason))

    def decide(self, outcome: Delivered | Refused | Unproven, at: Instant) -> WaitingDelivery:
        """Returns what the far end has decided on."""
        delivery = self.undecided.pop(outcome.parcel)
        self.decided += 1
        self._decided_ms = at.wall_ms
        if isinstance(outcome, Delivered):
            result = self._result(delivery.id, DeliveryState.DELIVERED, at.wall_ms, outcome.answer)
        elif isinstance(outcome, Unproven):
            result = self._result(delivery.id, DeliveryState.WAITING, at.wall_ms, outcome.reason)
            result = replace(result, accepted=outcome.answer)
        else:
            result = self._result(delivery.id, DeliveryState.REFUSED, at.wall_ms, outcome.reason)
        if isinstance(outcome, Conflict):
            result = replace(result, conflict=f"{self._destination}/{outcome.parcel.name}")
        self._results.append(result)
        if at.mono_s - self._settled_at_s >= SETTLE_EVERY_S:
            self.settle()
            self._settled_at_s = at.mono_s
        return delivery

    def fail(self, cause: DelayCause, error: str, at_ms: int) -> None:
        """The call broke down; what is undecided was tried in vain."""
        began_ms = self._began_ms if self._decided_ms is None else self._decided_ms
        self._failure = BatchFailure(cause, began_ms, at_ms, error)
        for delivery in self.undecided.values():
            if delivery.was_tried:
                self._unrecorded.add(delivery.id)
            else:
                self._results.append(self._result(delivery.id, DeliveryState.WAITING, at_ms, error))
        self._results += [
            DeliveryResult(
                delivery_id, DeliveryState.WAITING, self._began_ms, at_ms, error, self._lane, tries, is_one=False
            )
            for delivery_id, tries in self._unrecorded.take_if_many().items()
        ]

    def settle(self) -> None:
        """Write down what has come of it so far."""
        if self._results or self._failure:
            outcome = DestinationOutcome(self._destination, self._decided_ms, self._failure)
            self._outbox.settle(self._results, outcome)
            self._results, self._failure = [], None

    def _result(self, delivery_id: int, state: DeliveryState, done_ms: int, answer: str) -> DeliveryResult:
        tries = 1 + self._unrecorded.take(delivery_id)
        return DeliveryResult(delivery_id, state, self._began_ms, done_ms, answer, self._lane, tries)
