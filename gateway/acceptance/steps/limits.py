"""Step: the limits in force are those of the permit. A person who has it at hand says so: the gateway cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.audit import configurations
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.dated_limit import DatedLimit
from gateway.core.instants import local_time
from gateway.core.permit_limit import PermitLimit


class LimitsStep(AcceptanceStep):
    name = StepName.LIMITS

    def subjects(self) -> Sequence[str]:
        return ("",) if any(one.limits for one in self.site.configuration.sent) else ()

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        in_force = configurations.in_force(self.site.database)
        if in_force is None or in_force[0] != self.site.configuration.source.sha256:
            return {"": StepOutcome.failed(SeenFact.of("configuration_differs"))}
        today = local_time(self.site.now_ms, self.site.configuration.station.timezone).date()
        limits = [
            _fact(one.line, one.unit, dated)
            for one in self.site.configuration.sent
            for dated in one.limits
            if dated.holds_on(today)
        ]
        answer = self.person.agrees("confirm_limits", limits)
        if answer is None:
            return {"": StepOutcome.failed(*limits, SeenFact.of("limits_unconfirmed"))}
        said = SeenFact.of("limits_agree" if answer else "limits_disagree")
        return {"": (StepOutcome.passed if answer else StepOutcome.failed)(*limits, said)}


def _fact(symbol: str, unit: str, dated: DatedLimit) -> SeenFact:
    """With the standard, its column and the coefficients that made the number, where it is of one."""
    limit, origin = PermitLimit(dated.limit, unit).to_json(), dated.origin
    if origin is None:
        return SeenFact.of("limit", symbol=symbol, limit=limit)
    choices = [value for _, value in origin.choices]
    factors = [f"{name}={factor:g}" for name, factor in origin.coefficients]
    factors += [f"{name}=1" for name in origin.left_out]
    standard = ", ".join((origin.standard, *choices, *factors))
    return SeenFact.of("limit_of_standard", symbol=symbol, limit=limit, standard=standard)
