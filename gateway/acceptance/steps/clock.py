"""Step: the clock is right, and somebody vouches for it. A file whose time is not the real time is worth nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep
from gateway.clock.store import WitnessReport
from gateway.core.acceptance import SeenFact, StepName, StepOutcome
from gateway.core.clock_trust import TrustState
from gateway.core.witness import WitnessVerdict
from gateway.reports.clock import ClockReport


class ClockStep(AcceptanceStep):
    name = StepName.CLOCK

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        report = self.site.status().clock
        facts = (self._state(report), *_witnesses(report))
        return {"": (StepOutcome.passed if report.state is TrustState.TRUSTED else StepOutcome.not_yet)(*facts)}

    @staticmethod
    def _state(report: ClockReport) -> SeenFact:
        offset_s = None if report.offset_ms is None else report.offset_ms / 1000
        if report.state is TrustState.TRUSTED:
            return SeenFact.of("clock_trusted", offset_s=offset_s, witness=report.witness)
        return SeenFact.of("clock_" + report.state.value, reason=report.reason)


def _witnesses(report: ClockReport) -> tuple[SeenFact, ...]:
    return tuple(map(_witness, report.witnesses))


def _witness(one: WitnessReport) -> SeenFact:
    """`source`: the kind of the witness, and its name where it has one."""
    kind = one.kind.value
    source = kind if one.name in ("", kind) else f"{kind} {one.name}"
    if one.offset_ms is None:
        return SeenFact.of("witness_dumb", source=source, verdict=one.verdict.value)
    offset_s = one.offset_ms / 1000
    if one.verdict is WitnessVerdict.OK:
        return SeenFact.of("witness", source=source, offset_s=offset_s)
    return SeenFact.of("witness_not", source=source, offset_s=offset_s, verdict=one.verdict.value)
