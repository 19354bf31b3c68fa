"""One instrument's calibration by the gateway: zero gas, span gas, purge. What it showed is kept, nothing is corrected.

A stage of the clerk, which runs whether or not the clock is trusted: a gas that flows must be shut off in any case.
How often a valve may be told what, and what is written down of it: `gateway.calibrations.valves`.

**01 until it is known to measure.** The instrument's readings are held (`gateway.instruments.calibration_hold`) from
before the first valve is touched until the purge is over, and from each start of the gateway until every valve was read
and found closed. Where a valve cannot be read, or shows that it is open against all commands, they are 02: nobody knows
what is measured. A valve that is found open at a start and is in no journal was opened by somebody else: it is told and
held against, and left alone until a person asks (`gateway calibrate close`).
"""

from __future__ import annotations

import logging

from gateway.calibrations.declaration import OwnDeclaration
from gateway.calibrations.gas_checks import keep_checks
from gateway.calibrations.plan import CalibrationGas, SequencePlan
from gateway.calibrations.requests import CalibrationRequests
from gateway.calibrations.results import CalibrationResults
from gateway.calibrations.runs import CalibrationRun, CalibrationRuns, RunState, RunWish
from gateway.calibrations.step_clock import StepClock, Steps
from gateway.calibrations.valves import GasValves
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.instruments.calibration_hold import CalibrationHold
from gateway.instruments.register_command import CommandOutcome, RegisterCommands
from gateway.readings.calibrations import CalibrationStore

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 1.0
BUSY_EVERY_S = 0.5
LOOK_AGAIN_S = 10.0


class _RunBroken(Exception):  # noqa: N818  # it ends a run, and may be what a person asked for
    """The run is given up. `state` is what becomes of it."""

    def __init__(self, state: RunState, words: str) -> None:
        super().__init__(words)
        self.state = state


