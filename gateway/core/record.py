"""A slot's record: what the station has to say about these five minutes. Closed once, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.core.averaging import Average, average
from gateway.core.reading import Parameter, Reading
from gateway.core.slot import Slot


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter's share in a record."""

    parameter: Parameter
    average: Average


@dataclass(frozen=True, slots=True)
class Record:
    """All parameters of one slot, in the order in which the file will show them."""

    slot: Slot
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A parameter that a slot should tell about, and how often it is read."""

    parameter: Parameter
    period_ms: int

    def readings_in(self, slot: Slot) -> int:
        """How many readings a slot should hold: slot length / poll period, at least one."""
        return max(1, slot.length_ms // self.period_ms)


def close(
    slot: Slot,
    expectations: Sequence[Expectation],
    readings: Mapping[Parameter, Sequence[Reading]],
    min_coverage: float,
) -> Record:
    """Record of a slot: one line per expected parameter, in that order; without readings: FAULT, no value."""
    return Record(
        slot,
        tuple(
            Line(
                expectation.parameter,
                average(
                    readings.get(expectation.parameter, ()),
                    expectation.readings_in(slot),
                    min_coverage,
                    expectation.parameter,
                ),
            )
            for expectation in expectations
        ),
    )


def summarise(slot: Slot, records: Sequence[Record], min_coverage: float) -> Record:
    """Record of a longer slot (the hour) from the records of the slots in it, by the same rules: each is one reading.

    The order of parameters is that of the newest record, then any that only older ones have.
    """
    readings: dict[Parameter, list[Reading]] = {}
    for record in records:
        for line in record.lines:
            reading = Reading(line.average.value, line.average.status)
            readings.setdefault(line.parameter, []).append(reading)
    period_ms = min((record.slot.length_ms for record in records), default=slot.length_ms)
    order = dict.fromkeys(line.parameter for record in reversed(records) for line in record.lines)
    return close(slot, [Expectation(parameter, period_ms) for parameter in order], readings, min_coverage)
