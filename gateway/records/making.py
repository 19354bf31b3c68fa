"""A slot's readings → its record, with all that it was made of: by the closer once, and again by whoever wants to know
how a value came about. Both do the same, so that what is told of a value is how it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.core.counter import Count
from gateway.core.derivation import Derivation, derive
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.reading import Parameter
from gateway.core.record import Expectation, Record, close
from gateway.core.running_total import Amount
from gateway.core.slot import Slot
from gateway.readings.store import ReadingStore
from gateway.records.counting import Counting
from gateway.records.slot_readings import SlotReadings


@dataclass(frozen=True, slots=True)
class MadeRecord:
    """`averages` are what was measured, `record` what is sent of it."""

    averages: Record
    record: Record
    found: SlotReadings
    counts: Mapping[Parameter, Count]

    @property
    def amounts(self) -> dict[Parameter, tuple[Amount, ...]]:
        """Of running totals, one for each reading."""
        return {parameter: counted.amounts for parameter, counted in self.counts.items()}


def make_record(
    readings: ReadingStore,
    slot: Slot,
    expected: Callable[[SlotReadings], Sequence[Expectation]],
    grace_ms: int,
    min_coverage: float,
    derivation: Derivation,
    known_ms: int = FAR_FUTURE_MS,
) -> MadeRecord:
    """Of what is in the database and came in time. `expected`: of what was read, and what was to be. `known_ms`: of
    what was read behind the slot, what was there then."""
    found = SlotReadings()
    for layout, rows in readings.blocks(slot.start_ms, slot.end_ms):
        if within := [row for row in rows if slot.contains(row.at_ms)]:
            found.add(layout, within)
    found.put_in_order()
    counts = Counting(readings).counts(slot, found, grace_ms, known_ms) if found.instruments else {}
    amounts = {parameter: counted.amounts for parameter, counted in counts.items()}
    averages = close(slot, expected(found), found.readings, min_coverage, found.speeds(), amounts)
    return MadeRecord(averages, derive(averages, derivation), found, counts)
