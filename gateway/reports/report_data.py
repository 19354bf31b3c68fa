"""Everything that reports are made of, read once: what each parameter measured and what each destination got, slot by
slot, through a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from gateway.audit import runs
from gateway.audit.clock_sets import clock_sets
from gateway.audit.events import EventStore
from gateway.audit.reception import Reception, reception
from gateway.calibrations.ranges import ranges_of
from gateway.config import Authority, Configuration, Destination
from gateway.config.builtin_tables.catalogue import default_averaging
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.core import completeness
from gateway.core.averaging import Averaging
from gateway.core.clock_set import SkippedTime, skipped_times
from gateway.core.completeness import Period as Slots
from gateway.core.instants import DUE_MS, EARLIEST_MS, milliseconds
from gateway.core.lateness import Downtime
from gateway.core.limits import Limit
from gateway.core.reading import Parameter
from gateway.db import Database
from gateway.files.formats.tt10 import DEFAULT_DECIMALS
from gateway.records.columns import Column, Columns, read_columns
from gateway.records.store import RecordStore
from gateway.reports.document import Heading
from gateway.reports.events import EventSource
from gateway.reports.limits import Bounds, bounds_of
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
    limits: tuple[Limit, ...] = ()

    @property
    def bounds(self) -> Bounds | None:
        """What every single slot is compared with."""
        return bounds_of(self.limits)

    @property
    def parameter(self) -> Parameter:
        return self.column.parameter


@dataclass(frozen=True, slots=True)
class DestinationSlots:
    """One destination's slots. Position `n` is the slot that ends at `after_ms + (n + 1) × length_ms`."""

    name: str
    authority: Authority
    reception: Reception
    outcomes: bytearray
    """A `SlotOutcome` for each."""

    @property
    def slots(self) -> Slots:
        return self.reception.period

    @property
    def sent(self) -> tuple[completeness.SlotFile, ...]:
        return self.reception.sent

    def position(self, at_ms: int) -> int:
        """Of the first slot that ends after the instant."""
        return min(len(self.outcomes), max(0, (at_ms - self.slots.from_ms) // self.slots.slot_ms))


@dataclass(frozen=True, slots=True)
class ReportData:
    """`heading.period` is what the report is about, cut where the newest slot is not due yet; `scope` is what was read,
    which may begin earlier and end later."""

    heading: Heading
    scope: ReportPeriod
    columns: Columns
    measured: tuple[MeasuredColumn, ...]
    destinations: tuple[DestinationSlots, ...]
    oldest_record_ms: int | None
    database: Database
    events: EventSource
    downtimes: tuple[Downtime, ...]
    """When the gateway was off, from the first run that touches the scope on."""
    skipped: tuple[SkippedTime, ...]
    """What the clock jumped over while it ran."""
    ranges: Mapping[Parameter, tuple[float, float]]
    """The instruments', in what they measure."""

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
    )


def read_report_data(
    configuration: Configuration,
    database: Database,
    asked: ReportPeriod,
    now_ms: int,
    margin_ms: int = 0,
    events: EventSource | None = None,
) -> ReportData:
    """Read the period once, and so much before and after it. `events` are those of the database if none are given."""
    due_ms = now_ms - DUE_MS  # younger slots are not counted yet
    scope = asked.widened(margin_ms).until(due_ms)
    slot_ms = milliseconds(configuration.reporting.slot)
    records = RecordStore(database)
    configured = {one.parameter: one for one in configuration.sent}
    downtimes = runs.downtimes(database, scope.from_ms, now_ms, runs_now=lock.is_held(configuration.storage.path))
    columns = read_columns(records, slot_ms, scope.after_ms(slot_ms), scope.until_ms, tuple(configured))
    measured = tuple(_measured(column, configured.get(parameter)) for parameter, column in columns.by_parameter.items())
    return ReportData(
        heading_of(configuration, asked.until(due_ms), now_ms),
        scope,
        columns,
        measured,
        tuple(
            _destination_slots(database, destination, scope, now_ms, downtimes)
            for destination in configuration.active_destinations
        ),
        records.oldest_ms(EARLIEST_MS),
        database,
        events or EventStore(database),
        tuple(downtimes),
        skipped_times(clock_sets(database), downtimes),
        ranges_of(configuration),
    )


def _measured(column: Column, line: SentLine | None) -> MeasuredColumn:
    """`line` is what the configuration says of it; `None`: it has left the configuration since."""
    if line is None:
        parameter = column.parameter
        return MeasuredColumn(
            column, DEFAULT_DECIMALS, default_averaging(parameter.symbol, parameter.unit), parameter.symbol
        )
    chosen = line.average if isinstance(line, Quantity) else None
    return MeasuredColumn(
        column, line.shown_decimals, chosen or default_averaging(line.symbol, line.unit), line.symbol, line.limits
    )


def _destination_slots(
    database: Database, destination: Destination, scope: ReportPeriod, now_ms: int, downtimes: Sequence[Downtime]
) -> DestinationSlots:
    length_ms = milliseconds(destination.interval_length)
    slots = Slots(scope.after_ms(length_ms), max(scope.after_ms(length_ms), scope.until_ms), length_ms)
    received = reception(database, destination.name, slots, now_ms, downtimes)
    found = DestinationSlots(destination.name, destination.authority, received, bytearray(len(slots)))
    for one in found.sent:
        found.outcomes[found.position(one.end_ms - 1)] = _outcome(one)
    return found


def _outcome(sent: completeness.SlotFile) -> SlotOutcome:
    if sent.arrived_ms is None:
        return SlotOutcome.UNDELIVERED
    return SlotOutcome.LATE if sent.arrived_ms - sent.end_ms > DUE_MS else SlotOutcome.IN_TIME
