"""Step: the limits in force are those of the permit. A person who has it at hand says so: the gateway cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.audit import configurations
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.permit_limit import PermitLimit


class LimitsStep(AcceptanceStep):
    name = StepName.LIMITS

    def subjects(self) -> Sequence[str]:
        return ("",) if any(one.limits for one in self.site.configuration.sent) else ()

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        in_force = configurations.in_force(self.site.database)
        if in_force is None or in_force[0] != self.site.configuration.source.sha256:
            return {"": StepOutcome.failed(SeenFact.of("configuration_differs"))}
        limits = [
            SeenFact.of("limit", symbol=one.line, limit=PermitLimit(limit, one.unit).to_json())
            for one in self.site.configuration.sent
            for limit in one.limits
        ]
        answer = self.person.agrees("confirm_limits")
        if answer is None:
            return {"": StepOutcome.failed(*limits, SeenFact.of("limits_unconfirmed"))}
        said = SeenFact.of("limits_agree" if answer else "limits_disagree")
        return {"": (StepOutcome.passed if answer else StepOutcome.failed)(*limits, said)}
