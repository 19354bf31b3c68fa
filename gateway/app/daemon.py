"""The daemon's wiring: the only place where things are built and connected. Started in order, stopped in reverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time

from gateway import __version__
from gateway.app import settings
from gateway.app.act_wiring import acts_at_the_page
from gateway.app.alert_wiring import alert_workers
from gateway.app.box_wiring import box_watch
from gateway.app.calibration_wiring import calibration_sequences
from gateway.app.clock_wiring import trust_keeper, witness_watch
from gateway.app.delivery_wiring import delivery_workers
from gateway.app.digest_wiring import daily_digest
from gateway.app.port_wiring import port_watching
from gateway.audit import runs
from gateway.audit.amounts import amount_teller
from gateway.audit.anchoring import AnchorKeeper
from gateway.audit.calibration_findings import CalibrationFindings
from gateway.audit.camera_entries import CameraEntries
from gateway.audit.clock_watch import ClockWatch
from gateway.audit.component_watch import ComponentWatch
from gateway.audit.configurations import adopt
from gateway.audit.disk_space import DiskSpaceWatch
from gateway.audit.equipment_watch import EquipmentWatch
from gateway.audit.event_entries import RestlessEvents
from gateway.audit.events import EventStore
from gateway.audit.held_watch import HeldWatch
from gateway.audit.in_force import tell_limits, tell_versions
from gateway.audit.inspection import Inspection
from gateway.audit.limit_history import limits_in_force
from gateway.audit.limit_watch import LimitWatch, log_limits
from gateway.audit.long_outages import LongOutageWatch
from gateway.audit.record_watch import RecordWatch
from gateway.audit.rollback import account_for_rollback
from gateway.audit.set_aside_watch import SetAsideWatch
from gateway.audit.standstills import StandstillWatch
from gateway.audit.taking_over import take_over
from gateway.calibrations.plan import sequence_plans
from gateway.clock.store import ClockStore
from gateway.clock.witness_watch import WitnessWatch
from gateway.config import Configuration
from gateway.config.profiles.in_force import to_json
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock, Instant, Worker
from gateway.core.rollback import Anchor
from gateway.db import Database, open_database
from gateway.db.anchor import AnchorFile
from gateway.db.before_opening import look_at_log
from gateway.db.board import Board
from gateway.db.commits import CommitWatch
from gateway.db.rounds import Rounds
from gateway.db.set_aside import DamageNotes
from gateway.files.filer import Filer
from gateway.files.store import FileStore
from gateway.instruments.calibration_hold import CalibrationAccess
from gateway.instruments.device_profiles import DeviceProfiles
from gateway.instruments.register_command import RegisterCommands
from gateway.instruments.registry import build_pollers
from gateway.instruments.sampler_command import sampler_command
from gateway.journal.key import JournalKey
from gateway.journal.key_in_force import open_key
from gateway.journal.matters import tell_damage
from gateway.outbox.backfill import Backfill
from gateway.outbox.expiry import Expiry
from gateway.outbox.plan_store import PlanStore
from gateway.outbox.planner import Planner
from gateway.outbox.store import OutboxStore
from gateway.readings.calibrations import CalibrationStore, CalibrationWatch
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.recorder import Recorder
from gateway.readings.stamping import Stamping
from gateway.readings.store import ReadingStore
from gateway.readings.unstamped import UnstampedStore
from gateway.records.closer import Closer
from gateway.records.derivations import DerivationAdoption, DerivationStore
from gateway.records.slot_reasons import SlotReasonStore
from gateway.records.store import RecordStore
from gateway.runtime import lock
from gateway.runtime.clerk import Clerk
from gateway.runtime.clock import SystemClock, boot_id
from gateway.runtime.process import Process
from gateway.runtime.schedule import AlarmClock
from gateway.runtime.storage_folder import make_storage_folder
from gateway.runtime.systemd import Notifier
from gateway.runtime.versions import versions
from gateway.sampler.sampler import Sampler
from gateway.sampler.store import SampleStore

NIGHTLY = time(3, 10)
"""When the database is looked through, by the station's clocks: between two hours, when nothing else is due."""


