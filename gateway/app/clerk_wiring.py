"""The clerk, built from the configuration: the stages between a reading and the outbox, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.app import settings
from gateway.app.box_wiring import box_watch
from gateway.app.digest_wiring import daily_digest
from gateway.app.lasting import Lasting
from gateway.app.order_wiring import late_order_watch
from gateway.audit.amounts import amount_teller
from gateway.audit.calibration_findings import CalibrationFindings
from gateway.audit.camera_entries import CameraEntries
from gateway.audit.component_watch import ComponentWatch
from gateway.audit.configurations import runs_since_ms
from gateway.audit.disk_space import DiskSpaceWatch
from gateway.audit.equipment_watch import EquipmentWatch
from gateway.audit.event_entries import RestlessEvents
from gateway.audit.events import EventStore
from gateway.audit.held_watch import HeldWatch
from gateway.audit.limit_history import limits_in_force
from gateway.audit.limit_watch import LimitWatch
from gateway.audit.long_outages import LongOutageWatch
from gateway.audit.record_watch import RecordWatch
from gateway.audit.set_aside_watch import SetAsideWatch
from gateway.config import Configuration
from gateway.core.interfaces import PollProgress
from gateway.db.rounds import Rounds
from gateway.db.set_aside import DamageNotes
from gateway.files.filer import Filer
from gateway.files.store import FileStore
from gateway.journal.matters import tell_damage
from gateway.outbox.backfill import Backfill
from gateway.outbox.expiry import Expiry
from gateway.outbox.plan_store import PlanStore
from gateway.outbox.planner import Planner
from gateway.outbox.store import OutboxStore
from gateway.readings.calibrations import CalibrationWatch
from gateway.records.closer import Closer
from gateway.records.derivations import DerivationAdoption, DerivationStore
from gateway.records.slot_reasons import SlotReasonStore
from gateway.records.store import RecordStore
from gateway.runtime.clerk import Clerk, Stage
from gateway.sampler.sampler import Sampler


@dataclass(frozen=True, slots=True)
class BesideTheClerk:
    """What works beside it and has a share in its work. `sequences` and `samplers` are stages, and so are the ports'
    `looks`; `measured_since_s`: since when, by the monotonic clock, what is measured has been configured as it is."""

    pollers: Sequence[PollProgress]
    sequences: Sequence[Stage]
    samplers: Sequence[Sampler]
    looks: Sequence[Stage]
    measured_since_s: float


def build_clerk(configuration: Configuration, lasting: Lasting, beside: BesideTheClerk) -> Clerk:
    """To be called when no other clerk is at work."""
    database = lasting.database
    return Clerk(
        [
            *beside.sequences,  # first: whatever another stage cannot do, an open valve is closed
            lasting.clock_watch,
            DiskSpaceWatch(configuration.storage.path),
            lasting.recorder,
            lasting.parameter_board,
            lasting.stamping,
            *beside.samplers,
            box_watch(configuration, database),  # heat and voltage wait for no clock
            DamageNotes(database, tell_damage),
            *beside.looks,
            lasting.board,
            ComponentWatch(
                database,
                EventStore(database),
                [one.name for one in configuration.instruments],
                settings.watched_destinations(configuration),
            ),
            lasting.profiles,
        ],
        timed=_timed(configuration, lasting, beside),
        gate=lasting.stamping,
        board=lasting.board,
    )


def _timed(configuration: Configuration, lasting: Lasting, beside: BesideTheClerk) -> list[Stage]:
    """What runs only while the clock is trusted."""
    database, trust = lasting.database, lasting.trust
    events, records, files, plans = (
        EventStore(database),
        RecordStore(database),
        FileStore(database),
        PlanStore(database),
    )
    rules, zone = settings.closing_rules(configuration), configuration.station.zone
    derivations = DerivationStore(database)
    return [
        lasting.standing,
        CalibrationWatch(lasting.calibrations, zone),
        DerivationAdoption(derivations, configuration.derivation, beside.measured_since_s, trust),
        Closer(
            lasting.readings,
            records,
            rules,
            settings.expectations(configuration),
            beside.measured_since_s,
            beside.pollers,
            lasting.recorder.flush,
            trust,
            derivations,
            lasting.parameter_board,
            amount_teller(EventStore(database), lasting.clock),
            runs_since_ms(database, configuration.source.sha256),
        ),
        lasting.keeper,
        Filer(files, settings.renderings(configuration)),
        Planner(plans, settings.subscriptions(configuration), lasting.wake),
        RecordWatch(
            records,
            events,
            limits_in_force(database, configuration.finding_rules).rules(configuration.finding_rules),
            _alarm(configuration, beside.samplers),
            SlotReasonStore(database),
        ),
        SetAsideWatch(database, events),
        HeldWatch(database, events),
        *late_order_watch(configuration, database),
        RestlessEvents(database),
        CameraEntries(database, configuration.storage.path),
        CalibrationFindings(configuration, database, events),
        LimitWatch(database, configuration.finding_rules, configuration.station.timezone),
        EquipmentWatch(configuration.validities, events, configuration.station.timezone),
        LongOutageWatch(database, events, configuration.station.code, rules.slot_ms, settings.awaited(configuration)),
        Backfill(records, files, plans, settings.backfill_targets(configuration), lasting.wake),
        *daily_digest(configuration, database, lasting.key, lasting.wake),
        Expiry(lasting.readings, records, OutboxStore(database), settings.retention(configuration), Rounds(database)),
    ]


def _alarm(configuration: Configuration, samplers: Sequence[Sampler]) -> Callable[[str], object] | None:
    """Who is to be told when a limit begins to be exceeded."""
    if configuration.sampler is None or "exceeded" not in configuration.sampler.on:
        return None
    return samplers[0].request_sample
