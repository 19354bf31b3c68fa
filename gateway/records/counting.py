"""Running totals of a slot → what came with each reading: from what the database holds, also from before the slot.

The last reading before the slot is looked up there, whoever took it: a restart of the gateway costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from gateway.core.counter import CONTEXT, Count, count
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter, Status, TimedReading
from gateway.core.reason import Cause, Reason
from gateway.core.record import Aggregation
from gateway.core.running_total import Amount, Told
from gateway.core.slot import Slot
from gateway.readings.store import ReadingStore
from gateway.records.slot_readings import SlotReadings
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

POLLS_BEHIND = 3
"""So much of what was read behind the slot is looked at: a wrong reading at its end is known by what follows."""

TellAmounts = Callable[[Parameter, Sequence[Told]], None]
"""Keeps what is told of one parameter. Called before the slot is closed, and again with the same if that fails."""


class Counting:
    """Part of the closer."""

    def __init__(self, readings: ReadingStore, tell: TellAmounts | None = None) -> None:
        self._readings = readings
        self._tell = tell

    def counts(
        self, slot: Slot, found: SlotReadings, grace_ms: int, known_ms: int = FAR_FUTURE_MS
    ) -> dict[Parameter, Count]:
        """By running total, one amount for each of its readings in the slot, and what is to be told. Of what was read
        behind the slot, what was there at `known_ms`."""
        found.drop_totals_among_amounts()
        counts = {}
        for parameter, instrument in found.instruments.items():
            read = found.read[parameter]
            if read.aggregation is None or read.aggregation.counter is None:
                continue
            own = found.timed(parameter)
            if any(one.reading.value is not None for one in own):
                own = self._around(slot, own, instrument, parameter, read.aggregation, read.period_ms, known_ms)
            counts[parameter] = count(own, read.aggregation.counter, read.period_ms, slot, grace_ms)
        return counts

    def say(self, counts: Mapping[Parameter, Count]) -> None:
        """What is to be told of them."""
        for parameter, counted in counts.items():
            self._say(parameter, counted.told)

    def _around(
        self,
        slot: Slot,
        own: list[TimedReading],
        instrument: str,
        parameter: Parameter,
        aggregation: Aggregation,
        period_ms: int,
        known_ms: int,
    ) -> list[TimedReading]:
        before = self._readings.before(
            instrument, parameter, aggregation, slot.start_ms, CONTEXT, 2 * CONTEXT * period_ms
        )
        behind = SlotReadings()
        for layout, rows in self._readings.blocks(slot.end_ms, slot.end_ms + POLLS_BEHIND * period_ms):
            then = [row for row in rows if row.at_ms <= known_ms]
            if then and layout.instrument == instrument and layout.column(parameter, aggregation) is not None:
                behind.add(layout, then)
        return [*before, *own, *(behind.timed(parameter) if parameter in behind.read else ())]

    def _say(self, parameter: Parameter, told: Sequence[Told]) -> None:
        for one in told:
            _log.warning(
                "parameter=%s event=%s amount=%s unit=%s from=%s until=%s",
                parameter.symbol,
                one.kind,
                "unknown" if one.amount is None else one.amount,
                parameter.unit,
                log_text(one.from_ms),
                log_text(one.until_ms),
            )
        if told and self._tell is not None:
            self._tell(parameter, told)


def why_not_counted(amounts: Sequence[Amount], faulty: int, missing: int) -> Reason | None:
    """Why a running total has no value in a slot of status 02, if its readings are to blame: more of them are doubtful
    than the `faulty` that the device itself said and the `missing`."""
    doubtful = sum(one.status is Status.FAULT for one in amounts) - faulty
    if doubtful > max(faulty, missing):
        return Reason(
            Cause.DOUBTFUL_TOTAL,
            Phrase("{doubtful} readings fell or jumped as no running total does", doubtful=doubtful),
        )
    measuring = [one.value for one in amounts if one.status is Status.MEASURING]
    if len(measuring) > faulty + missing and not any(value is not None for value in measuring):
        return Reason(Cause.DOUBTFUL_TOTAL, Phrase("nothing was read shortly before that it could be compared with"))
    return None
