"""Step: the gateway runs, and closes slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway import __version__
from gateway.acceptance.step import AcceptanceStep
from gateway.audit import configurations
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.instants import MINUTE_MS


class RunningStep(AcceptanceStep):
    name = StepName.RUNNING
    needs_daemon = False

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        status = self.site.status()
        if not status.running:
            return {"": StepOutcome.not_yet(SeenFact.of("not_running"))}
        in_force = configurations.in_force(self.site.database)
        facts = [SeenFact.of("running", version=__version__, since_ms=status.since_ms)]
        if in_force is not None:
            facts.append(SeenFact.of("configuration", sha256=in_force[0]))
        newest_ms = status.newest_slot_ms
        if newest_ms is None:
            return {"": StepOutcome.not_yet(*facts, SeenFact.of("no_slot"))}
        facts.append(SeenFact.of("newest_slot", slot_ms=newest_ms))
        is_fresh = self.site.now_ms - newest_ms <= 2 * self.site.slot_ms + MINUTE_MS
        return {"": (StepOutcome.passed if is_fresh else StepOutcome.not_yet)(*facts)}