class Daemon:
    """`gateway run`: polls, keeps, closes, files, delivers, until told to stop."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._clock = SystemClock()
        self._process = Process("gateway", self._clock, Notifier())

    def run(self) -> int:
        """Run until SIGTERM or SIGINT. Returns the exit code: 0 after a clean stop, 1 if systemd should start it again.

        Raises:
            GatewayError: it cannot start; nothing was started.
        """
        storage = self._configuration.storage.path
        make_storage_folder(storage)
        with lock.hold(storage):
            log = look_at_log(storage / "gateway.db")
            database = open_database(storage / "gateway.db", alive=self._still_starting)
            anchor_file = AnchorFile(storage)
            started, boot = self._clock.now(), boot_id()
            anchor = account_for_rollback(database, anchor_file, log, started.wall_ms)
            key = open_key(database, storage, started.wall_ms)
            take_over(database, started.wall_ms, self._still_starting)
            tellers = alert_workers(self._configuration, database, self._clock)
            run = runs.begin(database, started.wall_ms, __version__, boot, to_json(self._configuration.profiles))
            self._tell_what_is_in_force(database, started.wall_ms)
            try:
                recorder, keeper, standing, workers = self._build(
                    database, run, started, boot, (anchor_file, anchor), key
                )
            except GatewayError as error:
                runs.end(database, run, self._clock.now().wall_ms, f"it could not start: {error}")
                raise

            def finish() -> None:
                recorder.finish()
                runs.end(database, run, self._clock.now().wall_ms, self._process.why_it_ends)
                keeper.finish(self._clock.now())
                database.close()

            return self._process.run(
                [*workers, *tellers],
                summary=settings.summary(self._configuration),
                finish=finish,
                loss="the last readings could not be kept",
                on_standstill=standing.stood_still,
            )

    def _still_starting(self) -> None:
        self._process.still_starting("the database is being checked, or brought to the newest schema")

    def _tell_what_is_in_force(self, database: Database, now_ms: int) -> None:
        """In the journal, where it is something else than before."""
        configuration = self._configuration
        adopt(database, configuration.source, configuration.taken, configuration.file, now_ms)
        ((schema,),) = database.read("PRAGMA user_version")
        tell_versions(database, {**versions(), "schema": schema}, now_ms)
        if tell_limits(database, configuration.finding_rules, now_ms):
            log_limits(configuration.finding_rules, now_ms)

    def _build(
        self,
        database: Database,
        run: int,
        started: Instant,
        boot: str,
        anchored: tuple[AnchorFile, Anchor],
        key: JournalKey | None,
    ) -> tuple[Recorder, AnchorKeeper, StandstillWatch, list[Worker]]:
        configuration = self._configuration
        clock_store = ClockStore(database)
        trust = trust_keeper(configuration, clock_store, boot, self._clock, self._process.wake)
        keeper = AnchorKeeper(database, *anchored, trust.is_trusted)
        rules = settings.closing_rules(configuration)
        readings, records = ReadingStore(database), RecordStore(database)
        files, plans, outbox = FileStore(database), PlanStore(database), OutboxStore(database)
        board = Board(database)
        database.commits = CommitWatch(self._clock.now, board.report)
        standing = StandstillWatch(database, run, trust)
        calibrations = CalibrationStore(database)
        unstamped = UnstampedStore(database, readings, trust.boot_id, rules.slot_ms)
        stamping = Stamping(unstamped, trust, settings.most_unstamped(configuration))
        parameter_board = ParameterBoard(database, readings, rules.slot_ms, configuration.station.zone)
        recorder = Recorder(
            readings,
            unstamped,
            trust,
            settings.poll_periods_ms(configuration),
            rules.slot_ms,
            rules.grace_ms,
            configuration.aggregations,
            calibrations,
            parameter_board,
        )
        commands = RegisterCommands()
        gases = sequence_plans(configuration)
        calibrated = {plan.instrument: CalibrationAccess(plan.link) for plan in gases}
        sequences = calibration_sequences(gases, calibrated, database, calibrations, trust, started.wall_ms)
        profiles = DeviceProfiles(database, self._clock)
        pollers = build_pollers(configuration, self._clock, recorder, board, commands, calibrated, profiles)
        derivations = DerivationStore(database)
        samplers = _samplers(configuration, database, commands, self._clock)
        alarm = _alarm(configuration, samplers)
        ports = port_watching(configuration, database, board, self._clock)
        clerk = Clerk(
            [
                *sequences,  # first: whatever another stage cannot do, an open valve is closed
                ClockWatch(database, run, started),
                DiskSpaceWatch(configuration.storage.path),
                recorder,
                parameter_board,
                stamping,
                *samplers,
                box_watch(configuration, database),  # heat and voltage wait for no clock
                DamageNotes(database, tell_damage),
                *ports.stages,
                board,
                ComponentWatch(
                    database,
                    EventStore(database),
                    [one.name for one in configuration.instruments],
                    [one.name for one in configuration.active_destinations],
                ),
                profiles,
            ],
            timed=[
                standing,
                CalibrationWatch(calibrations, configuration.station.zone),
                DerivationAdoption(derivations, configuration.derivation, started.mono_s, trust),
                Closer(
                    readings,
                    records,
                    rules,
                    settings.expectations(configuration),
                    started.mono_s,
                    pollers,
                    recorder.flush,
                    trust,
                    derivations,
                    parameter_board,
                    amount_teller(EventStore(database), self._clock),
                ),
                keeper,
                Filer(files, settings.renderings(configuration)),
                Planner(plans, settings.subscriptions(configuration), self._process.wake),
                RecordWatch(
                    records,
                    EventStore(database),
                    limits_in_force(database, configuration.finding_rules).rules(configuration.finding_rules),
                    alarm,
                    SlotReasonStore(database),
                ),
                SetAsideWatch(database, EventStore(database)),
                HeldWatch(database, EventStore(database)),
                RestlessEvents(database),
                CameraEntries(database, configuration.storage.path),
                CalibrationFindings(configuration, database, EventStore(database)),
                LimitWatch(database, configuration.finding_rules, configuration.station.timezone),
                EquipmentWatch(configuration.validities, EventStore(database), configuration.station.timezone),
                LongOutageWatch(
                    database,
                    EventStore(database),
                    configuration.station.code,
                    rules.slot_ms,
                    settings.awaited(configuration),
                ),
                Backfill(records, files, plans, settings.backfill_targets(configuration), self._process.wake),
                *daily_digest(configuration, database, key, self._process.wake),
                Expiry(readings, records, outbox, settings.retention(configuration), Rounds(database)),
            ],
            gate=stamping,
            board=board,
        )
        deliverers = delivery_workers(configuration, outbox, files, board, database, self._clock, trust)
        watch = witness_watch(configuration, trust, clock_store, run, self._clock)
        inspection = Inspection(database)
        alarm_clock = self._alarm_clock(watch, inspection)
        acts = acts_at_the_page(configuration, database, self._clock)
        workers: list[Worker] = [watch, *pollers, clerk, *deliverers, inspection, *ports.workers, *acts, alarm_clock]
        return recorder, keeper, standing, workers

    def _alarm_clock(self, witnesses: WitnessWatch, inspection: Inspection) -> AlarmClock:
        """What is done by the calendar."""

        def waking(worker: WitnessWatch | Inspection) -> Callable[[], None]:
            def ring() -> None:
                worker.ring()
                self._process.wake(worker.name)

            return ring

        alarm = AlarmClock()
        alarm.every("ask for the time", self._configuration.clock.check_every.total_seconds(), waking(witnesses))
        alarm.daily("look through the database", NIGHTLY, self._configuration.station.zone, waking(inspection))
        return alarm


def _samplers(
    configuration: Configuration, database: Database, commands: RegisterCommands, clock: Clock
) -> list[Sampler]:
    """The automatic sampler, if the station has one."""
    if configuration.sampler is None:
        return []
    sampler = configuration.sampler
    pause_ms = settings.sampling_pause_ms(sampler)
    return [Sampler(SampleStore(database), commands, sampler_command(sampler), pause_ms, clock)]


def _alarm(configuration: Configuration, samplers: Sequence[Sampler]) -> Callable[[str], object] | None:
    """Who is to be told when a limit begins to be exceeded."""
    if configuration.sampler is None or "exceeded" not in configuration.sampler.on:
        return None
    return samplers[0].request_sample
