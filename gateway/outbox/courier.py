"""Carries what waits on one lane to one destination, and writes down what became of it.

One courier per lane and destination, in a thread of its own with a connection of its own: a dead destination delays
nobody else. The uplink says what happened; how long to wait and what to try again is decided here, and only here.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.core.backoff import REJECTED_S, delivery_pause_s
from gateway.core.errors import DeliveryDeferred, DeliveryRefused, DestinationRejected
from gateway.core.interfaces import Clock, Delivered, Instant, Parcel, Refused, StateBoard, Uplink
from gateway.core.lateness import DelayCause
from gateway.files.store import FileStore
from gateway.outbox.boarding import Boarding
from gateway.outbox.lanes import Crossing, Lane, Route
from gateway.outbox.outages import Failure, Word
from gateway.outbox.pace import Pace
from gateway.outbox.store import OutboxStore, Result, Waiting

_log = logging.getLogger(__name__)

IDLE_S = 5.0
"""How often to look at the clock when nothing waits; new files do not depend on it, the planner wakes the courier."""
HANG_UP_AFTER_S = 20.0
"""An idle connection is closed: servers count connections, and a stale one fails when it is needed."""
HANG_UP_SOON_AFTER_S = 2.0
"""The same where connections are scarce and nothing waits on either lane: somebody else may want it, such as
`gateway verify` beside us."""
SETTLE_EVERY_S = 1.0
"""What a sudden end makes us send twice is what arrived since."""
MOST_UNTOLD = 1000


@dataclass(slots=True)
class _Trip:
    """One call of the uplink: what is on board, and what has been decided so far."""

    on_board: dict[Parcel, Waiting]
    began_ms: int
    results: list[Result]
    settled_at_s: float
    decided: int = 0
    decided_ms: int | None = None
    """When the far end last decided on something."""
    failure: Failure | None = None


class Courier:
    """A worker. See `gateway.core.interfaces.Worker`."""

    patience_s = 600.0

    def __init__(
        self,
        route: Route,
        lane: Lane,
        uplink: Uplink,
        outbox: OutboxStore,
        files: FileStore,
        crossing: Crossing,
        board: StateBoard,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self.name = f"{route.destination}/{lane.value}"
        self._route = route
        self._lane = lane
        self._uplink = uplink
        self._outbox = outbox
        self._files = files
        self._crossing = crossing
        self._board = board
        self._clock = clock
        self._chance = chance
        self._boarding = Boarding()
        self._pace = Pace(route.backlog_files_per_s if lane is Lane.BACKLOG else None)
        self._untold: Counter[int] = Counter()
        """Tries in vain that are not written down yet, by delivery: rewriting all that waits every few minutes would
        wear out the card in a long outage."""
        self._failures = 0
        self._not_before_s = float("-inf")
        self._last_trip_s: float | None = None
        self._ending = False

    def step(self, now: Instant) -> float:
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        waiting = self._take(now)
        if not waiting:
            return self._idle(now)
        try:
            if not self._crossing.may_knock(now.mono_s):
                return now.mono_s + IDLE_S
            return self._carry(self._boarding.choose(waiting), now)
        finally:
            self._crossing.release({delivery.id for delivery in waiting})

    def interrupt(self) -> None:
        self._ending = True
        self._uplink.abort()

    def close(self) -> None:
        self._uplink.close()

    def _take(self, now: Instant) -> list[Waiting]:
        found = self._waiting(self._lane, now, self._pace.size)
        mine = self._crossing.claim([delivery.id for delivery in found])
        return [delivery for delivery in found if delivery.id in mine]

    def _idle(self, now: Instant) -> float:
        """Nothing to carry: hang up once the connection has rested for long enough."""
        if self._last_trip_s is None:
            return now.mono_s + IDLE_S
        soon = self._uplink.scarce and not any(self._waiting(lane, now, 1) for lane in Lane)
        hang_up_s = self._last_trip_s + (HANG_UP_SOON_AFTER_S if soon else HANG_UP_AFTER_S)
        if now.mono_s < hang_up_s:
            return min(hang_up_s, now.mono_s + IDLE_S)
        self._uplink.close()
        self._last_trip_s = None
        return now.mono_s + IDLE_S

    def _waiting(self, lane: Lane, now: Instant, most: int) -> list[Waiting]:
        after_ms, until_ms = lane.span_ms(now.wall_ms, self._route.interval_ms)
        return self._outbox.waiting(self._route.destination, after_ms, until_ms, most)

    def _carry(self, waiting: Sequence[Waiting], now: Instant) -> float:
        trip = _Trip({}, now.wall_ms, [], now.mono_s)
        self._load(waiting, trip)
        try:
            if trip.on_board:
                for outcome in self._uplink.deliver(list(trip.on_board)):
                    self._note(trip, outcome)
                    self._arrived(now)
            if trip.on_board:
                raise DeliveryDeferred(f"{len(trip.on_board)} files left undecided without a word")
        except DestinationRejected as error:
            self._crossing.bar(self._clock.now().mono_s + REJECTED_S)
            return self._failed(trip, DelayCause.REJECTED, str(error), REJECTED_S)
        except DeliveryDeferred as error:
            if not trip.decided:
                self._boarding.came_back_empty(waiting)
            self._failures += 1
            cause = DelayCause.SERVER if error.by_server else DelayCause.LINE
            again_s = self._failed(trip, cause, str(error), delivery_pause_s(self._failures, self._chance()))
            self._crossing.came_to_nothing(again_s)
            return again_s
        finally:
            self._settle(trip)
        if not trip.decided:
            self._crossing.came_to_nothing(now.mono_s)  # all were set aside here: nobody has knocked
        self._last_trip_s = self._clock.now().mono_s
        self._not_before_s = self._last_trip_s + self._pace.travelled(trip.decided, self._last_trip_s - now.mono_s)
        return self._not_before_s  # there may be more

    def _load(self, waiting: Sequence[Waiting], trip: _Trip) -> None:
        for delivery in waiting:
            try:
                document = self._files.content(delivery.file_id)
            except DeliveryRefused as error:
                _log.error("file set aside destination=%s error=%r", self._route.destination, str(error))
                trip.results.append(self._result(delivery, "refused", trip.began_ms, trip.began_ms, str(error)))
                continue
            folder = self._route.path(delivery.end_ms)
            trip.on_board[Parcel(folder, document.name, document.content, delivery.replaces)] = delivery

    def _note(self, trip: _Trip, outcome: Delivered | Refused) -> None:
        delivery = trip.on_board.pop(outcome.parcel)
        at = self._clock.now()
        trip.decided += 1
        trip.decided_ms = at.wall_ms
        if isinstance(outcome, Delivered):
            trip.results.append(self._result(delivery, "delivered", trip.began_ms, at.wall_ms, outcome.answer))
            _log.info(
                "file delivered destination=%s lane=%s name=%s size=%d after_end_s=%.1f answer=%r",
                self._route.destination,
                self._lane.value,
                outcome.parcel.name,
                len(outcome.parcel.content),
                (at.wall_ms - delivery.end_ms) / 1000,
                outcome.answer,
            )
        else:
            trip.results.append(self._result(delivery, "refused", trip.began_ms, at.wall_ms, outcome.reason))
            _log.error(
                "file set aside, the destination refuses it destination=%s name=%s error=%r",
                self._route.destination,
                outcome.parcel.name,
                outcome.reason,
            )
        if at.mono_s - trip.settled_at_s >= SETTLE_EVERY_S:
            self._settle(trip)
            trip.settled_at_s = at.mono_s

    def _result(self, delivery: Waiting, state: str, tried_ms: int, done_ms: int, answer: str) -> Result:
        tries = 1 + self._untold.pop(delivery.id, 0)
        return Result(delivery.id, state, tried_ms, done_ms, answer, self._lane.value, tries)

    def _settle(self, trip: _Trip) -> None:
        if trip.results or trip.failure:
            word = Word(self._route.destination, trip.decided_ms, trip.failure)
            self._outbox.settle(trip.results, word)
            trip.results, trip.failure = [], None

    def _arrived(self, now: Instant) -> None:
        self._failures = 0
        self._boarding.arrived()
        self._crossing.let_in()
        if self._board.report("destination", self._route.destination, "up", None, now.wall_ms):
            _log.info("destination takes files destination=%s", self._route.destination)

    def _failed(self, trip: _Trip, cause: DelayCause, error: str, pause_s: float) -> float:
        at = self._clock.now()
        if self._ending:
            return at.mono_s + pause_s  # broken off by ourselves: nobody's fault, no try
        began_ms = trip.began_ms if trip.decided_ms is None else trip.decided_ms
        trip.failure = Failure(cause, began_ms, at.wall_ms, error)
        self._tried_in_vain(trip, at.wall_ms, error)
        state = "rejected" if cause is DelayCause.REJECTED else "down"
        level = logging.DEBUG
        if self._board.report("destination", self._route.destination, state, error, at.wall_ms):
            level = logging.ERROR if state == "rejected" else logging.WARNING
        _log.log(
            level,
            "destination %s destination=%s lane=%s waiting=%d again_in_s=%.0f error=%r",
            state,
            self._route.destination,
            self._lane.value,
            len(trip.on_board),
            pause_s,
            error,
        )
        self._not_before_s = at.mono_s + pause_s
        return self._not_before_s

    def _tried_in_vain(self, trip: _Trip, at_ms: int, error: str) -> None:
        """A first try is written down at once, others with the next that comes to something."""
        for delivery in trip.on_board.values():
            if delivery.was_tried:
                self._untold[delivery.id] += 1
            else:
                trip.results.append(self._result(delivery, "waiting", trip.began_ms, at_ms, error))
        if len(self._untold) > MOST_UNTOLD:
            trip.results += [
                Result(delivery_id, "waiting", trip.began_ms, at_ms, error, self._lane.value, tries)
                for delivery_id, tries in self._untold.items()
            ]
            self._untold.clear()
