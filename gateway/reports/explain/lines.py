"""Each line of a record: what it is made of, what was done to it, and why it is not 00."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.audit.configurations import section_then
from gateway.audit.limit_history import limits_in_force
from gateway.config import Configuration
from gateway.config.file.form_error import FormError
from gateway.config.reporting import FIVE_MINUTES, USUAL_COVERAGE, USUAL_GRACE
from gateway.config.units import parse_duration
from gateway.core.averaging import Average
from gateway.core.derivation import Derivation
from gateway.core.instants import milliseconds
from gateway.core.reading import Parameter, Reading
from gateway.core.reason import Reason
from gateway.core.record import Expectation, Line, Record, summarise
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.readings.store import ReadingStore
from gateway.records.derivations import DerivationStore
from gateway.records.ending import KeptRecord
from gateway.records.making import MadeRecord, make_record
from gateway.records.slot_readings import SlotReadings
from gateway.records.slot_reasons import SlotReasonStore
from gateway.records.store import RecordStore
from gateway.reports.explain.averages import ExplainedAverage, average_of_readings, average_of_slots
from gateway.reports.explain.limits import HeldAgainst, held_against
from gateway.reports.explain.steps import (
    ExplainedInput,
    ExplainedStep,
    computed_steps,
    conversion_steps,
    inputs_of,
)


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """`line` is as the record has it. `average`: what was measured of it; `None`: it is computed of other lines, or
    nobody knows any more of what. `reason`: why it is not 00, as far as that was written down. `limits`: what it was
    held against."""

    line: Line
    average: ExplainedAverage | None
    steps: tuple[ExplainedStep, ...] = ()
    inputs: tuple[ExplainedInput, ...] = ()
    reason: Reason | None = None
    again: Average | None = None
    """The line as it is sent, made anew of what is kept; `None`: too little of it is."""

    limits: tuple[HeldAgainst, ...] = ()

    @property
    def agrees(self) -> bool | None:
        """Whether what is kept yields the line; `None`: too little is kept."""
        return None if self.again is None else self.again == self.line.average


@dataclass(frozen=True, slots=True)
class ExplainedRecord:
    """`min_coverage`: the percentage of readings that a slot of status 00 needed then. `shorter`: it is made of so many
    shorter slots; `None`: of readings. `damaged_blocks`: blocks of its readings that cannot be read any more."""

    lines: tuple[ExplainedLine, ...]
    min_coverage: float
    shorter: int | None = None
    damaged_blocks: int = 0

    @property
    def agrees(self) -> bool | None:
        """Whether what is kept yields every line; `None`: of some too little is kept, and the others agree."""
        told = [one.agrees for one in self.lines]
        return False if False in told else None if None in told else True


def explained_record(
    database: Database, configuration: Configuration, kept: KeptRecord, record: Record
) -> ExplainedRecord:
    """`kept`: the record's row, out of which `record` was read."""
    found = _explained(database, configuration, kept, record)
    if record.slot.length_ms != milliseconds(configuration.reporting.slot):
        return found  # longer ones are held against nothing
    history, zone = limits_in_force(database, configuration.finding_rules), configuration.station.timezone
    return replace(
        found,
        lines=tuple(
            replace(one, limits=tuple(held_against(database, history, one.line, record.slot, zone)))
            for one in found.lines
        ),
    )


@dataclass(frozen=True, slots=True)
class _SlotRules:
    """Of `reporting` what makes a record. `min_coverage`: percent."""

    slot_ms: int
    grace_ms: int
    min_coverage: float


def _explained(database: Database, configuration: Configuration, kept: KeptRecord, record: Record) -> ExplainedRecord:
    rules = _rules(database, configuration, kept.closed_ms)
    reasons = {
        one.symbol: one.reason
        for one in SlotReasonStore(database).touching(record.slot.end_ms - 1, record.slot.end_ms)
        if one.length_ms == record.slot.length_ms
    }
    parts = _parts(database, rules.slot_ms, record.slot)
    if parts:
        again = summarise(record.slot, parts, rules.min_coverage)
        sent = {line.parameter: line.average for line in again.lines}
        lines = [
            ExplainedLine(
                line,
                average_of_slots(line, again, parts),
                reason=reasons.get(line.parameter.symbol),
                again=sent.get(line.parameter),
            )
            for line in record.lines
        ]
        return ExplainedRecord(tuple(lines), rules.min_coverage, len(parts))
    return _of_readings(database, rules, kept, record, reasons)


def _of_readings(
    database: Database, rules: _SlotRules, kept: KeptRecord, record: Record, reasons: Mapping[str, Reason]
) -> ExplainedRecord:
    readings, slot = ReadingStore(database), record.slot
    derivation = DerivationStore(database).in_force(slot.end_ms)
    own = _measured_lines(record, derivation)
    made = make_record(
        readings,
        slot,
        lambda found: _expected(found, own, slot),
        rules.grace_ms,
        rules.min_coverage,
        derivation,
        kept.closed_ms,
    )
    late = _late(readings, slot, made)
    speeds = made.found.speeds()
    averages = {
        line.parameter: average_of_readings(line, made, late.get(line.parameter, ()), speeds.get(line.parameter))
        for line in own
    }
    telling = _Telling(record, made, derivation, averages, reasons)
    return ExplainedRecord(
        tuple(telling.line(line) for line in record.lines),
        rules.min_coverage,
        None,
        readings.damaged_between(slot.start_ms, slot.end_ms),
    )


