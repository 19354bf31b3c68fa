"""One instrument's calibration by the gateway: zero gas, span gas, purge. What it showed is kept, nothing is corrected.

A stage of the clerk, which runs whether or not the clock is trusted: a gas that flows must be shut off in any case.

**Never twice, and yet made sure of.** What opens a valve is like the sampler's command: it is written once, and if it
does not show, or nobody knows whether it arrived, it is not written again; the run is given up. What closes one is
another matter. To measure is the state in which the station is to be found, and a coil that is 0 already and is set to
0 changes nothing: closing has the same effect once or ten times. So it is the one write that is repeated, with growing
pauses, until the valve shows that it is closed, after a failed opening, a stop, a crash and a lost link alike; and it
waits for no card: where the database takes nothing, it is done without its row. The journal (`calibration_step`) has a
row for each opening from before it was made: a power cut in the middle leaves it known that a run was under way, and
the next start closes its valves before anything else.

**01 until it is known to measure.** The instrument's readings are held (`gateway.instruments.calibration_hold`) from
before the first valve is touched until the purge is over, and from each start of the gateway until every valve was read
and found closed. Where a valve cannot be read, or shows that it is open against all commands, they are 02: nobody knows
what is measured. A valve that is found open at a start and is in no journal was opened by somebody else: it is told and
held against, and left alone until a person asks (`gateway calibrate close`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from typing import TypeVar

from gateway.calibrations.plan import CalibrationGas, SequencePlan
from gateway.calibrations.results import CalibrationResults
from gateway.calibrations.runs import CalibrationRun, CalibrationRuns, RunState, RunWish
from gateway.core.calibration_check import CalibrationCheck
from gateway.core.errors import StoreError
from gateway.core.interfaces import ClockTrust, Instant
from gateway.instruments.calibration_hold import CalibrationHold
from gateway.instruments.register_command import CommandOutcome, CommandResult, RegisterCommand, RegisterCommands
from gateway.readings.calibrations import BY_ITSELF, CalibrationStore

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 1.0
BUSY_EVERY_S = 0.5
LOOK_AGAIN_S = 10.0
REFUSED_PAUSE_S = 600.0
"""After the calendar's wish was refused: until it is tried again, within its window."""
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
"""Between two tries to close a valve."""

