"""An instrument that the gateway itself calibrates: its readings are not measured values for as long as a gas may flow.

Held in one thread, read in the link's. A hold is set before the first valve is touched and released after the last one
is known to be closed; whatever was asked before the release still bears the state. Values are never touched.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

from gateway.core.interfaces import Instrument
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.core.state import raised
from gateway.instruments.register_command import RegisterCommands

MOST_READINGS = 20_000
"""Of a phase: four hours at a poll a second. More would be a leak."""


@dataclass(frozen=True, slots=True)
class CollectedMean:
    """Of the readings of one parameter: how many, their mean, and their sample standard deviation if there were two."""

    readings: int
    mean: float
    spread: float | None


class CalibrationHold:
    """What state an instrument's readings bear at least, and what was read while somebody collects it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[Status, Reason] | None = None
        self._collected: dict[str, list[float]] | None = None

    @property
    def state(self) -> tuple[Status, Reason] | None:
        """`None`: its readings are as the instrument says."""
        return self._state

    def calibrate(self, why: str) -> None:
        """From now on 01."""
        self._state = (Status.CALIBRATING, Reason(Cause.CALIBRATING, why))

    def doubt(self, why: str) -> None:
        """From now on 02: nobody knows what is measured."""
        self._state = (Status.FAULT, Reason(Cause.UNKNOWN_STATUS, why))

    def release(self) -> None:
        self._state = None

    def collect(self) -> None:
        """Begin: what was collected before is forgotten."""
        with self._lock:
            self._collected = {}

    def collected(self) -> dict[str, CollectedMean]:
        """End: what was read since `collect`, by parameter."""
        with self._lock:
            found, self._collected = self._collected or {}, None
        return {symbol: _mean(values) for symbol, values in found.items()}

    def note(self, symbols: tuple[str, ...], readings: Readings) -> None:
        """What was just read. What the device itself says is at fault does not count."""
        with self._lock:
            if self._collected is None:
                return
            for symbol, value, status in zip(symbols, readings.values, readings.statuses, strict=True):
                values = self._collected.setdefault(symbol, [])
                if value is not None and status is not Status.FAULT and len(values) < MOST_READINGS:
                    values.append(value)


@dataclass(frozen=True, slots=True)
class CalibrationAccess:
    """What a sequence has of an instrument: its hold, and commands to its valves on a link that may be another."""

    valve_link: str
    hold: CalibrationHold = field(default_factory=CalibrationHold)
    commands: RegisterCommands = field(default_factory=RegisterCommands)


class HeldInstrument:
    """Wraps an instrument of any protocol. Implements `Instrument`."""

    def __init__(self, instrument: Instrument, hold: CalibrationHold) -> None:
        self.name = instrument.name
        self.parameters = instrument.parameters
        self.period_s = instrument.period_s
        self._instrument = instrument
        self._hold = hold
        self._symbols = tuple(parameter.symbol for parameter in instrument.parameters)

    def read(self) -> Readings:
        before = self._hold.state
        readings = self._instrument.read()
        after = self._hold.state
        if before is None and after is None:
            return readings
        self._hold.note(self._symbols, readings)
        for state in (before, after):
            if state is not None:
                readings = raised(readings, [state[0]] * len(readings), state[1])
        return readings


def _mean(values: list[float]) -> CollectedMean:
    import statistics  # few stations need it, and it stays in memory

    if not values:
        return CollectedMean(0, math.nan, None)
    spread = statistics.stdev(values) if len(values) > 1 else None
    return CollectedMean(len(values), math.fsum(values) / len(values), spread)
