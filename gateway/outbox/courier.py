"""Carries what waits on one lane to one destination, and writes down what became of it.

One courier per lane and destination, in a thread of its own with a connection of its own: a dead destination delays
nobody else. The uplink says what happened; how long to wait and what to try again is decided here, and only here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from gateway.core.backoff import REJECTED_S
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import DeliveryDeferred, DeliveryRefused, DestinationRejected
from gateway.core.interfaces import (
    Clock,
    ClockTrust,
    Conflict,
    Delivered,
    Instant,
    MarksLateness,
    Parcel,
    Refused,
    StateBoard,
    Unproven,
    Uplink,
)
from gateway.core.lateness import DelayCause
from gateway.core.phrase import Phrase
from gateway.files.store import FileStore
from gateway.outbox.authority_time import LOOK_EVERY_S, AuthorityTime
from gateway.outbox.backoff import Backoff
from gateway.outbox.batch import Batch
from gateway.outbox.batch_selector import BatchSelector
from gateway.outbox.batch_size import BatchSize
from gateway.outbox.in_flight import InFlight
from gateway.outbox.lanes import Lane, Route
from gateway.outbox.login_breaker import LoginBreaker
from gateway.outbox.login_turns import Rejection
from gateway.outbox.store import OutboxStore, WaitingDelivery
from gateway.outbox.unrecorded_tries import UnrecordedTries

_log = logging.getLogger(__name__)

IDLE_S = 5.0
"""How often to look at the clock when nothing waits; new files do not depend on it, the planner wakes the courier."""
REPEAT_AFTER_S = 30.0
"""How long after a file was accepted, and could not be proven to be there, one such is sent again."""
CLOSE_AFTER_S = 20.0
"""An idle connection is closed: servers count connections, and a stale one fails when it is needed."""
CLOSE_SOON_AFTER_S = 2.0
"""The same where connections are scarce and nothing waits on either lane: somebody else may want it, such as
`gateway verify` beside us."""


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
        in_flight: InFlight,
        breaker: LoginBreaker,
        board: StateBoard,
        clock: Clock,
        trust: ClockTrust,
        chance: Callable[[], float],
    ) -> None:
        """`breaker` is the destination's, shared by its lanes; `in_flight` the run's."""
        self.name = f"{route.destination}/{lane.value}"
        self._route = route
        self._lane = lane
        self._uplink = uplink
        self._outbox = outbox
        self._files = files
        self._in_flight = in_flight
        self._breaker = breaker
        self._board = board
        self._clock = clock
        self._trust = trust
        self._authority_time = AuthorityTime(route.destination, uplink, breaker, trust, clock, chance)
        self._selector = BatchSelector()
        self._batch_size = BatchSize(route.backlog_files_per_s if lane is Lane.BACKLOG else None)
        self._unrecorded = UnrecordedTries()
        self._backoff = Backoff(chance)
        self._not_before_s = float("-inf")
        self._repeat_not_before_s = float("-inf")
        self._repeated_id: int | None = None
        """The delivery that was chosen last to be sent again."""
        self._is_unproven = False
        """Whether nothing was proven since something could not be."""
        self._last_batch_s: float | None = None
        self._is_ending = False
        self._rejection: Rejection | None = None
        """Of another destination of the account, when it was last said here."""
        self._batch: Batch | None = None
        """The newest."""
        if lane is Lane.LIVE and isinstance(uplink, MarksLateness):
            uplink.tell_before_sending(self._going_out)

    def step(self, now: Instant) -> float:
        if not self._trust.is_trusted(now):
            # Nothing is logged in for but the question what time it is, which one lane can ask for both.
            return self._authority_time.ask(now) if self._lane is Lane.LIVE else now.mono_s + LOOK_EVERY_S
        if now.mono_s < self._not_before_s:
            return self._not_before_s
        waiting = self._claim(now)
        if not waiting:
            return self._idle(now)
        try:
            if not self._breaker.allows(now.mono_s):
                return self._held(now)
            return self._carry(self._selector.choose(waiting), now)
        finally:
            self._in_flight.release({delivery.id for delivery in waiting})

    def interrupt(self) -> None:
        self._is_ending = True
        self._uplink.abort()

    def close(self) -> None:
        self._uplink.close()

    def _claim(self, now: Instant) -> list[WaitingDelivery]:
        most = self._batch_size.files
        found = self._waiting(self._lane, now, most) + self._to_repeat(now)
        mine = self._in_flight.claim([delivery.id for delivery in found])
        if found and not mine:  # a courier that was left alone has all of them: what is behind need not wait for it
            found = self._waiting(self._lane, now, most + self._in_flight.count)
            mine = self._in_flight.claim([delivery.id for delivery in found], most)
        return [delivery for delivery in found if delivery.id in mine]

    def _to_repeat(self, now: Instant) -> list[WaitingDelivery]:
        """The one that is due to be sent again, if it is of this lane."""
        if now.mono_s < self._repeat_not_before_s:
            return []
        one = self._outbox.repeatable(self._route.destination)
        if one is None:
            self._repeat_not_before_s = now.mono_s + REPEAT_AFTER_S
            return []
        after_ms, until_ms = self._lane.span_ms(now.wall_ms, self._route.interval_ms)
        if not after_ms < one.end_ms <= until_ms:
            return []
        self._repeated_id = one.id
        return [one]

    def _idle(self, now: Instant) -> float:
        """Nothing to carry: close the connection once it has rested for long enough."""
        if self._last_batch_s is None:
            return now.mono_s + IDLE_S
        soon = self._uplink.scarce and not any(self._waiting(lane, now, 1) for lane in Lane)
        close_s = self._last_batch_s + (CLOSE_SOON_AFTER_S if soon else CLOSE_AFTER_S)
        if now.mono_s < close_s:
            return min(close_s, now.mono_s + IDLE_S)
        self._uplink.close()
        self._last_batch_s = None
        return now.mono_s + IDLE_S

    def _waiting(self, lane: Lane, now: Instant, most: int) -> list[WaitingDelivery]:
        after_ms, until_ms = lane.span_ms(now.wall_ms, self._route.interval_ms)
        return self._outbox.waiting(self._route.destination, after_ms, until_ms, most)

    def _carry(self, waiting: Sequence[WaitingDelivery], now: Instant) -> float:
        batch = Batch(self._route.destination, self._lane, self._outbox, self._unrecorded, now)
        self._load(waiting, batch)
        self._batch = batch
        try:
            if batch.undecided:
                for outcome in self._uplink.deliver(list(batch.undecided)):
                    at = self._since(now)
                    delivery = batch.undecided[outcome.parcel]
                    self._tell(outcome, delivery, at)
                    batch.decide(outcome, at)
                    self._rest(outcome, delivery, at)
                    self._arrived(now)
            if batch.undecided:
                raise DeliveryDeferred(
                    Phrase("{undecided} files left undecided without a word", undecided=len(batch.undecided))
                )
        except DestinationRejected as error:
            at_s = self._clock.now().mono_s
            self._breaker.open(at_s + REJECTED_S, error, at_s)
            return self._failed(batch, now, DelayCause.REJECTED, str(error), REJECTED_S)
        except DeliveryDeferred as error:
            if not batch.decided:
                self._selector.was_empty(waiting)
            cause = DelayCause.SERVER if error.by_server else DelayCause.LINE
            again_s = self._failed(batch, now, cause, str(error), self._backoff.failed(error))
            self._breaker.failed(again_s)
            return again_s
        finally:
            batch.settle()
        if not batch.decided:
            self._breaker.failed(now.mono_s)  # all were set aside here: nobody has logged in
        elif self._lane is Lane.LIVE:
            self._authority_time.delivered(now)
        self._last_batch_s = self._clock.now().mono_s
        rest_s = self._batch_size.batch_over(batch.decided, self._last_batch_s - now.mono_s)
        self._not_before_s = self._last_batch_s + rest_s
        return self._not_before_s  # there may be more

    def _rest(self, outcome: Delivered | Refused | Unproven, delivery: WaitingDelivery, at: Instant) -> None:
        """From the first that could not be proven, or a repeat, to the next repeat: what else goes on meanwhile, for
        hours after an outage, does not put it off."""
        was_unproven, self._is_unproven = self._is_unproven, isinstance(outcome, Unproven)
        if self._is_unproven and (not was_unproven or delivery.id == self._repeated_id):
            self._repeat_not_before_s = at.mono_s + REPEAT_AFTER_S

    def _held(self, now: Instant) -> float:
        """Nobody may log in now. If it is for what another destination of the account was told, that is said here as
        well, once: nothing was tried, and yet nothing arrives."""
        rejection = self._breaker.rejection_elsewhere()
        if rejection is not None and rejection is not self._rejection:
            words = Phrase(
                "{words} (said to {destination}: it is the same account)",
                words=rejection.words,
                destination=rejection.destination,
            )
            batch = Batch(self._route.destination, self._lane, self._outbox, self._unrecorded, now)
            batch.fail(DelayCause.REJECTED, words, now.wall_ms)
            batch.settle()
            if self._report(ComponentState.REJECTED, words, now.wall_ms):
                _log.error("destination rejected destination=%s error=%r", self._route.destination, words)
        self._rejection = rejection
        return self._breaker.look_again_s(now.mono_s)

    def _load(self, waiting: Sequence[WaitingDelivery], batch: Batch) -> None:
        for delivery in waiting:
            try:
                document = self._files.content(delivery.file_id)
            except (DeliveryRefused, LookupError) as error:
                _log.error("file set aside destination=%s error=%r", self._route.destination, str(error))
                batch.set_aside(delivery, str(error))
                continue
            folder = self._route.path(delivery.end_ms)
            how = (delivery.replaces, delivery.was_tried or delivery.is_left_over, delivery.ask_first)
            parcel = Parcel(folder, document.name, document.content, *how, went_live=delivery.went_live)
            batch.add(delivery, parcel)

    def _going_out(self, parcels: Sequence[Parcel]) -> None:
        """A repeat of these has to be marked as they are now."""
        if self._batch is not None and (ids := self._batch.ids_of(one for one in parcels if not one.went_live)):
            self._outbox.going_out(ids)

    def _tell(self, outcome: Delivered | Refused | Unproven, delivery: WaitingDelivery, at: Instant) -> None:
        if isinstance(outcome, Delivered):
            _log.info(
                "file delivered destination=%s lane=%s name=%s size=%d after_end_s=%.1f answer=%r",
                self._route.destination,
                self._lane.value,
                outcome.parcel.name,
                len(outcome.parcel.content),
                (at.wall_ms - delivery.end_ms) / 1000,
                outcome.answer,
            )
        elif isinstance(outcome, Unproven):
            _log.log(
                logging.DEBUG if self._is_unproven else logging.WARNING,
                "file accepted, and then not proven to be there destination=%s name=%s answer=%r reason=%r",
                self._route.destination,
                outcome.parcel.name,
                outcome.answer,
                outcome.reason,
            )
        elif isinstance(outcome, Conflict):
            _log.error(
                "file set aside, other bytes lie under its name destination=%s name=%s error=%r",
                self._route.destination,
                outcome.parcel.name,
                outcome.reason,
            )
        else:
            _log.error(
                "file set aside, the destination refuses it destination=%s name=%s error=%r",
                self._route.destination,
                outcome.parcel.name,
                outcome.reason,
            )

    def _arrived(self, now: Instant) -> None:
        self._backoff.succeeded()
        self._selector.decided()
        self._breaker.close(self._clock.now().mono_s)
        if self._report(ComponentState.UP, None, now.wall_ms):
            _log.info("destination takes files destination=%s", self._route.destination)

    def _since(self, now: Instant) -> Instant:
        """The present, reckoned from a look at a clock that was trusted: it may have been set since."""
        mono_s = self._clock.now().mono_s
        return Instant(now.wall_ms + round((mono_s - now.mono_s) * 1000), mono_s)

    def _failed(self, batch: Batch, now: Instant, cause: DelayCause, error: str, pause_s: float) -> float:
        at = self._since(now)
        if self._is_ending:
            return at.mono_s + pause_s  # broken off by ourselves: nobody's fault, no try
        batch.fail(cause, error, at.wall_ms)
        state = ComponentState.REJECTED if cause is DelayCause.REJECTED else ComponentState.DOWN
        level = logging.DEBUG
        if self._report(state, error, at.wall_ms):
            level = logging.ERROR if state is ComponentState.REJECTED else logging.WARNING
        _log.log(
            level,
            "destination %s destination=%s lane=%s waiting=%d again_in_s=%.0f error=%r",
            state,
            self._route.destination,
            self._lane.value,
            len(batch.undecided),
            pause_s,
            error,
        )
        self._not_before_s = at.mono_s + pause_s
        return self._not_before_s

    def _report(self, state: ComponentState, error: str | None, at_ms: int) -> bool:
        return self._board.report(ComponentKind.DESTINATION, self._route.destination, state, error, at_ms)
