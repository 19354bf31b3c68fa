"""Step: every port is as declared, as the daemon sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.core.acceptance import SeenFact, StepName, StepOutcome


class PortsStep(AcceptanceStep):
    name = StepName.PORTS

    def subjects(self) -> Sequence[str]:
        return () if self.site.configuration.ports is None else ("",)

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        status = self.site.status()
        declared = len(self.site.configuration.ports or ())
        facts = [SeenFact.of("violation", port=one.port, detail=one.detail) for one in status.violations or ()]
        facts += [
            SeenFact.of("not_looked_at", detail=stage.last_error) for stage in status.stages if stage.name == "ports"
        ]
        facts += [SeenFact.of("seal", detail=line) for line in status.seals]
        if facts:
            return {"": StepOutcome.not_yet(*facts)}
        return {"": StepOutcome.passed(SeenFact.of("ports_as_declared", ports=declared))}
