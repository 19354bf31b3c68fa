"""Which faults meet a request: by time, number and chance."""

import random
import threading
from collections.abc import Sequence

from stationsim.clock import Clock
from stationsim.model.road import RoadFaultModel


class RoadFaults:
    """Its time runs from its making. May be asked from any thread."""

    def __init__(self, faults: Sequence[RoadFaultModel], seed: str, clock: Clock) -> None:
        self._turn = threading.Lock()
        self._clock = clock
        self._began_s = clock.monotonic_s()
        self._random = random.Random(seed)
        self._left: list[tuple[RoadFaultModel, float]] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: RoadFaultModel) -> None:
        """One more, whose time counts from the beginning as that of the others."""
        with self._turn:
            self._left.append((fault, float("inf") if fault.times is None else fault.times))

    def clear(self) -> None:
        with self._turn:
            self._left = []

    def meeting(self, on: str) -> list[RoadFaultModel]:
        """Those that meet one request."""
        with self._turn:
            now_ms = (self._clock.monotonic_s() - self._began_s) * 1000
            met = []
            for n, (fault, left) in enumerate(self._left):
                until_ms = float("inf") if fault.for_ is None else fault.at + fault.for_
                if fault.on != on or left <= 0 or not fault.at <= now_ms < until_ms:
                    continue
                if self._random.random() < fault.chance:
                    self._left[n] = fault, left - 1
                    met.append(fault)
            return met
