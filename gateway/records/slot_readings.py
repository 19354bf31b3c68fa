"""The readings of one slot, by parameter, and what their layouts say of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gateway.core.pairing import nearest
from gateway.core.reading import NO_ANSWER, Parameter, Reading, Status, TimedReading
from gateway.core.record import Aggregation, Expectation
from gateway.readings.packing import Row
from gateway.readings.store import Layout


class SlotReadings:
    """The readings of one slot, by parameter, oldest first, and what their layouts say of each."""

    def __init__(self) -> None:
        self.readings: dict[Parameter, list[Reading]] = {}
        self.read: dict[Parameter, Expectation] = {}
        self.instruments: dict[Parameter, str] = {}
        """Of running totals, who counts."""
        self._layouts: dict[Parameter, Layout] = {}
        self._asked: dict[Parameter, dict[str, None]] = {}
        self._mixed: set[Parameter] = set()
        """Parameters that stand in several layouts, so that their blocks overlap in time."""
        self._taken: dict[Parameter, list[tuple[int, Aggregation | None]]] = {}
        """Of each reading, when, and how it was to become a value then."""
        self._asked_so: dict[Parameter, list[tuple[int, int]]] = {}
        """Of each block, when it begins, and how often was asked in it."""

    def add(self, layout: Layout, rows: Sequence[Row]) -> None:
        by_column = zip(*(row.readings for row in rows), strict=True)
        for column, (parameter, readings) in enumerate(zip(layout.parameters, by_column, strict=True)):
            aggregation = layout.aggregation(column)
            self.readings.setdefault(parameter, []).extend(readings)
            self._taken.setdefault(parameter, []).extend((row.at_ms, aggregation) for row in rows)
            self._asked.setdefault(parameter, {})[layout.instrument] = None
            self._asked_so.setdefault(parameter, []).append((rows[0].at_ms, layout.period_ms))
            self.read[parameter] = Expectation(parameter, layout.period_ms, aggregation)
            if aggregation is not None and aggregation.counter is not None:
                self.instruments[parameter] = layout.instrument
            if self._layouts.setdefault(parameter, layout) is not layout:
                self._mixed.add(parameter)

    def put_in_order(self) -> None:
        """After all were added: by time, wherever they stood."""
        for parameter, blocks in self._asked_so.items():
            if earlier := _earlier(sorted(blocks)):
                self.read[parameter] = replace(self.read[parameter], earlier=earlier)
        for parameter in self._mixed:
            taken, readings = self._taken[parameter], self.readings[parameter]
            order = sorted(range(len(taken)), key=lambda place: taken[place][0])
            self._taken[parameter] = [taken[place] for place in order]
            self.readings[parameter] = [readings[place] for place in order]

    def instants(self, parameter: Parameter) -> list[int]:
        """When each of its `readings` was taken, in their order."""
        return [at_ms for at_ms, _ in self._taken.get(parameter, ())]

    def instruments_of(self, parameter: Parameter) -> tuple[str, ...]:
        """Who was asked for it."""
        return tuple(self._asked.get(parameter, ()))

    def timed(self, parameter: Parameter) -> list[TimedReading]:
        """Those of one parameter. What was read as something else than its newest ones is no value among them."""
        own = self.read[parameter].aggregation
        pairs = zip(self._taken[parameter], self.readings[parameter], strict=True)
        found = [TimedReading(at_ms, one if way == own else NO_ANSWER) for (at_ms, way), one in pairs]
        return sorted(found, key=lambda one: one.at_ms)

    def drop_totals_among_amounts(self) -> None:
        """Where a running total became something else within the slot, it is no value beside what it became."""
        for parameter in self.instruments:
            own = self.read[parameter].aggregation
            if own is None or own.counter is None:
                self.readings[parameter] = [one.reading for one in self.timed(parameter)]
                self._taken[parameter].sort(key=lambda one: one[0])

    def speeds(self) -> dict[Parameter, list[float | None]]:
        """For each direction that is weighed, the speed read nearest to each of its readings, whichever instrument
        measures it: in the same answer, or at most the speed's own period away."""
        ways = {way for taken in self._taken.values() for _, way in taken if way is not None}
        known = {way.weight: self._speeds_of(way.weight) for way in ways if way.weight}
        return {
            parameter: [known[way.weight].at(at_ms) if way is not None and way.weight else None for at_ms, way in taken]
            for parameter, taken in self._taken.items()
            if any(way is not None and way.weight for _, way in taken)
        }

    def _speeds_of(self, symbol: str) -> _Speeds:
        found = [
            (at_ms, reading)
            for parameter, readings in self.readings.items()
            if parameter.symbol == symbol
            for (at_ms, _), reading in zip(self._taken[parameter], readings, strict=True)
        ]
        found.sort(key=lambda one: one[0])
        periods_ms = [one.period_ms for one in self.read.values() if one.parameter.symbol == symbol]
        return _Speeds(
            tuple(at_ms for at_ms, _ in found), tuple(reading for _, reading in found), max(periods_ms, default=0)
        )


def _earlier(blocks: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Until when it was read how often before: the configuration was changed within the slot. A new way begins with its
    first reading, for whoever reads anew does so at once."""
    begins = [blocks[0], *(later for one, later in pairwise(blocks) if one[1] != later[1])]
    return tuple((later_ms, period_ms) for (_, period_ms), (later_ms, _) in pairwise(begins))


@dataclass(frozen=True, slots=True)
class _Speeds:
    """What one parameter said in a slot, in the order of time, and how often it is read."""

    instants_ms: tuple[int, ...]
    readings: tuple[Reading, ...]
    period_ms: int

    def at(self, at_ms: int) -> float | None:
        """As it was measured nearest to this instant; `None` if it was not."""
        place = nearest(at_ms, self.instants_ms, self.period_ms)
        if place is None or self.readings[place].status is not Status.MEASURING:
            return None
        return self.readings[place].value
