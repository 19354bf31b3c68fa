"""Step: a file for each interval, there within five minutes of its slot's end (TT10/2021)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from gateway.acceptance.step import AcceptanceStep
from gateway.config import Destination
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.instants import DAY_MS, DUE_MS, milliseconds
from gateway.outbox.delivery_state import DeliveryState

COUNTED = 3
"""The newest files that are due."""
FEWEST = 2


class TimelinessStep(AcceptanceStep):
    name = StepName.TIMELINESS

    def subjects(self) -> Sequence[str]:
        return [one.name for one in self.site.configuration.active_destinations]

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        return {one.name: self._destination(one) for one in self.site.configuration.active_destinations}

    def _destination(self, destination: Destination) -> StepOutcome:
        sent = self.site.sent(destination, self.site.now_ms - DAY_MS)
        there = [one for one in sent if one.state is DeliveryState.DELIVERED][-COUNTED:]
        if len(there) < FEWEST:
            return StepOutcome.not_yet(SeenFact.of("few_delivered", files=len(there)))
        took_ms = [(one.times.delivered_ms or 0) - one.times.end_ms for one in there]
        interval_ms = milliseconds(destination.interval_length)
        apart_ms = {after.times.end_ms - before.times.end_ms for before, after in pairwise(there)}
        facts = [
            SeenFact.of("latency", files=len(there), shortest_s=min(took_ms) / 1000, longest_s=max(took_ms) / 1000),
            SeenFact.of("interval", interval_s=interval_ms / 1000),
        ]
        if apart_ms != {interval_ms}:
            wrong = ", ".join(f"{one / 1000:g} s" for one in sorted(apart_ms))
            return StepOutcome.not_yet(*facts, SeenFact.of("interval_differs", apart=wrong))
        return (StepOutcome.passed if max(took_ms) <= DUE_MS else StepOutcome.not_yet)(*facts)
