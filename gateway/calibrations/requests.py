"""Who wants a calibration of one instrument, a person or the calendar, and whether it may begin."""

from __future__ import annotations

import logging

from gateway.calibrations.declaration import OwnDeclaration
from gateway.calibrations.plan import SequencePlan
from gateway.calibrations.runs import CalibrationRun, CalibrationRuns, RunState, RunWish
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.readings.calibrations import BY_ITSELF

_log = logging.getLogger(__name__)

REFUSED_PAUSE_S = 600.0
"""After the calendar's wish was refused: until it is tried again, within its window."""


class CalibrationRequests:
    """The calendar asks as a person does: by a row of its own."""

    def __init__(
        self, plan: SequencePlan, runs: CalibrationRuns, declaration: OwnDeclaration, trust: ClockTrust
    ) -> None:
        self._plan = plan
        self._runs = runs
        self._declaration = declaration
        self._trust = trust
        self._not_before_s = float("-inf")

    def next(self, now: Instant) -> CalibrationRun | None:
        """A person's, or the calendar's; `None`: nobody wants one now."""
        waiting = self._runs.open(self._plan.instrument)
        if waiting:
            return waiting[0]
        schedule = self._plan.schedule
        if schedule is None or now.mono_s < self._not_before_s or not self._trust.is_trusted(now):
            return None
        last_ms = self._runs.last_began_ms(self._plan.instrument, now.wall_ms)
        if not schedule.is_due(now.wall_ms, last_ms) or self._declaration.lasting(now):
            return None
        self._not_before_s = now.mono_s + REFUSED_PAUSE_S
        number = self._runs.ask(self._plan.instrument, RunWish.SEQUENCE, self._plan.occasion, BY_ITSELF, now.wall_ms)
        return self._runs.find(number)

    def refusal(self, now: Instant) -> str | None:
        """Why none may begin now, in words."""
        if not self._trust.is_trusted(now):
            return Phrase("the clock is not trusted: nobody could say later when it was")
        return self._declaration.lasting(now)

    def refuse(self, run: CalibrationRun, words: str, now: Instant) -> None:
        self._runs.end(run.id, RunState.REFUSED, words, now.wall_ms)
        line = 'calibration=%d instrument=%s state=refused by=%s outcome="%s"'
        _log.warning(line, run.id, run.instrument, run.asked_by, words)
