"""The station at a glance, from the database and the disk alone: the daemon may be running, stopped or dead."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.alerts.store import TargetState
from gateway.audit import runs
from gateway.audit.configurations import profiles_in_force
from gateway.audit.events import EventStore
from gateway.audit.inspections import WHOLE, InspectionState, InspectionStore
from gateway.audit.standstills import newest_standstill
from gateway.audit.upgrades import UpgradesSeen, look_at_upgrades
from gateway.calibrations.due import CalibrationDue, dues
from gateway.config import Configuration, Destination
from gateway.core.box_rules import BoxLook
from gateway.core.completeness import Period, Ratio
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.findings import Finding, Topic
from gateway.core.instants import DUE_MS, EARLIEST_MS, local_time, milliseconds, utc_ms
from gateway.core.interfaces import Instant
from gateway.core.lateness import Downtime
from gateway.db import Database, reserve
from gateway.db.board import Component, components
from gateway.db.commits import COMMITS
from gateway.db.open_matters import OpenMatter
from gateway.files.store import DamagedRecords, FileStore
from gateway.instruments.device_profiles import KnownDevice, known_devices
from gateway.outbox.digest_deliveries import DigestCounts, DigestDeliveries
from gateway.outbox.left_behind import orders_left_behind
from gateway.outbox.store import DestinationCounts, OutboxStore
from gateway.readings.store import ReadingStore
from gateway.readings.unstamped import Unstamped, UnstampedStore
from gateway.records.store import FutureRecords, RecordStore
from gateway.reports.air import AirIndices, air_indices
from gateway.reports.alerts import alert_targets
from gateway.reports.box import BoxReport, read_box
from gateway.reports.cameras import CamerasReport, read_cameras
from gateway.reports.clock import ClockReport, clock_report
from gateway.reports.configuration_standing import ConfigurationStanding, configuration_standing
from gateway.reports.digests import NewestDigest, newest_digest
from gateway.reports.orders.status import OrdersStatus, orders_status
from gateway.reports.parameter_status import (
    InstrumentStatus,
    ParameterStatus,
    instrument_statuses,
    parameter_statuses,
)
from gateway.reports.port_policy import PolicyStanding, policy_standing
from gateway.reports.ports import PortViolation, lasting_violations
from gateway.reports.profiles import ProfileStatus, profile_statuses
from gateway.reports.seal_overview import seal_overview
from gateway.reports.set_aside import all_matters
from gateway.runtime import lock
from gateway.runtime.clock import boot_id


@dataclass(frozen=True, slots=True)
class DestinationStatus:
    """One destination. Ratios are delivered / expected slots, 0 to 1; `None` before the first slot is due."""

    name: str
    configured: bool
    """Whether it stands in the configuration; one that does not is shown as long as something waits for it."""
    in_use: bool
    component: Component | None
    certificate: Component | None
    """VALID or ENDING; `None` where no certificate was ever seen."""
    counts: DestinationCounts
    ratio_today: float | None
    ratio_month: float | None
    outage: Finding | None
    """What has lasted for more than twelve hours, and is to be told in writing."""
    digests: DigestCounts | None = None
    """Of the journal; `None`: none was ever meant for it."""
    official_name: str | None = None
    """The authority's, as letters have it."""
    gets_orders: bool = False
    """Its counts are of transport orders; its ratio of today is of those accepted within three minutes."""


