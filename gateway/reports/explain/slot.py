"""`gateway explain`: everything that is known of the slots that end at one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.audit import runs
from gateway.audit.clock_sets import clock_sets
from gateway.audit.events import EventStore
from gateway.audit.evidence import CoveredSlot, covering_digest
from gateway.audit.full_card import full_card_times
from gateway.config import Configuration
from gateway.core.clock_set import skipped_times
from gateway.core.instants import DAY_MS, local_text, milliseconds
from gateway.core.lateness import DelayCause, Downtime
from gateway.core.long_outage import unmade_through
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.outbox.digest_deliveries import DigestDeliveries, SentDigest
from gateway.readings.calibrations import Calibration, CalibrationStore
from gateway.readings.open_slots import closed_before
from gateway.readings.store import ReadingStore
from gateway.records.ending import KeptRecord, records_ending
from gateway.records.store import RecordStore
from gateway.reports.explain.deliveries import ExplainedDeliveries, ExplainedDelivery
from gateway.reports.explain.files import ExplainedFile, explained_files, lost_files
from gateway.reports.explain.lines import ExplainedRecord, explained_record


@dataclass(frozen=True, slots=True)
class ExplainedSlot:
    """One of them. `kept=None`: there is no record of it, and `why_not` says why; it also says what is wrong with a
    record or its files. `record=None`: it cannot be read."""

    slot: Slot
    kept: KeptRecord | None
    record: ExplainedRecord | None
    files: tuple[ExplainedFile, ...]
    deliveries: tuple[ExplainedDelivery, ...]
    why_not: tuple[Phrase, ...] = ()
    cause: DelayCause | None = None
    """Why it was never made, if it was to be."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`downtimes`: when the gateway was off or stood still within the slots. `calibrations`: declared by people."""

    end_ms: int
    slots: tuple[ExplainedSlot, ...]
    covered: CoveredSlot
    downtimes: tuple[Downtime, ...]
    calibrations: tuple[Calibration, ...]
    oldest_reading_ms: int | None
    digests: tuple[SentDigest, ...]
    """How far those that cover it are on their way."""
    first_start_ms: int | None = None
    """When the gateway ran for the first time, if that was within the slots: what came before was never read."""


def explain(
    database: Database,
    configuration: Configuration,
    end_ms: int,
    now_ms: int,
    destination: str | None = None,
    *,
    runs_now: bool,
) -> Explanation:
    """Of the slots of every length that end then, and of every destination or of one. `runs_now`: the daemon runs."""
    kept = {one.length_ms: one for one in records_ending(database, end_ms)}
    deliveries = ExplainedDeliveries(database, configuration, end_ms, now_ms, runs_now=runs_now)
    names = deliveries.names() if destination is None else [destination]
    lengths = _lengths(configuration, end_ms, kept, destination)
    longest_ms = max(lengths, default=milliseconds(configuration.reporting.slot))
    downtimes = _touching(
        runs.downtimes(database, end_ms - longest_ms, now_ms, runs_now=runs_now), end_ms - longest_ms, end_ms
    )
    slots = []
    for length_ms in lengths:
        slot = _slot(database, configuration, Slot(end_ms, length_ms), kept, downtimes, now_ms)
        ways = [one for name in names for one in deliveries.of(name, length_ms, slot.files, slot.record is not None)]
        slots.append(replace(slot, deliveries=tuple(ways)))
    if destination is not None:
        slots = [one for one in slots if any(way.listed for way in one.deliveries)] or slots
        if slots and not any(one.deliveries for one in slots):
            slots[0] = replace(slots[0], deliveries=(deliveries.none_of(destination),))
    covered = covering_digest(database, end_ms)
    entries = dict.fromkeys(one.digest.seq for one in covered.files)
    sent = [one for seq in entries for one in DigestDeliveries(database).of_digest(seq)]
    return Explanation(
        end_ms,
        tuple(slots),
        covered,
        tuple(downtimes),
        tuple(CalibrationStore(database).touching(end_ms - longest_ms, end_ms - 1)),
        ReadingStore(database).oldest_ms(),
        tuple(one for one in sent if destination in (None, one.destination)),
        _first_start_ms(database, end_ms - longest_ms, end_ms),
    )


def _first_start_ms(database: Database, from_ms: int, until_ms: int) -> int | None:
    first_ms = runs.first_start_ms(database)
    return first_ms if first_ms is not None and from_ms < first_ms < until_ms else None


