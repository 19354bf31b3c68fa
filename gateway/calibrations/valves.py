"""The gas valves of one instrument: told, looked at, and each thing that is done to one written down.

**Never twice, and yet made sure of.** What opens a valve is like the sampler's command: it is written once, and if it
does not show, or nobody knows whether it arrived, it is not written again; the run is given up. What closes one is
another matter. To measure is the state in which the station is to be found, and a coil that is 0 already and is set to
0 changes nothing: closing has the same effect once or ten times. So it is the one write that is repeated, with growing
pauses, until the valve shows that it is closed, after a failed opening, a stop, a crash and a lost link alike; and it
waits for no card: where the database takes nothing, it is done without its row. The journal (`calibration_step`) has a
row for each opening from before it was made: a power cut in the middle leaves it known that a run was under way, and
the next start closes its valves before anything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from typing import TypeVar

from gateway.calibrations.plan import CalibrationGas, SequencePlan
from gateway.calibrations.runs import CalibrationRun, CalibrationRuns, RunState
from gateway.calibrations.step_clock import StepClock, Steps
from gateway.core.errors import StoreError
from gateway.core.phrase import Phrase
from gateway.instruments.calibration_hold import CalibrationHold
from gateway.instruments.register_command import CommandOutcome, CommandResult, RegisterCommand, RegisterCommands

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
"""Between two tries to close a valve."""

Kept = TypeVar("Kept")


class GasValves:
    """Each call goes on over as many steps as the answers need."""

    def __init__(
        self,
        plan: SequencePlan,
        hold: CalibrationHold,
        commands: RegisterCommands,
        runs: CalibrationRuns,
        clock: StepClock,
    ) -> None:
        self._plan = plan
        self._hold = hold
        self._commands = commands
        self._runs = runs
        self._clock = clock

    def seen_open(self) -> Generator[None, None, tuple[str, bool] | None]:
        """What is wrong with a valve, and whether it was seen and is open; `None`: all are closed."""
        for gas in self._plan.gases:
            result = yield from self._told(gas.look)
            if result.outcome is not CommandOutcome.CONFIRMED:
                return Phrase(
                    "its {kind} valve ({place}): {words}", kind=gas.kind, place=gas.place, words=result.words
                ), result.shown is not None
        return None

    def open(self, run: CalibrationRun, gas: CalibrationGas) -> Generator[None, None, CommandResult]:
        """Written down, then done, then written down what came of it."""
        number = self._runs.begin_step(run.id, f"open {gas.kind}", gas.place, self._clock.now.wall_ms)
        result = yield from self._told(gas.open)
        self._runs.end_step(number, result.outcome.value, result.words, self._clock.now.wall_ms)
        return result

    def close(self, run: CalibrationRun, gas: CalibrationGas) -> Generator[None, None, CommandResult]:
        """The same, whether or not it can be written down."""
        at_ms = self._clock.now.wall_ms
        number = _if_it_can_be_kept(lambda: self._runs.begin_step(run.id, f"close {gas.kind}", gas.place, at_ms))
        result = yield from self._told(gas.close)
        if number is not None:
            words, now_ms = result.words, self._clock.now.wall_ms
            _if_it_can_be_kept(lambda: self._runs.end_step(number, result.outcome.value, words, now_ms))
        return result

    def close_all(self, run: CalibrationRun, why: str) -> Steps:
        """Every valve, again and again until each shows it; in doubt, the instrument is 02 meanwhile."""
        _if_it_can_be_kept(lambda: self._runs.begin(run.id, RunState.RESTORING, self._clock.now.wall_ms))
        _log.warning('calibration=%d instrument=%s state=restoring reason="%s"', run.id, run.instrument, why)
        still_open, pause_s, is_told = list(self._plan.gases), FIRST_PAUSE_S, False
        while still_open:
            for gas in tuple(still_open):
                result = yield from self.close(run, gas)
                if result.outcome is CommandOutcome.CONFIRMED:
                    still_open.remove(gas)
                    continue
                trouble = Phrase(
                    "its {kind} valve ({place}) is not known to be closed: {words}",
                    kind=gas.kind,
                    place=gas.place,
                    words=result.words,
                )
                self._hold.doubt(trouble)
                level = logging.DEBUG if is_told else logging.WARNING
                _log.log(level, 'calibration=%d instrument=%s error="%s"', run.id, run.instrument, trouble)
                is_told = True
            if still_open:
                yield from self._clock.pause(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    def tell_others(self, run: CalibrationRun) -> None:
        """The configuration may have changed since: then nobody here can close what was opened."""
        known = {gas.place for gas in self._plan.gases}
        for step in self._runs.steps(run.id):
            if step.place not in known:
                words = 'instrument=%s opened="%s" error="the configuration names another valve now: close it by hand"'
                _log.warning(words, run.instrument, step.place)

    def _told(self, command: RegisterCommand) -> Generator[None, None, CommandResult]:
        self._commands.send(command)
        while (result := self._commands.result()) is None:
            yield
        return result


def _if_it_can_be_kept(keep: Callable[[], Kept]) -> Kept | None:
    try:
        return keep()
    except StoreError as error:
        _log.warning("a step of a calibration could not be written down error=%r", str(error))
        return None
