"""Tells one target what the journal has for it, one message after the other, and writes down what became of each.

In a thread of its own: a target that is slow or gone delays neither another one nor the daemon. What is to be told is
in the database before the call and settled after it, so that a sudden end in between tells it once more and never not
at all. It waits for no clock that somebody vouches for: that nobody does is among what is told.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from gateway.alerts.journal_reader import JournalReader
from gateway.alerts.store import AlertOutcome, AlertStore, KeptAlert
from gateway.core.alert import AlertKind, AlertMessage, AlertState, ConfiguredTarget, Teller
from gateway.core.alert_digest import MOST_IN_DIGEST, alerts_in, digest_id
from gateway.core.alert_pace import SINGLY, next_count, next_s
from gateway.core.errors import DeliveryDeferred, DeliveryRefused, DestinationRejected
from gateway.core.interfaces import Clock, Instant
from gateway.outbox.backoff import Backoff

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
CLOCK_HOLD_S = 60.0
"""So long nobody has to vouch for the clock before it is told."""


class AlertCourier:
    """A worker. See `gateway.core.interfaces.Worker`."""

    patience_s = 600.0

    def __init__(
        self, configured: ConfiguredTarget, store: AlertStore, clock: Clock, chance: Callable[[], float]
    ) -> None:
        """`chance`: see `Backoff`."""
        self._target = configured.target.name
        self.name = f"alerts/{self._target}"
        self._wording = configured.wording
        self._make = configured.make
        self._teller: Teller | None = None
        self._store = store
        self._reader = JournalReader(store, self._target)
        self._clock = clock
        self._backoff = Backoff(chance)
        self._not_before_s = float("-inf")
        self._told_s: deque[float] = deque(maxlen=SINGLY)
        self._seen_s: dict[int, float] = {}
        """Alerts that are held, and since when."""
        self._unsettled: tuple[list[int], AlertOutcome, str | None, str | None] | None = None
        """What became of the newest message, as long as it is not written down."""
        self._is_prepared = False
        self._is_ending = False

    def step(self, now: Instant) -> float:
        self._settle(now.wall_ms)
        if self._reader.read(now.wall_ms):
            return now.mono_s
        if not self._is_prepared:
            self._prepare()
        if now.mono_s < self._not_before_s:
            return min(self._not_before_s, now.mono_s + LOOK_EVERY_S)
        if next_s(self._told_s, now.mono_s) > now.mono_s or not self._store.count_waiting(self._target):
            return now.mono_s + LOOK_EVERY_S
        waiting = [one for one in self._store.waiting(self._target) if not self._is_held(one, now)]
        count = next_count(len(waiting), self._told_s, now.mono_s)
        if not count or self._is_ending:
            return now.mono_s + LOOK_EVERY_S
        self._tell(waiting[:count])
        return self._clock.now().mono_s

    def interrupt(self) -> None:
        self._is_ending = True
        if self._teller is not None:
            self._teller.abort()

    def close(self) -> None:
        """A teller keeps nothing open."""

    def _prepare(self) -> None:
        """Once: what the first message would else wait for."""
        self._is_prepared = True
        self._wording.prepare()
        with suppress(DestinationRejected):  # said when there is something to tell
            self._teller = self._make()
        _log.info("ready to tell target=%r", self._target)

    def _is_held(self, one: KeptAlert, now: Instant) -> bool:
        if one.alert.kind is not AlertKind.CLOCK or one.alert.state is not AlertState.BEGAN:
            return False
        return now.mono_s - self._seen_s.setdefault(one.number, now.mono_s) < CLOCK_HOLD_S

    def _tell(self, alerts: Sequence[KeptAlert]) -> None:
        message = self._message(alerts)
        numbers = [one.number for one in alerts]
        told_as = message.id if len(alerts) > 1 else None
        try:
            if self._teller is None:
                self._teller = self._make()
            self._teller.tell(message)
        except DeliveryRefused as error:
            _log.error("alert refused, it is not told again target=%r error=%r", self._target, str(error))
            self._unsettled = (numbers, AlertOutcome.REFUSED, str(error), told_as)
        except (DeliveryDeferred, DestinationRejected) as error:
            self._failed(alerts[0], error)
            return
        else:
            failures = self._backoff.succeeded()
            _log.info(
                "told target=%r state=%s kind=%s alerts=%d failures_before=%d",
                self._target,
                message.state,
                message.kind or "several",
                message.count,
                failures,
            )
            self._unsettled = (numbers, AlertOutcome.TOLD, None, told_as)
        now = self._clock.now()
        self._told_s.append(now.mono_s)
        self._seen_s = {number: since_s for number, since_s in self._seen_s.items() if number not in numbers}
        self._settle(now.wall_ms)

    def _message(self, kept: Sequence[KeptAlert]) -> AlertMessage:
        if len(kept) == 1 and kept[0].alert.state is not AlertState.DIGEST:
            return self._wording.alert(kept[0].alert)
        parts = [alerts_in(one.alert) for one in kept]
        alerts = [alert for some, _ in parts for alert in some][-MOST_IN_DIGEST:]
        is_first = len(kept) == 1
        message_id = kept[0].alert.id if is_first else digest_id(one.alert.id for one in kept)
        return self._wording.digest(message_id, alerts, sum(count for _, count in parts), is_first=is_first)

    def _failed(self, alert: KeptAlert, error: DeliveryDeferred | DestinationRejected) -> None:
        now = self._clock.now()
        if self._is_ending:
            return
        pause_s = self._backoff.failed(error)
        self._not_before_s = now.mono_s + pause_s
        is_news = self._backoff.failures == 1
        _log.log(
            logging.WARNING if is_news else logging.DEBUG,
            "alert cannot be told now target=%r failures=%d again_in_s=%.0f error=%r",
            self._target,
            self._backoff.failures,
            pause_s,
            str(error),
        )
        self._store.failed(self._target, alert.number, 1, str(error), now.wall_ms)

    def _settle(self, at_ms: int) -> None:
        """Whatever was told is written down before anything else is told."""
        if self._unsettled is not None:
            self._store.settle(self._target, *self._unsettled, at_ms)
            self._unsettled = None
