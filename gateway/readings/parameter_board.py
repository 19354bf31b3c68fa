"""How each parameter fares: why its readings are not 00, since when, how often, and its last value before. In memory
for what goes on, in the database for `gateway status`, which is another process.

What is well costs nothing: a sample without reasons is passed over, and the last good value is looked up when a fault
begins. A crash takes what was not written yet: a minute of counts, never a reading.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo

from gateway.core.instants import local_time
from gateway.core.interfaces import Instant
from gateway.core.printable import printable
from gateway.core.reading import Parameter, Sample, Status
from gateway.core.reason import Cause, Reason
from gateway.core.slot import Slot, slot_of
from gateway.db import Database
from gateway.readings.parameter_state import ParameterState, continued, keep_states, parameter_states
from gateway.readings.reason_counts import ReasonCounts
from gateway.readings.store import ReadingStore

_log = logging.getLogger(__name__)

IDLE_S = 60.0
LASTING_S = 300.0
"""How often it is written that something goes on."""
REFILL_S = 60.0
MOST_AT_ONCE = 5
"""Changes are written at once, so many of them; then one a minute, however a parameter flaps."""
GOOD_WITHIN_MS = 900_000
"""How far back the last good value is looked for in the readings."""
OF_WHAT_WAS_SAID = frozenset({Cause.REFUSED_TEXT, Cause.NO_NUMBER, Cause.INVALID, Cause.OVERFLOW, Cause.UNKNOWN_STATUS})
"""The device answers, and what it says is no value: nobody else has a line for it in the log."""


class ParameterBoard:
    """Told by the recorder what it has kept, asked by the closer why a slot is not 00; a stage of the clerk, which
    writes down what changed. For the clerk's thread alone."""

    def __init__(self, database: Database, readings: ReadingStore, slot_ms: int, zone: tzinfo) -> None:
        """`zone`: the station's, whose days count."""
        self._database = database
        self._readings = readings
        self._slot_ms = slot_ms
        self._zone = zone
        self._states = {one.parameter.symbol: one for one in parameter_states(database)}
        self._troubled = {one.instrument for one in self._states.values() if one.lasts}
        self._counts = ReasonCounts()
        self._unwritten: set[str] = set()
        self._has_news = False
        self._untold: set[str] = set()
        self._tokens = float(MOST_AT_ONCE)
        self._looked_s: float | None = None
        self._lasting_due_s = 0.0

    def observe(self, samples: Iterable[Sample], instants: Iterable[int | None]) -> None:
        """These samples were kept, with these times; `None`: nobody vouches for one, and the wall clock's has to do."""
        begun: dict[Parameter, int] = {}
        for sample, at_ms in zip(samples, instants, strict=True):
            if sample.readings.reasons is not None or sample.instrument in self._troubled:
                self._observe(sample, sample.at_ms if at_ms is None else at_ms, begun)
        if begun:
            self._add_last_good(begun)

    def why(self, slot: Slot, symbol: str, status: Status) -> Reason | None:
        """The commonest reason of the slot's readings that had this status; after a restart, which knows no counts, the
        one that has lasted since before the slot. `None`: nobody knows."""
        commonest = self._counts.commonest(slot.end_ms, symbol, status)
        if commonest is not None:
            return commonest
        known = self._states.get(symbol)
        if known is not None and known.lasts and known.status is status and known.since_ms <= slot.start_ms:
            return known.reason
        return None

    def forget(self, slot: Slot) -> None:
        """It is closed."""
        self._counts.forget(slot.end_ms)

    def step(self, now: Instant) -> float:
        elapsed_s = 0.0 if self._looked_s is None else now.mono_s - self._looked_s
        self._looked_s = now.mono_s
        self._tokens = min(float(MOST_AT_ONCE), self._tokens + elapsed_s / REFILL_S)
        lasting_is_due = now.mono_s >= self._lasting_due_s
        if self._unwritten and (lasting_is_due or (self._has_news and self._tokens >= 1)):
            self._tokens = max(0.0, self._tokens - 1)
            self._lasting_due_s = now.mono_s + LASTING_S
            self.write()
        return now.mono_s + IDLE_S

    def write(self) -> None:
        """All that changed, in one transaction; it waits for the next time if that fails."""
        if self._unwritten:
            keep_states(self._database, [self._states[symbol] for symbol in self._unwritten])
        self._unwritten.clear()
        self._has_news = False
        for symbol in sorted(self._untold):
            _tell(self._states[symbol])
        self._untold.clear()

    def _observe(self, sample: Sample, at_ms: int, begun: dict[Parameter, int]) -> None:
        readings = sample.readings
        reasons = readings.reasons or (None,) * len(readings)
        day = f"{local_time(at_ms, self._zone):%Y-%m-%d}"
        end_ms = slot_of(at_ms, self._slot_ms).end_ms
        for parameter, status, reason in zip(sample.parameters, readings.statuses, reasons, strict=True):
            known = self._states.get(parameter.symbol)
            if reason is not None:
                state = continued(known, parameter, sample.instrument, status, reason, at_ms, day)
                if known is None or not known.lasts or known.reason.cause is not reason.cause:
                    self._has_news = True
                    self._untold.add(parameter.symbol)
                if known is None or not known.lasts:
                    begun[parameter] = at_ms
                self._counts.add(end_ms, parameter.symbol, status, reason)
            elif status is Status.MEASURING and known is not None and known.lasts:
                state = replace(known, ended_ms=at_ms)
                self._has_news = True
            else:
                continue
            self._states[parameter.symbol] = state
            self._unwritten.add(parameter.symbol)
        if any(reasons):
            self._troubled.add(sample.instrument)
        elif not any(one.lasts for one in self._states.values() if one.instrument == sample.instrument):
            self._troubled.discard(sample.instrument)

    def _add_last_good(self, begun: dict[Parameter, int]) -> None:
        first_ms, last_ms = min(begun.values()), max(begun.values())
        found = self._readings.last_good(begun, first_ms - GOOD_WITHIN_MS, last_ms)
        for parameter, (at_ms, value) in found.items():
            state = self._states[parameter.symbol]
            if at_ms <= state.off_since_ms:
                self._states[parameter.symbol] = replace(state, good=value, good_ms=at_ms)


def _tell(state: ParameterState) -> None:
    """Once for each change, however often it is read."""
    if state.lasts and state.reason.cause in OF_WHAT_WAS_SAID:
        cause, detail = state.reason.cause.value, printable(state.reason.detail).replace('"', "'")
        words = (state.parameter.symbol, state.instrument, state.status.value, cause, detail)
        _log.warning('parameter=%s instrument=%s status=%s cause=%s detail="%s"', *words)
