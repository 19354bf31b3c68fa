"""The worker that asks the witnesses: at the start, whenever its alarm rings, at once after a step, and again and
again, ever less often, as long as nobody vouches. It also writes down what was thought meanwhile."""

from __future__ import annotations

import logging
import threading

from gateway.clock.store import ClockStore
from gateway.clock.trust_keeper import TrustKeeper
from gateway.clock.witnesses import Witnesses, authority_reports
from gateway.core.clock_trust import TrustState
from gateway.core.interfaces import Clock, Instant
from gateway.core.witness import WitnessKind, zero_ms

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 64.0
"""As long as nobody vouches: as often as public servers let themselves be asked at a start, then as often as ever."""
IDLE_S = 30.0
WAITING_S = 1.0
TOLD_AT_LOOK = 3


class WitnessWatch:
    """See `gateway.core.interfaces.Worker`."""

    name = "clock"
    patience_s = 60.0

    def __init__(
        self, keeper: TrustKeeper, witnesses: Witnesses, store: ClockStore, run: int, clock: Clock, check_every_s: float
    ) -> None:
        self._keeper = keeper
        self._witnesses = witnesses
        self._store = store
        self._run = run
        self._clock = clock
        self._longest_pause_s = min(LONGEST_PAUSE_S, check_every_s)
        self._pause_s = FIRST_PAUSE_S
        self._next_look_s = float("-inf")
        self._rung = threading.Event()
        self._looks_alone = 0

    def ring(self) -> None:
        """It is time for a look; whoever rings wakes the worker as well. From any thread."""
        self._rung.set()

    def step(self, now: Instant) -> float:
        trust = self._keeper.review(now)
        if self._keeper.take_step():
            self._pause_s = FIRST_PAUSE_S
            self._rung.set()
        is_alone = trust.state in (TrustState.UNTRUSTED, TrustState.ASSUMED)
        if self._rung.is_set() or (is_alone and now.mono_s >= self._next_look_s):
            self._rung.clear()
            self._look()
        self._write_changes()
        trust = self._keeper.trust
        return self._clock.now().mono_s + (IDLE_S if trust.state.is_usable else WAITING_S)

    def interrupt(self) -> None:
        self._witnesses.give_up()

    def close(self) -> None:
        """What is still to be written down is known again after the next look."""

    def _look(self) -> None:
        look = self._witnesses.look(self._keeper.last_good_ms)
        now = self._clock.now()
        self._keeper.hear(look.said, now, withdrawn=look.withdrawn)
        trust = self._keeper.trust
        if trust.state in (TrustState.TRUSTED, TrustState.DRIFTING):
            self._pause_s = FIRST_PAUSE_S
        else:
            self._tell(trust.reason)
            self._pause_s = min(self._pause_s * 2, self._longest_pause_s)
        self._next_look_s = now.mono_s + self._pause_s
        authorities = self._keeper.heard(WitnessKind.AUTHORITY)
        local = [one for one in authorities if self._keeper.is_local_time(one)]
        self._write_changes()
        self._store.report(
            [*look.reports, *authority_reports(authorities, local, now.wall_ms, zero_ms(now))], self._keeper.trust
        )

    def _tell(self, reason: str) -> None:
        """Once, and not before an authority's server could have been asked."""
        self._looks_alone += 1
        if self._looks_alone == TOLD_AT_LOOK and not self._keeper.trust.state.is_usable:
            _log.warning("nobody vouches for the clock: readings are kept, no slot is closed reason=%r", reason)

    def _write_changes(self) -> None:
        changes = self._keeper.take_changes()
        if not changes:
            return
        try:
            self._store.keep(self._run, self._keeper.boot_id, changes, self._clock.now().wall_ms)
        except BaseException:
            self._keeper.give_back(changes)
            raise
