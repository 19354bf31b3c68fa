"""How an instrument fares at a moment: the two clocks, and the faults that hold."""

from collections import Counter
from dataclasses import dataclass

from stationsim.clock import Clock
from stationsim.faults import Fault, FaultKind, FaultPlan


@dataclass(frozen=True, slots=True)
class Moment:
    """`at_ms` is wall time (UTC); `elapsed_ms` counts from the start of the run."""

    at_ms: int
    elapsed_ms: int = 0
    faults: tuple[Fault, ...] = ()

    def last(self, *kinds: FaultKind) -> Fault | None:
        """Of the faults of these kinds, the one that counts."""
        return next((fault for fault in reversed(self.faults) if fault.kind in kinds), None)

    @property
    def state(self) -> Fault | None:
        """What the instrument says of itself: calibrating, at fault, or None while it measures."""
        return self.last(FaultKind.CALIBRATING, FaultKind.FAULT)


class Condition:
    """Times of faults count from its making."""

    def __init__(self, instrument: str, plan: FaultPlan, clock: Clock) -> None:
        self._instrument = instrument
        self._plan = plan
        self._clock = clock
        self._started_s = clock.monotonic_s()
        self._turns: Counter[int | None] = Counter()

    def now(self, unit: int | None = None) -> Moment:
        """To be asked once for each answer: chance is drawn anew."""
        elapsed_ms = round((self._clock.monotonic_s() - self._started_s) * 1000)
        self._turns[unit] += 1
        faults = self._plan.active(self._instrument, unit, elapsed_ms, self._turns[unit])
        return Moment(self._clock.wall_ms(), elapsed_ms, faults)
