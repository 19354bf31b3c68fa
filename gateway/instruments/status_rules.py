"""An instrument whose readings bear the worst of its own state and of schedule, hold and warm-up."""

from __future__ import annotations

from gateway.core.interfaces import Clock, Instrument
from gateway.core.reading import Readings
from gateway.core.state import StatusSettings, StatusTracker


class StatusRules:
    """Wraps an instrument of any protocol. Implements `Instrument`."""

    def __init__(self, instrument: Instrument, settings: StatusSettings, clock: Clock) -> None:
        self.name = instrument.name
        self.parameters = instrument.parameters
        self.period_s = instrument.period_s
        self._instrument = instrument
        self._tracker = StatusTracker(settings, instrument.period_s)
        self._clock = clock

    def read(self) -> Readings:
        readings = self._instrument.read()
        return self._tracker.judge(readings, self._clock.now())
