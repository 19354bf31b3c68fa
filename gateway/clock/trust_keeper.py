"""What is thought of the clock now: asked for every sample and step, told by whoever hears a witness.

See `gateway.core.interfaces.ClockTrust` for what others may ask; the rules are `gateway.core.clock_trust`'s. It keeps
everything in memory: `take_changes` hands over what is to be written down. Every change is a line in the log.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.core.clock_trust import (
    Trust,
    TrustRules,
    TrustState,
    reviewed,
    shows_a_zone,
    somebody_else_speaks,
)
from gateway.core.interfaces import Clock, Instant, ServerTime
from gateway.core.witness import WitnessKind, WitnessWord, heard_between, zero_ms

_log = logging.getLogger(__name__)

JITTER_MS = 5
"""Two looks at two clocks differ by rounding and by what comes between; what is less is not looked into."""
REVIEW_EVERY_S = 0.5
"""As long as the clock is not trusted, however often somebody asks."""


class TrustKeeper:
    """Callable from any thread; quick, and touches neither network nor database."""

    def __init__(
        self,
        clock: Clock,
        rules: TrustRules,
        boot_id: str,
        trust: Trust,
        last_good_ms: int | None,
        *,
        is_new: bool,
        memory_s: float,
        on_change: Callable[[], object],
    ) -> None:
        """`trust`: what was thought last in this boot, or, `is_new` to the database, before anybody was asked.
        `memory_s`: how long a witness's word counts. `on_change` is called when a change waits to be written down, or a
        step for somebody to ask the witnesses."""
        self.boot_id = boot_id
        self._clock = clock
        self._rules = rules
        self._trust = trust
        self._last_good_ms = last_good_ms
        self._memory_s = memory_s
        self._on_change = on_change
        self._testimonies: dict[tuple[WitnessKind, str], WitnessWord] = {}
        self._changes = [trust] if is_new else []
        self._reviewed: Instant | None = None
        self._has_stepped = False
        self._turn = threading.Lock()

    def obey(self, rules: TrustRules, memory_s: float) -> None:
        """These from now on; what witnesses have said still counts."""
        with self._turn:
            self._rules, self._memory_s = rules, memory_s

    @property
    def trust(self) -> Trust:
        """What is thought now."""
        return self._trust

    @property
    def last_good_ms(self) -> int | None:
        """The newest time that somebody vouched for; `None`: never."""
        return self._last_good_ms

    def is_trusted(self, now: Instant) -> bool:
        trust = self._trust
        if trust.state.is_usable and trust.zero_ms is not None and abs(zero_ms(now) - trust.zero_ms) <= JITTER_MS:
            return True
        return self.review(now).state.is_usable and self._agrees(now)

    def stamp_ms(self, mono_s: float) -> int | None:
        trust = self._trust
        if not trust.state.is_usable or trust.zero_ms is None:
            return None
        return trust.zero_ms + round(mono_s * 1000)

    def wants_authority_time(self) -> bool:
        now = self._clock.now()
        trust = self.review(now)
        if trust.state in (TrustState.TRUSTED, TrustState.DRIFTING):
            return False
        with self._turn:
            return not somebody_else_speaks(self._remembered(now), trust, now, self._rules)

    def authority_said(self, destination: str, said: ServerTime) -> None:
        if abs(zero_ms(said.answered) - zero_ms(said.asked)) >= self._rules.max_offset_ms:
            return  # the clock was set meanwhile: by which of the two looks would it be judged
        kind, looks = WitnessKind.AUTHORITY, (said.asked, said.answered)
        word = heard_between(kind, destination, said.their_ms, said.resolution_ms, *looks)
        self.hear([replace(word, may_be_local=said.may_be_local)], said.answered)

    def hear(
        self, said: Sequence[WitnessWord], now: Instant, *, withdrawn: Sequence[tuple[WitnessKind, str]] = ()
    ) -> None:
        """Witnesses said this; the words of those `withdrawn` count no longer."""
        with self._turn:
            for key in withdrawn:
                self._testimonies.pop(key, None)
            self._testimonies |= {(one.kind, one.name): one for one in said}
        self.review(now, anew=True)

    def heard(self, kind: WitnessKind) -> list[WitnessWord]:
        """The newest word of each of that kind that still counts."""
        with self._turn:
            return [one for one in self._remembered(self._clock.now()) if one.kind is kind]

    def is_local_time(self, said: WitnessWord) -> bool:
        """Whether it more likely shows the time of some place."""
        return shows_a_zone(said, self._trust, self._clock.now())

    def review(self, now: Instant, *, anew: bool = False) -> Trust:
        """Think again at this look; with `anew` even if nothing seems to have changed."""
        with self._turn:
            before, changed_from = self._trust, len(self._changes)
            if self._reviewed is not None and not self._is_worth(now, self._reviewed, anew=anew):
                return before
            self._reviewed = now
            after = reviewed(before, self._remembered(now), now, self._rules, self._last_good_ms)
            self._trust = after
            if after.state in (TrustState.TRUSTED, TrustState.DRIFTING):
                self._last_good_ms = now.wall_ms
            self._note(before, after)
            is_news = len(self._changes) > changed_from
        if is_news:
            self._on_change()
        return after

    def take_changes(self) -> list[Trust]:
        """What is to be written down, oldest first."""
        with self._turn:
            changes, self._changes = self._changes, []
            return changes

    def give_back(self, changes: Sequence[Trust]) -> None:
        """They could not be written down."""
        with self._turn:
            self._changes[:0] = changes

    def take_step(self) -> bool:
        """Whether the clock has stepped since this was asked last."""
        with self._turn:
            stepped, self._has_stepped = self._has_stepped, False
            return stepped

    @staticmethod
    def _is_worth(now: Instant, reviewed_at: Instant, *, anew: bool) -> bool:
        later_s = now.mono_s - reviewed_at.mono_s
        if later_s < 0:
            return False  # an older look: what came after it is known already
        return anew or later_s >= REVIEW_EVERY_S or abs(zero_ms(now) - zero_ms(reviewed_at)) > JITTER_MS

    def _remembered(self, now: Instant) -> list[WitnessWord]:
        return [one for one in self._testimonies.values() if now.mono_s - one.heard_s <= self._memory_s]

    def _agrees(self, now: Instant) -> bool:
        zero = self._trust.zero_ms
        return zero is not None and abs(zero_ms(now) - zero) < self._rules.max_offset_ms

    def _note(self, before: Trust, after: Trust) -> None:
        if after.stepped_from is not None and before.stepped_from is None:
            self._has_stepped = True
        is_untold = (
            after.state is TrustState.UNTRUSTED and after.witness is not None and after.witness != before.witness
        )
        if after.state is before.state and not is_untold:
            return
        self._changes.append(after)
        _log.log(
            logging.INFO if after.state is TrustState.TRUSTED else logging.WARNING,
            "the clock is %s from=%s to=%s witness=%r offset_s=%s reason=%r",
            after.state,
            before.state,
            after.state,
            after.witness or "nobody",
            "unknown" if after.offset_ms is None else f"{after.offset_ms / 1000:.3f}",
            after.reason,
        )
