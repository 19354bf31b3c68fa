"""How one value of a slot came about: each reading that it was made of, or of a longer slot each shorter slot, and of
every other one why it does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gateway.core.averaging import Average, Averaging, natural_averaging
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.record import Aggregation, Line, Record, measured_value
from gateway.core.running_total import Amount
from gateway.records.making import MadeRecord


class WhyNot(StrEnum):
    """Why a reading is no part of the value."""

    OTHER_STATUS = "other_status"
    """It has another status than the slot."""
    NO_VALUE = "no_value"
    NO_AMOUNT = "no_amount"
    """Of a running total: what came with it is not known, or belongs to no slot."""
    LATE = "late"
    """It came when the slot had its record already."""


@dataclass(frozen=True, slots=True)
class UsedReading:
    """One reading at its instant; of a longer slot, a shorter one at its end. `amount`: of a running total, what came
    with it. `speed`: what a direction was weighed with. `why_not=None`: it counts."""

    at_ms: int
    reading: Reading
    why_not: WhyNot | None
    amount: Decimal | None = None
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class ExplainedAverage:
    """What the record says of one parameter, in the unit in which it was measured, and what it is made of.

    `again`: the same made anew of what is kept; `None`: nothing of it is kept. `period_ms`: how often it was to be
    read; `None`: nobody knows any more. `earlier`: as in `gateway.core.record.Expectation`.
    """

    parameter: Parameter
    recorded: Average
    averaging: Averaging
    weight: str
    is_running_total: bool
    readings: tuple[UsedReading, ...]
    again: Average | None
    period_ms: int | None
    instruments: tuple[str, ...] = ()
    earlier: tuple[tuple[int, int], ...] = ()

    @property
    def agrees(self) -> bool | None:
        """Whether what is kept yields what was recorded; `None`: nothing is kept."""
        return None if self.again is None else self.again == self.recorded

    @property
    def came(self) -> int:
        """How many were there in time."""
        return sum(one.why_not is not WhyNot.LATE for one in self.readings)

    @property
    def counted(self) -> int:
        return sum(one.why_not is None for one in self.readings)

    @property
    def missing(self) -> int:
        """How many of those that were expected were never taken."""
        return max(0, self.recorded.expected - self.came)

    def by_status(self) -> Counter[Status]:
        """Of those that were there in time."""
        return Counter(one.reading.status for one in self.readings if one.why_not is not WhyNot.LATE)

    def why_not(self) -> Counter[WhyNot]:
        return Counter(one.why_not for one in self.readings if one.why_not is not None)


def average_of_readings(
    line: Line, made: MadeRecord, late: Sequence[tuple[int, Reading]], speeds: Sequence[float | None] | None
) -> ExplainedAverage:
    """Of a line that was measured in the slot itself. `made`: the slot's record made again. `late`: what came later.
    `speeds`: of a direction that is weighed, the speed of each reading."""
    parameter, found = line.parameter, made.found
    read = found.read.get(parameter)
    aggregation = line.aggregation if read is None else read.aggregation
    again = next((one.average for one in made.averages.lines if one.parameter == parameter), None)
    status = line.average.status
    is_running_total = parameter in made.amounts
    if is_running_total:
        timed = found.timed(parameter)
        used = [
            UsedReading(one.at_ms, one.reading, _why_not_amount(amount, status), amount.value)
            for one, amount in zip(timed, made.amounts[parameter], strict=True)
        ]
    else:
        readings = found.readings.get(parameter, [])
        used = [
            UsedReading(at_ms, reading, _why_not(reading, status), None, speed)
            for at_ms, reading, speed in zip(
                found.instants(parameter), readings, speeds or [None] * len(readings), strict=True
            )
        ]
    used += [UsedReading(at_ms, reading, WhyNot.LATE) for at_ms, reading in late]
    return ExplainedAverage(
        parameter,
        line.average,
        _averaging(parameter, aggregation),
        "" if aggregation is None else aggregation.weight,
        is_running_total,
        tuple(sorted(used, key=lambda one: one.at_ms)),
        again if read is not None else None,
        None if read is None else read.period_ms,
        found.instruments_of(parameter),
        () if read is None else read.earlier,
    )


def average_of_slots(line: Line, again: Record, parts: Sequence[Record]) -> ExplainedAverage:
    """Of a line of a longer slot, whose shorter ones are `parts`. `again`: its record made again of them."""
    parameter, used = line.parameter, []
    for part in parts:
        lines = [*part.lines, *part.measured]
        own = next((one for one in lines if one.parameter == parameter), None)
        if own is None:
            continue
        weight = "" if own.aggregation is None else own.aggregation.weight
        speeds = {one.parameter.symbol: measured_value(one.average) for one in lines}
        reading = Reading(own.average.value, own.average.status)
        why_not = _why_not(reading, line.average.status)
        used.append(UsedReading(part.slot.end_ms, reading, why_not, None, speeds.get(weight)))
    found = next((one.average for one in (*again.lines, *again.measured) if one.parameter == parameter), None)
    period_ms = min((part.slot.length_ms for part in parts), default=None)
    return ExplainedAverage(
        parameter,
        line.average,
        _averaging(parameter, line.aggregation),
        "" if line.aggregation is None else line.aggregation.weight,
        False,
        tuple(used),
        found,
        period_ms,
    )


def _averaging(parameter: Parameter, aggregation: Aggregation | None) -> Averaging:
    return natural_averaging(parameter) if aggregation is None else aggregation.averaging


def _why_not(reading: Reading, status: Status) -> WhyNot | None:
    if reading.status is not status:
        return WhyNot.OTHER_STATUS
    return WhyNot.NO_VALUE if reading.value is None else None


def _why_not_amount(amount: Amount, status: Status) -> WhyNot | None:
    if amount.status is not status:
        return WhyNot.OTHER_STATUS
    return WhyNot.NO_AMOUNT if amount.value is None else None
