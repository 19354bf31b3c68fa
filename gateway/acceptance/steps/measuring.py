"""Step: in the end every parameter measures again and nothing waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.reading import Status
from gateway.outbox.store import OutboxStore


class MeasuringStep(AcceptanceStep):
    name = StepName.MEASURING
    requests = ("measuring",)
    looks_first = True

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        newest = list(self.site.records(self.site.now_ms - 2 * self.site.slot_ms))[-1:]
        if not newest:
            return {"": StepOutcome.not_yet(SeenFact.of("no_slot"))}
        end_ms = newest[0].slot.end_ms
        wrong = [
            SeenFact.of("not_measuring", symbol=line.parameter.symbol, status=line.average.status.value)
            for line in newest[0].lines
            if line.average.status is not Status.MEASURING
        ]
        outbox = OutboxStore(self.site.database)
        for destination in self.site.configuration.active_destinations:
            waiting = outbox.waiting_between(destination.name, -1, end_ms)
            if waiting:
                wrong.append(SeenFact.of("still_waiting", destination=destination.name))
        if wrong:
            return {"": StepOutcome.not_yet(*wrong)}
        return {"": StepOutcome.passed(SeenFact.of("all_measuring", slot_ms=end_ms))}