class _Telling:
    """Puts together what is known of each line of one record."""

    def __init__(
        self,
        record: Record,
        made: MadeRecord,
        derivation: Derivation,
        averages: Mapping[Parameter, ExplainedAverage],
        reasons: Mapping[str, Reason],
    ) -> None:
        self._record = record
        self._averages = averages
        self._reasons = reasons
        self._measured = {line.parameter: line.average for line in (*record.lines, *record.measured)}
        self._converted = {one.sent: one for one in derivation.converted if one.measured in self._measured}
        self._computed = {one.sent: one for one in derivation.computed}
        self._again = {line.parameter: line.average for line in made.record.lines}
        self._is_kept = bool(made.found.read)

    def line(self, line: Line) -> ExplainedLine:
        reason = self._reasons.get(line.parameter.symbol)
        again = self._again.get(line.parameter) if self._is_kept else None
        converted = self._converted.get(line.parameter)
        if converted is not None:
            average = self._averages.get(converted.measured)
            own = self._measured[converted.measured].value
            return ExplainedLine(
                line,
                average,
                conversion_steps(converted, own, self._record),
                inputs_of(converted, self._record),
                reason or self._reasons.get(converted.measured.symbol),
                again,
            )
        computed = self._computed.get(line.parameter)
        if computed is None:
            return ExplainedLine(line, self._averages.get(line.parameter), reason=reason, again=again)
        by_symbol = {sent.symbol: one for sent, one in self._converted.items()}
        steps = computed_steps(computed, self._record, by_symbol, self._measured, line.average.value)
        return ExplainedLine(line, None, steps, inputs_of(computed, self._record), reason, again)


def _measured_lines(record: Record, derivation: Derivation) -> list[Line]:
    """What was measured, as the record has it: all lines but the derived ones, and what converted ones were."""
    measured = {line.parameter for line in record.measured}
    derived = {one.sent for one in derivation.converted if one.measured in measured}
    derived |= {one.sent for one in derivation.computed}
    return [*(line for line in record.lines if line.parameter not in derived), *record.measured]


def _expected(found: SlotReadings, own: Sequence[Line], slot: Slot) -> list[Expectation]:
    """As the closer had it: what the readings say, and of what was never read what the record says."""
    known = {
        line.parameter: Expectation(
            line.parameter, max(1, slot.length_ms // max(1, line.average.expected)), line.aggregation
        )
        for line in own
    }
    return list((known | {one: read for one, read in found.read.items() if one in known}).values())


def _parts(database: Database, slot_ms: int, slot: Slot) -> list[Record]:
    """The shorter slots that the longer one is made of; none: it is made of readings."""
    records = RecordStore(database)
    shorter = [length for length in records.lengths_between(slot.start_ms, slot.end_ms) if length < slot.length_ms]
    for length_ms in sorted(shorter, key=lambda one: one != slot_ms):
        parts = list(records.records(length_ms, slot.start_ms, slot.end_ms))
        if parts:
            return parts
    return []


def _late(readings: ReadingStore, slot: Slot, made: MadeRecord) -> dict[Parameter, list[tuple[int, Reading]]]:
    """What came when the slot had its record."""
    found: dict[Parameter, list[tuple[int, Reading]]] = {}
    for layout, rows in readings.blocks(slot.start_ms, slot.end_ms, late=True):
        for row in rows:
            if slot.contains(row.at_ms):
                for parameter, reading in zip(layout.parameters, row.readings, strict=True):
                    found.setdefault(parameter, []).append((row.at_ms, reading))
    for parameter, everything in found.items():
        instants, in_time = made.found.instants(parameter), made.found.readings.get(parameter, ())
        left = Counter(everything) - Counter(zip(instants, in_time, strict=True))
        found[parameter] = sorted(left.elements(), key=lambda one: one[0])
    return found


def _rules(database: Database, configuration: Configuration, at_ms: int) -> _SlotRules:
    """By which rules the record was closed; today's, if that is not known."""
    section, today = section_then(database, "reporting", at_ms), configuration.reporting
    try:
        if section is not None:
            return _SlotRules(
                milliseconds(parse_duration(section.get("slot", FIVE_MINUTES))),
                milliseconds(parse_duration(section.get("grace", USUAL_GRACE))),
                float(section.get("min_coverage", USUAL_COVERAGE)),
            )
    except (FormError, TypeError, ValueError):
        pass  # of an older gateway, which wrote it in another way
    return _SlotRules(milliseconds(today.slot), milliseconds(today.grace), today.min_coverage)
