"""Everything that reports are made of, read once: what each parameter measured and what each destination got, slot by
slot, through a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from gateway.audit import runs
from gateway.audit.clock_sets import clock_sets
from gateway.audit.events import EventStore
from gateway.audit.full_card import full_card_times
from gateway.audit.ledger import LedgerSpan
from gateway.audit.limit_history import LimitHistory, limits_in_force
from gateway.audit.reception import Reception, reception
from gateway.audit.reception import around as reception_around
from gateway.calibrations.ranges import ranges_of
from gateway.config import Authority, Configuration, Destination
from gateway.config.builtin_tables.catalogue import default_averaging
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.core import completeness
from gateway.core.averaging import Averaging
from gateway.core.clock_means import CountingRules
from gateway.core.clock_set import SkippedTime, skipped_times
from gateway.core.completeness import Period as Slots
from gateway.core.dated_limit import LimitSpan
from gateway.core.findings import FindingRules
from gateway.core.full_card import FullCard
from gateway.core.instants import DUE_MS, EARLIEST_MS, milliseconds
from gateway.core.lateness import Downtime
from gateway.core.reading import Parameter
from gateway.db import Database
from gateway.files.formats.tt10 import DEFAULT_DECIMALS
from gateway.records.columns import Column, Columns, read_columns, read_recorded
from gateway.records.store import RecordStore
from gateway.reports.document import Heading, NameCell
from gateway.reports.events import EventSource
from gateway.reports.limits import Bounds, bounds_at
from gateway.reports.period import ReportPeriod
from gateway.runtime import lock


class SlotOutcome(IntEnum):
    """What became of a slot at one destination."""

    NOT_MADE = 0
    """There is no file for it."""
    IN_TIME = 1
    """It came within five minutes."""
    LATE = 2
    UNDELIVERED = 3
    """It still has not come."""


@dataclass(frozen=True, slots=True)
class MeasuredColumn:
    """One parameter's column, and how its values are to be read."""

    column: Column
    decimals: int
    averaging: Averaging
    symbol: str
    """The regulation's, which two lines of the file may share."""
    limits: tuple[LimitSpan, ...] = ()
    """What was in force at some time of what was read, in the order of averaging times and of time."""

    @property
    def has_bounds(self) -> bool:
        """Whether single slots are compared with anything."""
        return any(span.limit.averaging_ms is None for span in self.limits)

    def bounds_at(self, at_ms: int) -> Bounds | None:
        """What the slot that begins at the instant is compared with."""
        return bounds_at(self.limits, at_ms)

    @property
    def parameter(self) -> Parameter:
        return self.column.parameter