@dataclass(frozen=True, slots=True)
class StationStatus:
    """Everything `gateway status` shows."""

    configuration: Configuration
    at_ms: int
    running: bool
    since_ms: int | None
    links: tuple[tuple[str, Component | None], ...]
    instruments: tuple[InstrumentStatus, ...]
    parameters: tuple[ParameterStatus, ...]
    destinations: tuple[DestinationStatus, ...]
    newest_slot_ms: int | None
    """Of those that have ended."""
    standstill: Downtime | None
    """The newest time in which the gateway ran and did nothing."""
    storage: Component | None
    """SLOW or UP; `None`: every commit was quick."""
    future: FutureRecords
    """Records that bear a time that has not come."""
    damaged: DamagedRecords
    """Records that cannot be sent, because the card damaged them."""
    set_aside: tuple[OpenMatter, ...]
    """Damage and the like that no person has closed."""
    stages: tuple[Component, ...]
    """Of the gateway's own work, those that fail now."""
    waits_for_time: Unstamped
    """Readings that get their times when the clock is trusted; the newest values are of them while there are any."""
    has_no_time: Unstamped
    """Readings of earlier starts of the machine, which never will."""
    inspection: InspectionState | None
    """The last look through the whole database, or the one under way; `None`: there was none yet."""
    air: AirIndices | None
    free_bytes: int
    has_reserve: bool
    """The card's: `gateway.db.reserve`."""
    days_left: float | None
    clock: ClockReport
    profiles: tuple[ProfileStatus, ...] = ()
    """The ready instruments that the configuration takes."""
    devices: Mapping[str, KnownDevice] = field(default_factory=dict)
    """What was learned of the instruments' devices, by instrument."""
    calibrations: tuple[CalibrationDue, ...] = ()
    """When each instrument that says how often is due."""
    cameras: CamerasReport | None = None
    """`None`: there are none."""
    violations: tuple[PortViolation, ...] | None = None
    """Ports that are not as declared; `None`: none is declared."""
    policy: PolicyStanding | None = None
    """What closes them."""
    seals: tuple[str, ...] = ()
    """Where the configuration and the register of seals do not say the same, a line each."""
    digest: NewestDigest | None = None
    """The journal's newest."""
    box: BoxReport = BoxReport(BoxLook(), ())
    """The machine that this runs on."""
    standing: ConfigurationStanding = ConfigurationStanding()
    """Which configuration runs."""
    alerts: tuple[TargetState, ...] = ()
    """Who is told of what happens, and how that fares."""
    upgrades: UpgradesSeen = UpgradesSeen()
    """Of the package on this machine."""
    orders: OrdersStatus | None = None
    """Transport orders; `None`: none are taken here."""
    orders_left: int = 0
    """Transport orders that wait although none are carried here any more."""
    first_start_ms: int | None = None
    """When the gateway ran for the first time: no ratio of a time before it can be 1."""

    @property
    def today(self) -> date | None:
        """By the station's wall clock; `None`: it cannot be trusted."""
        zone = self.configuration.station.timezone
        return local_time(self.at_ms, zone).date() if self.clock.state.is_usable else None


def collect(
    configuration: Configuration, database: Database, now: Instant, asked_for: str | None = None
) -> StationStatus:
    """Look once at everything. `asked_for`: a destination that is told of even if nothing waits for it any more."""
    board = components(database)
    run = runs.newest(database)
    storage = configuration.storage.path
    orders = orders_status(configuration, database, board, now.wall_ms)
    free_bytes = shutil.disk_usage(storage).free
    box = read_box(configuration, database, now.wall_ms)
    unstamped = _unstamped(configuration, database)
    slot_ms = milliseconds(configuration.reporting.slot)
    newest_slot_ms = RecordStore(database).newest_ms(slot_ms, now.wall_ms)
    parameters = parameter_statuses(configuration, database, unstamped, now, slot_ms, newest_slot_ms)
    return StationStatus(
        configuration,
        now.wall_ms,
        lock.is_held(storage),
        run.started_ms if run else None,
        tuple((name, board.get((ComponentKind.LINK, name))) for name in configuration.links),
        instrument_statuses(configuration, board, parameters),
        parameters,
        _destinations(configuration, database, board, now.wall_ms, asked_for, orders),
        newest_slot_ms,
        newest_standstill(database, now.wall_ms),
        board.get((ComponentKind.STORAGE, COMMITS)),
        RecordStore(database).future(now.wall_ms),
        FileStore(database).damaged(),
        all_matters(database, now.wall_ms),
        tuple(one for (kind, _), one in board.items() if kind is ComponentKind.STAGE and is_failing(one)),
        unstamped.of_this_start(),
        unstamped.of_earlier_starts(),
        InspectionStore(database).states().get(WHOLE),
        air_indices(configuration, database, now.wall_ms),
        free_bytes,
        reserve.is_held(storage),
        box.look.days_left,
        clock_report(
            database,
            boot_id(),
            now,
            running=lock.is_held(storage),
            max_offset_ms=milliseconds(configuration.clock.max_offset),
        ),
        profile_statuses(configuration, profiles_in_force(database), is_running=lock.is_held(storage)),
        known_devices(configuration, database),
        tuple(dues(configuration, database, RecordStore(database).oldest_ms(EARLIEST_MS), now.wall_ms)),
        read_cameras(configuration, now),
        lasting_violations(configuration, database),
        policy_standing(configuration.ports, configuration.ports_policy),
        seal_overview(configuration, database).contradictions,
        newest_digest(database),
        box,
        configuration_standing(configuration.file, database),
        alert_targets(database),
        look_at_upgrades(),
        orders,
        orders_left_behind(database) if orders is None else 0,
        runs.first_start_ms(database),
    )