def _lengths(
    configuration: Configuration, end_ms: int, kept: dict[int, KeptRecord], destination: str | None
) -> list[int]:
    """Of slots that ended then: those that are made today, and those of which there is a record."""
    slot_ms = milliseconds(configuration.reporting.slot)
    wanted = {one.name: milliseconds(one.interval_length) for one in configuration.active_destinations}
    today = {slot_ms, *wanted.values()}
    if destination in wanted:
        today = {wanted[destination]}
    lengths = {length_ms for length_ms in today if end_ms % length_ms == 0}
    return sorted(lengths | {length_ms for length_ms in kept if _is_slot(end_ms, length_ms)})


def _slot(
    database: Database,
    configuration: Configuration,
    slot: Slot,
    by_length: Mapping[int, KeptRecord],
    downtimes: Sequence[Downtime],
    now_ms: int,
) -> ExplainedSlot:
    kept = by_length.get(slot.length_ms)
    if kept is None:
        why_not, cause = _why_no_record(database, slot, downtimes, now_ms, configuration.station.timezone)
        if cause is not None and by_length:
            why_not, cause = Phrase("slots of this length were not made then"), None
        return ExplainedSlot(slot, None, None, (), (), (why_not,), cause)
    files = explained_files(database, kept.id, kept.record)
    lost = lost_files(database, kept.id)
    faults = []
    if kept.record is None:
        faults.append(Phrase("the record is damaged on the card: {damage}", damage=kept.damage))
    if kept.record is not None and kept.damage is not None:
        faults.append(Phrase("the record was set aside as damaged ({damage}); it can be read now", damage=kept.damage))
    if lost:
        faults.append(Phrase("damaged on the card: the rows of {files} made of it", files=number_of(lost, "file")))
    elif not files and kept.damage is None:
        faults.append(Phrase("its files are made in a moment" if kept.filed_ms is None else "there is no file of it"))
    record = None if kept.record is None else explained_record(database, configuration, kept, kept.record)
    return ExplainedSlot(slot, kept, record, files, (), tuple(faults))


def _why_no_record(
    database: Database, slot: Slot, downtimes: Sequence[Downtime], now_ms: int, zone: str
) -> tuple[Phrase, DelayCause | None]:
    """In words, and what kept it from being made, if it was to be."""
    if slot.end_ms > now_ms:
        return Phrase("it has not ended yet"), None
    is_open = database.read("SELECT 1 FROM open_slot WHERE length_ms = ? AND end_ms = ?", (slot.length_ms, slot.end_ms))
    if is_open:
        return Phrase("it has readings, and is not closed yet"), None
    if slot.end_ms > now_ms - DAY_MS and database.read("SELECT 1 FROM unstamped_block LIMIT 1"):
        return Phrase("readings wait until the clock can be trusted, and its slots with them: gateway clock"), None
    records = RecordStore(database)
    oldest_ms = records.oldest_ms()
    if oldest_ms is None:
        return Phrase("no slot has been closed yet"), None
    if slot.end_ms < oldest_ms:
        oldest = local_text(oldest_ms, zone, "seconds")
        return Phrase("beyond what is kept: the oldest slot that is kept ended at {at}", at=oldest), None
    if closed_before(database, slot, now_ms):
        return Phrase("it was closed before the database was rolled back, and is not made again: gateway recover"), None
    skipped = skipped_times(clock_sets(database), downtimes)
    full_card = full_card_times(EventStore(database).findings, slot.start_ms, now_ms, skipped)
    cause = unmade_through(slot.start_ms, slot.end_ms, skipped, downtimes, full_card)
    if cause is not DelayCause.NOT_MADE:
        return Phrase("it was never made"), cause
    if slot.end_ms > now_ms - DAY_MS and slot.end_ms > (records.last_closed_ms() or 0):
        return Phrase("it is not closed yet"), None
    return Phrase("it was never made"), cause


def _touching(downtimes: Sequence[Downtime], from_ms: int, until_ms: int) -> list[Downtime]:
    return [one for one in downtimes if one.from_ms < until_ms and one.until_ms > from_ms]


def _is_slot(end_ms: int, length_ms: int) -> bool:
    try:
        Slot(end_ms, length_ms)
    except ValueError:  # what damage has made of it
        return False
    return True