Steps = Generator[None, None, None]
Kept = TypeVar("Kept")


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
        self._commands = commands
        self._runs = runs
        self._results = results
        self._declared = declared
        self._trust = trust
        self._now = Instant(0, 0.0)
        self._not_before_s = float("-inf")
        self._has_to_undeclare = True
        self._is_idle = False
        self._touched: CalibrationRun | None = None
        """The run whose valves may be open: known without the database."""
        hold.calibrate("until its calibration valves are known to be closed")
        self._life = self._live()

    def step(self, now: Instant) -> float:
        self._now = now
        self._is_idle = False
        try:
            next(self._life)
        except BaseException:
            self._life = self._live()
            raise
        return now.mono_s + (CHECK_EVERY_S if self._is_idle else BUSY_EVERY_S)

    def _live(self) -> Steps:
        if self._touched is not None:
            yield from self._restore(self._touched, "the run could not go on")
        if self._hold.state is not None:
            yield from self._make_sure()
        while True:
            self._undeclare()
            run = self._wish()
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
                words = "the gateway was restarted before it began"
                self._runs.end(run.id, RunState.REFUSED, words, self._now.wall_ms)
                continue
            unfinished = True
            self._tell_other_valves(run)
            words = "the gateway stopped in the middle"
            yield from self._restore(run, words)
            self._end(run, RunState.FAILED, words)
        if not unfinished:
            yield from self._look()
        self._measure_again()

    def _look(self) -> Steps:
        """Until every valve shows that it is closed. Writes nothing unless a person asks for it."""
        is_told = False
        while (seen := (yield from self._seen_open())) is not None:
            trouble, _ = seen
            self._hold.doubt(trouble)
            level = logging.DEBUG if is_told else logging.WARNING
            advice = f"if a person has not opened it: gateway calibrate close {self._plan.instrument}"
            _log.log(level, 'instrument=%s state=held error="%s" advice="%s"', self._plan.instrument, trouble, advice)
            is_told = True
            until_s = self._now.mono_s + LOOK_AGAIN_S
            while self._now.mono_s < until_s:
                for run in self._runs.open(self._plan.instrument):
                    if run.wanted is RunWish.CLOSE:
                        yield from self._close_for(run)
                        return
                    self._refuse(run, trouble)
                yield

    def _seen_open(self) -> Generator[None, None, tuple[str, bool] | None]:
        """What is wrong with a valve, and whether it was seen and is open; `None`: all are closed."""
        for gas in self._plan.gases:
            result = yield from self._told(gas.look)
            if result.outcome is not CommandOutcome.CONFIRMED:
                return f"its {gas.kind} valve ({gas.place}): {result.words}", result.shown is not None
        return None

    def _tell_other_valves(self, run: CalibrationRun) -> None:
        """The configuration may have changed since: then nobody here can close what was opened."""
        known = {gas.place for gas in self._plan.gases}
        for step in self._runs.steps(run.id):
            if step.place not in known:
                words = 'instrument=%s opened="%s" error="the configuration names another valve now: close it by hand"'
                _log.warning(words, run.instrument, step.place)

    # Who wants what

    def _wish(self) -> CalibrationRun | None:
        """A person's, or the calendar's."""
        waiting = self._runs.open(self._plan.instrument)
        if waiting:
            return waiting[0]
        schedule, now = self._plan.schedule, self._now
        if schedule is None or now.mono_s < self._not_before_s or not self._trust.is_trusted(now):
            return None
        last_ms = self._runs.last_began_ms(self._plan.instrument, now.wall_ms)
        if not schedule.is_due(now.wall_ms, last_ms) or self._lasting():
            return None
        self._not_before_s = now.mono_s + REFUSED_PAUSE_S
        number = self._runs.ask(self._plan.instrument, RunWish.SEQUENCE, self._plan.occasion, BY_ITSELF, now.wall_ms)
        return self._runs.find(number)

    def _lasting(self) -> str | None:
        """The calibration that somebody declared, in words."""
        for one in self._declared.lasting():
            if one.symbol in self._plan.symbols and one.holds(self._now.wall_ms):
                return f"a calibration of {one.symbol} lasts ({one.begun_by}: {one.reason})"
        return None

    def _refusal(self) -> str | None:
        if not self._trust.is_trusted(self._now):
            return "the clock is not trusted: nobody could say later when it was"
        return self._lasting()

    def _refuse(self, run: CalibrationRun, words: str) -> None:
        self._runs.end(run.id, RunState.REFUSED, words, self._now.wall_ms)
        line = 'calibration=%d instrument=%s state=refused by=%s outcome="%s"'
        _log.warning(line, run.id, run.instrument, run.asked_by, words)

    # One run

    def _carry_out(self, run: CalibrationRun) -> Steps:
        if run.wanted is RunWish.CLOSE:
            yield from self._close_for(run)
            self._measure_again()
            return
        words = self._refusal()
        if words is not None:
            self._refuse(run, f"not begun: {words}")
            return
        seen = yield from self._seen_open()
        if seen is not None:
            self._refuse(run, f"not begun: {seen[0]}")
            if seen[1]:  # somebody else lets gas in
                yield from self._look()
                self._measure_again()
            return
        self._hold.calibrate(f"the gateway calibrates it: {run.reason}")
        self._has_to_undeclare = True
        now_ms = self._now.wall_ms
        reason = f"zero and span by the gateway: {run.reason}"
        self._declared.begin(self._plan.symbols, None, reason, BY_ITSELF, now_ms)
        self._runs.begin(run.id, RunState.RUNNING, now_ms)
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
        result = yield from self._opened(run, gas)
        if result.outcome is not CommandOutcome.CONFIRMED:
            raise _RunBroken(RunState.FAILED, f"the {gas.kind} valve did not open: {result.words}")
        yield from self._wait(run, gas.settle_s)
        self._hold.collect()
        yield from self._wait(run, gas.flow_s - gas.settle_s)
        kept += self._keep(run, gas)
        result = yield from self._closed(run, gas)
        if result.outcome is not CommandOutcome.CONFIRMED:
            raise _RunBroken(RunState.FAILED, f"the {gas.kind} valve did not close at once: {result.words}")

    def _keep(self, run: CalibrationRun, gas: CalibrationGas) -> list[str]:
        """What its last part showed, as results. Returns it in words."""
        means, words = self._hold.collected(), []
        is_trusted = self._trust.is_trusted(self._now)
        for parameter, reference in gas.reference.items():
            mean = means.get(parameter.symbol)
            if mean is None or not mean.readings or not is_trusted:
                why = "no reading" if is_trusted else "not kept, the clock is not trusted"
                words.append(f"{parameter.symbol} {gas.kind}: {why}")
                continue
            check = CalibrationCheck(
                parameter.symbol,
                parameter.unit,
                self._now.wall_ms,
                gas.kind,
                reference,
                mean.mean,
                mean.readings,
                mean.spread,
            )
            self._results.add(check, run.reason, BY_ITSELF, self._now.wall_ms)
            words.append(f"{parameter.symbol} {gas.kind}: {check.deviation:+.4g} {parameter.unit}")
        return words

    def _close_for(self, run: CalibrationRun) -> Steps:
        words = f"asked for by {run.asked_by}"
        yield from self._restore(run, words)
        self._end(run, RunState.DONE, f"valves closed, {words}")

    def _restore(self, run: CalibrationRun, why: str) -> Steps:
        """Close every valve, again and again until each shows it, then purge."""
        self._hold.calibrate(f"its calibration valves are being closed: {why}")
        self._touched = run
        _if_it_can_be_kept(lambda: self._runs.begin(run.id, RunState.RESTORING, self._now.wall_ms))
        _log.warning('calibration=%d instrument=%s state=restoring reason="%s"', run.id, run.instrument, why)
        still_open, pause_s, is_told = list(self._plan.gases), FIRST_PAUSE_S, False
        while still_open:
            for gas in tuple(still_open):
                result = yield from self._closed(run, gas)
                if result.outcome is CommandOutcome.CONFIRMED:
                    still_open.remove(gas)
                    continue
                trouble = f"its {gas.kind} valve ({gas.place}) is not known to be closed: {result.words}"
                self._hold.doubt(trouble)
                level = logging.DEBUG if is_told else logging.WARNING
                _log.log(level, 'calibration=%d instrument=%s error="%s"', run.id, run.instrument, trouble)
                is_told = True
            if still_open:
                yield from self._pause(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
        self._touched = None
        yield from self._purge()

    def _purge(self) -> Steps:
        self._hold.calibrate("the calibration gas is being purged")
        yield from self._pause(self._plan.purge_s)

    def _end(self, run: CalibrationRun, state: RunState, words: str) -> None:
        self._runs.end(run.id, state, words, self._now.wall_ms)
        level = logging.INFO if state is RunState.DONE else logging.WARNING
        line = 'calibration=%d instrument=%s state=%s by=%s outcome="%s"'
        _log.log(level, line, run.id, run.instrument, state, run.asked_by, words)

    def _measure_again(self) -> None:
        self._hold.release()
        self._has_to_undeclare = True
        self._undeclare()

    def _undeclare(self) -> None:
        """What was declared by the gateway ends; by a clock that is right, and so perhaps a little later."""
        if not self._has_to_undeclare or not self._trust.is_trusted(self._now):
            return
        symbols = [
            one.symbol
            for one in self._declared.lasting()
            if one.symbol in self._plan.symbols and one.begun_by == BY_ITSELF
        ]
        if symbols:
            self._declared.end(symbols, BY_ITSELF, self._now.wall_ms)
        self._has_to_undeclare = False

    # A little at a time

    def _opened(self, run: CalibrationRun, gas: CalibrationGas) -> Generator[None, None, CommandResult]:
        """Written down, then done, then written down what came of it."""
        number = self._runs.begin_step(run.id, f"open {gas.kind}", gas.place, self._now.wall_ms)
        result = yield from self._told(gas.open)
        self._runs.end_step(number, result.outcome.value, result.words, self._now.wall_ms)
        return result

    def _closed(self, run: CalibrationRun, gas: CalibrationGas) -> Generator[None, None, CommandResult]:
        """The same, whether or not it can be written down."""
        at_ms = self._now.wall_ms
        number = _if_it_can_be_kept(lambda: self._runs.begin_step(run.id, f"close {gas.kind}", gas.place, at_ms))
        result = yield from self._told(gas.close)
        if number is not None:
            words, now_ms = result.words, self._now.wall_ms
            _if_it_can_be_kept(lambda: self._runs.end_step(number, result.outcome.value, words, now_ms))
        return result

    def _told(self, command: RegisterCommand) -> Generator[None, None, CommandResult]:
        self._commands.send(command)
        while (result := self._commands.result()) is None:
            yield
        return result

    def _wait(self, run: CalibrationRun, seconds: float) -> Steps:
        """Raises _RunBroken: somebody wants it stopped."""
        until_s = self._now.mono_s + seconds
        while self._now.mono_s < until_s:
            found = self._runs.find(run.id)
            if found is not None and found.stop_by is not None:
                raise _RunBroken(RunState.STOPPED, f"stopped by {found.stop_by}")
            yield

    def _pause(self, seconds: float) -> Steps:
        until_s = self._now.mono_s + seconds
        while self._now.mono_s < until_s:
            yield


def _if_it_can_be_kept(keep: Callable[[], Kept]) -> Kept | None:
    try:
        return keep()
    except StoreError as error:
        _log.warning("a step of a calibration could not be written down error=%r", str(error))
        return None


def end_orphans(runs: CalibrationRuns, plans: tuple[SequencePlan, ...], now_ms: int) -> None:
    """Runs of instruments that have no valves in the configuration any more: nobody here can close them."""
    known = {plan.instrument for plan in plans}
    for run in runs.open():
        if run.instrument not in known:
            was_begun = run.state is not RunState.WAITING
            words = "its valves are not in the configuration any more"
            runs.end(run.id, RunState.FAILED if was_begun else RunState.REFUSED, words, now_ms)
            if was_begun:
                steps = ", ".join(dict.fromkeys(step.place for step in runs.steps(run.id)))
                advice = f"close {steps or 'them'} by hand, then gateway calibrate stop its parameters"
                _log.error('instrument=%s error="%s: %s"', run.instrument, words, advice)
