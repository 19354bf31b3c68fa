"""Runs that nobody can carry on: their instrument has no valves in the configuration any more."""

from __future__ import annotations

import logging

from gateway.calibrations.plan import SequencePlan
from gateway.calibrations.runs import CalibrationRuns, RunState
from gateway.core.phrase import Phrase

_log = logging.getLogger(__name__)


def end_orphans(runs: CalibrationRuns, plans: tuple[SequencePlan, ...], now_ms: int) -> None:
    """Nobody here can close what they opened: a person is told to."""
    known = {plan.instrument for plan in plans}
    for run in runs.open():
        if run.instrument not in known:
            was_begun = run.state is not RunState.WAITING
            words = Phrase("its valves are not in the configuration any more")
            runs.end(run.id, RunState.FAILED if was_begun else RunState.REFUSED, words, now_ms)
            if was_begun:
                steps = ", ".join(dict.fromkeys(step.place for step in runs.steps(run.id)))
                advice = Phrase(
                    "close {steps} by hand, then gateway calibrate stop its parameters", steps=steps or "them"
                )
                _log.error('instrument=%s error="%s: %s"', run.instrument, words, advice)
