"""A slot's record: what the station has to say about these five minutes. Closed once, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway.core.averaging import Average, Averaging, average, counted
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.running_total import Amount, RunningTotal
from gateway.core.slot import Slot


@dataclass(frozen=True, slots=True)
class Aggregation:
    """How the values of one parameter become one. `weight`: the symbol of the speed that weighs a direction; empty:
    every direction counts the same. `counter`: the readings are a running total, and what it grew by is summed."""

    averaging: Averaging
    weight: str = ""
    counter: RunningTotal | None = None

    @property
    def of_slots(self) -> Aggregation:
        """How the values of slots become the hour's: they are amounts, whatever they were made of."""
        return self if self.counter is None else Aggregation(self.averaging, self.weight)


class Line(NamedTuple):
    """One parameter's share in a record. `aggregation` is kept with it, so that the hour is made of the slots in the
    same way; `None`: what suits the unit. A tuple, as a month of records has half a million of them."""

    parameter: Parameter
    average: Average
    aggregation: Aggregation | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """All parameters of one slot, in the order in which the file will show them.

    `measured` has what the instruments said of those parameters that are sent converted, in its own unit.
    """

    slot: Slot
    lines: tuple[Line, ...]
    measured: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """A parameter that a slot should tell about, how often it is read, and how its readings become one value.

    `earlier`: where it was read otherwise before, for the configuration was changed within the slot: until when (UTC
    ms) and how often, oldest first.
    """

    parameter: Parameter
    period_ms: int
    aggregation: Aggregation | None = None
    earlier: tuple[tuple[int, int], ...] = ()

    def readings_in(self, slot: Slot) -> int:
        """How many readings a slot should hold: slot length / poll period, each part of it by its own; at least one."""
        count, from_ms = 0, slot.start_ms
        for until_ms, period_ms in (*self.earlier, (slot.end_ms, self.period_ms)):
            count += max(0, until_ms - from_ms) // period_ms
            from_ms = max(from_ms, until_ms)
        return max(1, count)


def close(
    slot: Slot,
    expectations: Sequence[Expectation],
    readings: Mapping[Parameter, Sequence[Reading]],
    min_coverage: float,
    speeds: Mapping[Parameter, Sequence[float | None]] | None = None,
    amounts: Mapping[Parameter, Sequence[Amount]] | None = None,
) -> Record:
    """Record of a slot: one line per expected parameter, in that order; without readings: FAULT, no value.

    `speeds` has, for a direction that is weighed, the speed of each of its readings, `None` where it was not measured;
    `amounts`, for a running total, what came with each reading.
    """
    return Record(slot, _lines(slot, expectations, readings, min_coverage, speeds or {}, amounts or {}))


def _lines(
    slot: Slot,
    expectations: Sequence[Expectation],
    readings: Mapping[Parameter, Sequence[Reading]],
    min_coverage: float,
    speeds: Mapping[Parameter, Sequence[float | None]],
    amounts: Mapping[Parameter, Sequence[Amount]],
) -> tuple[Line, ...]:
    lines = []
    for expectation in expectations:
        parameter, aggregation = expectation.parameter, expectation.aggregation
        expected = expectation.readings_in(slot)
        if aggregation is not None and aggregation.counter is not None:
            value = counted(amounts.get(parameter, ()), expected, min_coverage)
            lines.append(Line(parameter, value, aggregation.of_slots))
            continue
        averaging = None if aggregation is None else aggregation.averaging
        own = readings.get(parameter, ())
        value = average(own, expected, min_coverage, parameter, averaging, speeds.get(parameter))
        lines.append(Line(parameter, value, aggregation))
    return tuple(lines)


def summarise(slot: Slot, records: Sequence[Record], min_coverage: float) -> Record:
    """Record of a longer slot (the hour) from the records of the slots in it, by the same rules: each is one reading.

    The order of parameters, and how their values become one, are those of the newest record, then of older ones.
    """
    period_ms = min((record.slot.length_ms for record in records), default=slot.length_ms)
    return Record(
        slot,
        _summary(slot, [record.lines for record in records], period_ms, min_coverage),
        _summary(slot, [record.measured for record in records], period_ms, min_coverage),
    )


def _summary(slot: Slot, parts: Sequence[Sequence[Line]], period_ms: int, min_coverage: float) -> tuple[Line, ...]:
    readings: dict[Parameter, list[Reading]] = {}
    speeds: dict[Parameter, list[float | None]] = {}
    for lines in parts:
        values = {line.parameter.symbol: measured_value(line.average) for line in lines}
        for line in lines:
            readings.setdefault(line.parameter, []).append(Reading(line.average.value, line.average.status))
            weight = "" if line.aggregation is None else line.aggregation.weight
            speeds.setdefault(line.parameter, []).append(values.get(weight))
    newest = {line.parameter: line.aggregation for lines in parts for line in lines}
    order = dict.fromkeys(line.parameter for lines in reversed(parts) for line in lines)
    expectations = [Expectation(parameter, period_ms, newest[parameter]) for parameter in order]
    return _lines(slot, expectations, readings, min_coverage, speeds, {})


def measured_value(average: Average) -> float | None:
    """The value, if the device measured it: none of calibration, none of a fault."""
    return average.value if average.status is Status.MEASURING else None
