"""Brings the journal's digests to one destination. Without haste: nobody waits for one, and no file waits for it.

A worker of its own with a connection of its own, which is closed as soon as there is nothing to bring. It stays away
while the destination rejects the lanes (only they log in then) and while nobody vouches for the clock; how the
destination fares, and its outages, are told by the lanes. A server that takes no such file looks like one that takes
nothing at all: the lanes are kept away only by a log-in that was refused, which theirs would be as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.core.backoff import DELIVERY_LONGEST_S, REJECTED_S
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.instants import day_begins_ms
from gateway.core.interfaces import Clock, ClockTrust, Delivered, Instant, Parcel, Refused, Unproven, Uplink
from gateway.core.phrase import Phrase
from gateway.outbox.backoff import Backoff
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.digest_deliveries import DigestDeliveries, DigestResult, WaitingDigest
from gateway.outbox.lanes import Route
from gateway.outbox.login_breaker import LoginBreaker
from gateway.outbox.unrecorded_tries import UnrecordedTries

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
UNTRUSTED_S = 1.0
"""How soon it is noticed that the clock is trusted."""
PAUSE_S = DELIVERY_LONGEST_S
"""The least after a failure."""
REJECTIONS_THAT_PROVE = 8
"""So many in a row, a quarter of an hour each, while the lanes are let in: they send one file an hour at the least."""
MOST = 20
"""In one call of the uplink."""


class DigestCourier:
    """A worker. See `gateway.core.interfaces.Worker`."""

    patience_s = 600.0

    def __init__(
        self,
        route: Route,
        uplink: Uplink,
        deliveries: DigestDeliveries,
        breaker: LoginBreaker,
        clock: Clock,
        trust: ClockTrust,
        chance: Callable[[], float],
    ) -> None:
        """`breaker` is that of the destination, shared with its lanes."""
        self.name = f"{route.destination}/digest"
        self._route = route
        self._uplink = uplink
        self._deliveries = deliveries
        self._breaker = breaker
        self._clock = clock
        self._trust = trust
        self._backoff = Backoff(chance)
        self._unrecorded = UnrecordedTries()
        self._rejections = 0
        """In a row, while the lanes were not rejected."""
        self._not_before_s = float("-inf")
        self._is_ending = False

    def step(self, now: Instant) -> float:
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        if not self._trust.is_trusted(now):
            return now.mono_s + UNTRUSTED_S
        if self._breaker.is_open:
            self._rejections = 0
            return now.mono_s + LOOK_EVERY_S
        waiting = self._deliveries.waiting(self._route.destination, MOST)
        if not waiting:
            return now.mono_s + LOOK_EVERY_S
        return self._carry(waiting, now) if self._breaker.allows(now.mono_s) else now.mono_s + LOOK_EVERY_S

    def interrupt(self) -> None:
        self._is_ending = True
        self._uplink.abort()

    def close(self) -> None:
        self._uplink.close()

    def _carry(self, waiting: Sequence[WaitingDigest], now: Instant) -> float:
        results: list[DigestResult] = []
        undecided = self._load(waiting, results, now)
        try:
            if undecided:
                for outcome in self._uplink.deliver(list(undecided)):
                    results.append(self._decided(outcome, undecided.pop(outcome.parcel), now))
            if undecided:
                raise DeliveryDeferred(
                    Phrase("{undecided} digests left undecided without a word", undecided=len(undecided))
                )
        except (DestinationRejected, DeliveryDeferred) as error:
            return self._failed(error, list(undecided.values()), results, now)
        finally:
            if results:
                self._deliveries.settle(results)
            self._uplink.close()
        self._backoff.succeeded()
        self._rejections = 0
        self._breaker.close(self._clock.now().mono_s)
        if any(one.accepted is not None for one in results):
            self._not_before_s = self._clock.now().mono_s + PAUSE_S  # it may show later
        return max(now.mono_s, self._not_before_s)  # there may be more

    def _load(
        self, waiting: Sequence[WaitingDigest], results: list[DigestResult], now: Instant
    ) -> dict[Parcel, WaitingDigest]:
        """What can be sent; what cannot is set aside."""
        loaded = {}
        for one in waiting:
            content = self._deliveries.content(one.seq)
            if content is None:
                reason = Phrase("entry {seq} of the journal is damaged on the card", seq=one.seq)
                _log.error("digest set aside destination=%s error=%r", self._route.destination, reason)
                results.append(self._result(one, DeliveryState.REFUSED, now, reason))
                continue
            folder = self._route.path(day_begins_ms(one.day, self._route.zone))
            loaded[Parcel(folder, one.name, content, was_tried=one.was_tried)] = one
        return loaded

    def _decided(self, outcome: Delivered | Refused | Unproven, one: WaitingDigest, now: Instant) -> DigestResult:
        if isinstance(outcome, Delivered):
            _log.info(
                "digest delivered destination=%s name=%s answer=%r", self._route.destination, one.name, outcome.answer
            )
            return self._result(one, DeliveryState.DELIVERED, now, outcome.answer)
        if isinstance(outcome, Unproven):
            _log.warning(
                "digest accepted, and then not proven to be there destination=%s name=%s answer=%r reason=%r",
                self._route.destination,
                one.name,
                outcome.answer,
                outcome.reason,
            )
            return replace(self._result(one, DeliveryState.WAITING, now, outcome.reason), accepted=outcome.answer)
        self._tell_refused(one, outcome.reason)
        return self._result(one, DeliveryState.REFUSED, now, outcome.reason)

    def _tell_refused(self, one: WaitingDigest, reason: str) -> None:
        _log.error(
            "digest set aside, the destination does not take it destination=%s name=%s error=%r",
            self._route.destination,
            one.name,
            reason,
        )

    def _failed(
        self,
        error: DestinationRejected | DeliveryDeferred,
        undecided: Sequence[WaitingDigest],
        results: list[DigestResult],
        now: Instant,
    ) -> float:
        at_s = self._clock.now().mono_s
        pause_s = max(PAUSE_S, self._backoff.failed(error))
        self._tell_breaker(error, at_s)
        if self._is_ending:
            return at_s + pause_s  # broken off by ourselves: no try
        self._rejections = self._rejections + 1 if isinstance(error, DestinationRejected) else 0
        is_proven = self._rejections >= REJECTIONS_THAT_PROVE
        for one in undecided:
            if is_proven:
                self._tell_refused(one, str(error))
                results.append(self._result(one, DeliveryState.REFUSED, now, str(error)))
            elif one.was_tried:
                self._unrecorded.add(one.id)
            else:
                results.append(self._result(one, DeliveryState.WAITING, now, str(error)))
        _log.log(
            logging.WARNING if self._backoff.failures == 1 else logging.DEBUG,
            "digests wait destination=%s waiting=%d again_in_s=%.0f error=%r",
            self._route.destination,
            len(undecided),
            pause_s,
            str(error),
        )
        self._not_before_s = at_s + pause_s
        return self._not_before_s

    def _tell_breaker(self, error: DestinationRejected | DeliveryDeferred, at_s: float) -> None:
        if isinstance(error, DeliveryDeferred):
            self._breaker.gave_up()
        elif error.after_login:  # of the digests alone: the lanes may be let do what they do
            self._breaker.let_in(at_s)
        else:
            self._breaker.open(at_s + REJECTED_S, error, at_s, told=f"{self._route.destination}, for digests")

    def _result(self, one: WaitingDigest, state: DeliveryState, now: Instant, answer: str) -> DigestResult:
        done_ms = now.wall_ms + round((self._clock.now().mono_s - now.mono_s) * 1000)
        return DigestResult(one.id, state, now.wall_ms, done_ms, answer, 1 + self._unrecorded.take(one.id))