def is_failing(component: Component) -> bool:
    return component.state is ComponentState.FAILING


def _unstamped(configuration: Configuration, database: Database) -> UnstampedStore:
    slot_ms = milliseconds(configuration.reporting.slot)
    return UnstampedStore(database, ReadingStore(database), boot_id(), slot_ms)


def _destinations(
    configuration: Configuration,
    database: Database,
    board: dict[tuple[ComponentKind, str], Component],
    now_ms: int,
    asked_for: str | None,
    orders: OrdersStatus | None,
) -> tuple[DestinationStatus, ...]:
    outbox = OutboxStore(database)
    silent = {finding.subject: finding for finding in EventStore(database).lasting((Topic.OUTAGE,))}
    active = {destination.name for destination in configuration.active_destinations}
    configured = {destination.name: destination for destination in configuration.destinations}
    gone = [name for name in outbox.destinations() if name not in configured]
    found = []
    for name in [*configured, *gone]:
        destination = configured.get(name)
        gets_orders = orders is not None and orders.destination == name
        counts = _of_orders(orders) if orders is not None and gets_orders else outbox.counts(name, now_ms)
        if destination is None and name != asked_for and not (counts.pending or counts.refused):
            continue
        today, month = (None, None)
        if destination is not None and name in active:
            today, month = _ratios(outbox, destination, configuration.station.timezone, now_ms)
        elif orders is not None and gets_orders:
            today = orders.today.share_in_time
        found.append(
            DestinationStatus(
                name,
                destination is not None,
                name in active or gets_orders,
                board.get((ComponentKind.DESTINATION, name)),
                board.get((ComponentKind.CERTIFICATE, name)),
                counts,
                today,
                month,
                silent.get(name),
                DigestDeliveries(database).counts(name),
                None if destination is None else destination.official_name,
                gets_orders,
            )
        )
    return tuple(found)


def _of_orders(orders: OrdersStatus) -> DestinationCounts:
    return DestinationCounts(orders.waiting, orders.set_aside, orders.oldest_waiting_ms, orders.last_accepted_ms)


def _ratios(outbox: OutboxStore, destination: Destination, zone: str, now_ms: int) -> tuple[float | None, float | None]:
    midnight = local_time(now_ms, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = _ratio(outbox, destination, utc_ms(midnight), now_ms - DUE_MS)
    return today, _ratio(outbox, destination, utc_ms(midnight.replace(day=1)), now_ms - DUE_MS)


def _ratio(outbox: OutboxStore, destination: Destination, from_ms: int, due_ms: int) -> float | None:
    """Received / expected as the authority counts it: every slot of the time, whether or not the gateway was on, from
    the one that ends at its first instant and bears that day in its name on, as in reports."""
    after_ms = from_ms - 1
    period = Period(after_ms, max(after_ms, due_ms), milliseconds(destination.interval_length))
    delivered = outbox.delivered_between(destination.name, after_ms, due_ms)
    percent = Ratio(min(delivered, len(period)), len(period)).percent
    return None if percent is None else percent / 100