class CalibrationSequence:
    """For the clerk's thread alone. Whatever it raises, it begins again by making sure of the valves."""

    def __init__(
        self,
        plan: SequencePlan,
        hold: CalibrationHold,
        commands: RegisterCommands,
        runs: CalibrationRuns,
        results: CalibrationResults,
        declared: CalibrationStore,
        trust: ClockTrust,
    ) -> None:
        """Holds the instrument at once, before anything was read of it."""
        self._plan = plan
        self._hold = hold
        self._runs = runs
        self._results = results
        self._trust = trust
        self._clock = StepClock()
        self._valves = GasValves(plan, hold, commands, runs, self._clock)
        self._declaration = OwnDeclaration(plan.symbols, declared, trust)
        self._requests = CalibrationRequests(plan, runs, self._declaration, trust)
        self._is_idle = False
        self._touched: CalibrationRun | None = None
        """The run whose valves may be open: known without the database."""
        hold.calibrate(Phrase("until its calibration valves are known to be closed"))
        self._life = self._live()

    def step(self, now: Instant) -> float:
        self._clock.now = now
        self._is_idle = False
        try:
            next(self._life)
        except BaseException:
            self._life = self._live()
            raise
        return now.mono_s + (CHECK_EVERY_S if self._is_idle else BUSY_EVERY_S)

    def _live(self) -> Steps:
        if self._touched is not None:
            yield from self._restore(self._touched, Phrase("the run could not go on"))
        if self._hold.state is not None:
            yield from self._make_sure()
        while True:
            self._declaration.end_if_due(self._clock.now)
            run = self._requests.next(self._clock.now)
            if run is None:
                self._is_idle = True
                yield
            else:
                yield from self._carry_out(run)

    # Before anything else

    def _make_sure(self) -> Steps:
        """What the last life of the gateway left is put right; otherwise the valves are only looked at."""
        unfinished = False
        for run in self._runs.open(self._plan.instrument):
            if run.state is RunState.WAITING:
                words = Phrase("the gateway was restarted before it began")
                self._runs.end(run.id, RunState.REFUSED, words, self._clock.now.wall_ms)
                continue
            unfinished = True
            self._valves.tell_others(run)
            words = Phrase("the gateway stopped in the middle")
            yield from self._restore(run, words)
            self._end(run, RunState.FAILED, words)
        if not unfinished:
            yield from self._look()
        self._measure_again()

    def _look(self) -> Steps:
        """Until every valve shows that it is closed. Writes nothing unless a person asks for it."""
        is_told = False
        while (seen := (yield from self._valves.seen_open())) is not None:
            trouble, _ = seen
            self._hold.doubt(trouble)
            level = logging.DEBUG if is_told else logging.WARNING
            advice = Phrase(
                "if a person has not opened it: gateway calibrate close {instrument}", instrument=self._plan.instrument
            )
            _log.log(level, 'instrument=%s state=held error="%s" advice="%s"', self._plan.instrument, trouble, advice)
            is_told = True
            until_s = self._clock.now.mono_s + LOOK_AGAIN_S
            while self._clock.now.mono_s < until_s:
                for run in self._runs.open(self._plan.instrument):
                    if run.wanted is RunWish.CLOSE:
                        yield from self._close_for(run)
                        return
                    self._requests.refuse(run, trouble, self._clock.now)
                yield

    # One run

    def _carry_out(self, run: CalibrationRun) -> Steps:
        if run.wanted is RunWish.CLOSE:
            yield from self._close_for(run)
            self._measure_again()
            return
        words = self._requests.refusal(self._clock.now)
        if words is not None:
            self._requests.refuse(run, Phrase("not begun: {words}", words=words), self._clock.now)
            return
        seen = yield from self._valves.seen_open()
        if seen is not None:
            self._requests.refuse(run, Phrase("not begun: {seen}", seen=seen[0]), self._clock.now)
            if seen[1]:  # somebody else lets gas in
                yield from self._look()
                self._measure_again()
            return
        self._hold.calibrate(Phrase("the gateway calibrates it: {reason}", reason=run.reason))
        self._declaration.begin(Phrase("zero and span by the gateway: {reason}", reason=run.reason), self._clock.now)
        self._runs.begin(run.id, RunState.RUNNING, self._clock.now.wall_ms)
        self._touched = run
        kept: list[str] = []
        try:
            for gas in self._plan.gases:
                yield from self._flow(run, gas, kept)
        except _RunBroken as broken:
            yield from self._restore(run, str(broken))
            self._end(run, broken.state, str(broken))
        else:
            self._touched = None
            yield from self._purge()
            self._end(run, RunState.DONE, "; ".join(kept))
        self._measure_again()

    def _flow(self, run: CalibrationRun, gas: CalibrationGas, kept: list[str]) -> Steps:
        """One gas, from the opening of its valve to its closing."""
        result = yield from self._valves.open(run, gas)
        if result.outcome is not CommandOutcome.CONFIRMED:
            raise _RunBroken(
                RunState.FAILED, Phrase("the {kind} valve did not open: {words}", kind=gas.kind, words=result.words)
            )
        yield from self._wait(run, gas.settle_s)
        self._hold.collect()
        yield from self._wait(run, gas.flow_s - gas.settle_s)
        means, now = self._hold.collected(), self._clock.now
        is_trusted = self._trust.is_trusted(now)
        kept += keep_checks(gas, means, run.reason, self._results, now.wall_ms, is_trusted=is_trusted)
        result = yield from self._valves.close(run, gas)
        if result.outcome is not CommandOutcome.CONFIRMED:
            raise _RunBroken(
                RunState.FAILED,
                Phrase("the {kind} valve did not close at once: {words}", kind=gas.kind, words=result.words),
            )

    def _close_for(self, run: CalibrationRun) -> Steps:
        words = Phrase("asked for by {asked_by}", asked_by=run.asked_by)
        yield from self._restore(run, words)
        self._end(run, RunState.DONE, Phrase("valves closed, {words}", words=words))

    def _restore(self, run: CalibrationRun, why: str) -> Steps:
        """Close every valve, again and again until each shows it, then purge."""
        self._hold.calibrate(Phrase("its calibration valves are being closed: {why}", why=why))
        self._touched = run
        yield from self._valves.close_all(run, why)
        self._touched = None
        yield from self._purge()

    def _purge(self) -> Steps:
        self._hold.calibrate(Phrase("the calibration gas is being purged"))
        yield from self._clock.pause(self._plan.purge_s)

    def _end(self, run: CalibrationRun, state: RunState, words: str) -> None:
        self._runs.end(run.id, state, words, self._clock.now.wall_ms)
        level = logging.INFO if state is RunState.DONE else logging.WARNING
        line = 'calibration=%d instrument=%s state=%s by=%s outcome="%s"'
        _log.log(level, line, run.id, run.instrument, state, run.asked_by, words)

    def _measure_again(self) -> None:
        self._hold.release()
        self._declaration.end(self._clock.now)

    def _wait(self, run: CalibrationRun, seconds: float) -> Steps:
        """Raises _RunBroken: somebody wants it stopped."""
        until_s = self._clock.now.mono_s + seconds
        while self._clock.now.mono_s < until_s:
            found = self._runs.find(run.id)
            if found is not None and found.stop_by is not None:
                raise _RunBroken(RunState.STOPPED, Phrase("stopped by {stop_by}", stop_by=found.stop_by))
            yield