@dataclass(frozen=True, slots=True)
class DestinationSlots:
    """One destination's slots. Position `n` is the slot that ends at `after_ms + (n + 1) × length_ms`."""

    name: str
    authority: Authority
    slots: Slots
    sent: tuple[completeness.SlotFile, ...]
    outcomes: bytearray
    """A `SlotOutcome` for each."""
    reception: Reception
    """What interruptions are found in: of more slots, where one reaches over an edge of the period."""
    official_name: str | None = None

    @property
    def shown(self) -> str:
        """What people read."""
        return self.official_name or self.name

    @property
    def cell(self) -> NameCell:
        return NameCell(self.name, self.shown)

    def position(self, at_ms: int) -> int:
        """Of the first slot that ends after the instant."""
        return min(len(self.outcomes), max(0, (at_ms - self.slots.from_ms) // self.slots.slot_ms))


@dataclass(frozen=True, slots=True)
class ReportData:
    """`heading.period` is what the report is about, cut where the newest slot is not due yet."""

    heading: Heading
    columns: Columns
    measured: tuple[MeasuredColumn, ...]
    destinations: tuple[DestinationSlots, ...]
    oldest_record_ms: int | None
    database: Database
    events: EventSource
    downtimes: tuple[Downtime, ...]
    """When the gateway was off, from before the period, and before what reaches into it, until now."""
    skipped: tuple[SkippedTime, ...]
    """What the clock jumped over while it ran."""
    full_card: tuple[FullCard, ...]
    """When the card had hardly any room."""
    ranges: Mapping[Parameter, tuple[float, float]]
    """The instruments', in what they measure."""
    limit_history: LimitHistory
    """What was in force of all time, also where the period ends."""
    watched: FindingRules
    """What the watch over the records looks for, by these limits."""
    counting: CountingRules

    @property
    def period(self) -> ReportPeriod:
        return self.heading.period

    @property
    def slots(self) -> Slots:
        """The station's slots that were read."""
        columns = self.columns
        return Slots(columns.after_ms, columns.end_ms(columns.slots - 1), columns.length_ms)


def heading_of(configuration: Configuration, period: ReportPeriod, now_ms: int) -> Heading:
    station = configuration.station
    return Heading(
        station.name,
        station.code,
        station.facility,
        station.province,
        station.kind,
        period,
        now_ms,
        station.facility_name,
        station.province_name,
        station.department,
        station.address,
        station.telephone,
        station.email,
    )


def read_report_data(
    configuration: Configuration,
    database: Database,
    asked: ReportPeriod,
    now_ms: int,
    events: EventSource | None = None,
    only: str | None = None,
    ledger: LedgerSpan | None = None,
) -> ReportData:
    """Read the period once. `events` are those of the database if none are given. `only`: of this destination alone,
    and of no parameter; `ledger`: what was read of its deliveries in this look."""
    period = asked.until(now_ms - DUE_MS)  # younger slots are not counted yet
    slot_ms = milliseconds(configuration.reporting.slot)
    records = RecordStore(database)
    configured = {one.parameter: one for one in configuration.sent}
    span_ms = (slot_ms, period.after_ms(slot_ms), period.until_ms)
    columns = read_columns(records, *span_ms, tuple(configured)) if only is None else read_recorded(records, *span_ms)
    destinations = [one for one in configuration.active_destinations if only in (None, one.name)]
    slots = {one.name: _slots(one, period) for one in destinations}
    around = {name: reception_around(database, name, asked, now_ms) for name, asked in slots.items()}
    from_ms = min([period.from_ms, *(one.from_ms for one in around.values())])
    downtimes = runs.downtimes(database, from_ms, now_ms, runs_now=lock.is_held(configuration.storage.path))
    history = limits_in_force(database, configuration.finding_rules)
    limits = history.touching(columns.after_ms, columns.end_ms(columns.slots - 1))
    measured = tuple(
        measured_column(column, configured.get(parameter), limits(parameter))
        for parameter, column in columns.by_parameter.items()
    )
    skipped = skipped_times(clock_sets(database), downtimes)
    return ReportData(
        heading_of(configuration, period, now_ms),
        columns,
        measured,
        tuple(
            _destination_slots(
                one, slots[one.name], reception(database, one.name, around[one.name], now_ms, downtimes, ledger)
            )
            for one in destinations
        ),
        records.oldest_ms(EARLIEST_MS),
        database,
        events or EventStore(database),
        tuple(downtimes),
        skipped,
        full_card_times(EventStore(database).findings, from_ms, now_ms, skipped),
        ranges_of(configuration),
        history,
        history.rules(configuration.finding_rules),
        configuration.reporting.counting.rules,
    )


def measured_column(column: Column, line: SentLine | None, limits: tuple[LimitSpan, ...]) -> MeasuredColumn:
    """`line` is what the configuration says of it; `None`: it has left the configuration since."""
    if line is None:
        parameter = column.parameter
        averaging = default_averaging(parameter.symbol, parameter.unit)
        return MeasuredColumn(column, DEFAULT_DECIMALS, averaging, parameter.symbol, limits)
    chosen = line.average if isinstance(line, Quantity) else None
    return MeasuredColumn(
        column, line.shown_decimals, chosen or default_averaging(line.symbol, line.unit), line.symbol, limits
    )


def _slots(destination: Destination, period: ReportPeriod) -> Slots:
    length_ms = milliseconds(destination.interval_length)
    return Slots(period.after_ms(length_ms), max(period.after_ms(length_ms), period.until_ms), length_ms)


def _destination_slots(destination: Destination, slots: Slots, received: Reception) -> DestinationSlots:
    sent = tuple(one for one in received.sent if slots.contains(one.end_ms))
    found = DestinationSlots(
        destination.name,
        destination.authority,
        slots,
        sent,
        bytearray(len(slots)),
        received,
        destination.official_name,
    )
    outcomes, first_ms, slot_ms = found.outcomes, slots.first_ms, slots.slot_ms
    for one in sent:
        outcomes[(one.end_ms - first_ms) // slot_ms] = _outcome(one)
    return found


def _outcome(sent: completeness.SlotFile) -> SlotOutcome:
    if sent.arrived_ms is None:
        return SlotOutcome.UNDELIVERED
    return SlotOutcome.LATE if sent.arrived_ms - sent.end_ms > DUE_MS else SlotOutcome.IN_TIME
