"""The only place where things are built and connected. Started in order, stopped in reverse."""

from __future__ import annotations

import errno
import logging
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway import __version__
from gateway.audit import runs
from gateway.audit.certificates import CertificateWatch
from gateway.audit.clock_watch import ClockWatch
from gateway.audit.disk_space import DiskSpaceWatch
from gateway.audit.events import EventStore
from gateway.audit.long_outages import Awaiting, LongOutageWatch
from gateway.audit.record_watch import RecordWatch
from gateway.config import Configuration, Destination
from gateway.core.errors import GatewayError, StoreError
from gateway.core.instants import day_begins_ms, milliseconds
from gateway.core.interfaces import Clock, Instant, Worker
from gateway.core.record import Expectation
from gateway.core.retention import Retention
from gateway.db import Database, open_database
from gateway.db.board import Board
from gateway.db.rounds import Rounds
from gateway.files.filer import Filer
from gateway.files.formats import TT10, Form, Rendering
from gateway.files.store import FileStore
from gateway.instruments.registry import build_pollers
from gateway.instruments.sampler_command import SamplerCommands
from gateway.outbox.courier import Courier
from gateway.outbox.expiry import Expiry
from gateway.outbox.lanes import Crossing, Lane, Route, barred_until_s
from gateway.outbox.newcomers import Newcomer, Newcomers
from gateway.outbox.outages import rejected_ms
from gateway.outbox.planner import Planner, Subscription
from gateway.outbox.presence import Presence
from gateway.outbox.server_profiles import profile_recorder
from gateway.outbox.store import OutboxStore
from gateway.readings.calibrations import CalibrationStore, CalibrationWatch
from gateway.readings.recorder import Recorder
from gateway.readings.store import ReadingStore
from gateway.records.closer import Closer, ClosingRules
from gateway.records.derivations import DerivationStore
from gateway.records.store import RecordStore
from gateway.runtime import lock
from gateway.runtime.clerk import Clerk
from gateway.runtime.clock import SystemClock
from gateway.runtime.supervisor import Supervisor
from gateway.runtime.systemd import Notifier
from gateway.sampler.sampler import Sampler
from gateway.sampler.store import SampleStore
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.registry import UplinkContext, open_online_signal, open_uplink, pools_of

_log = logging.getLogger(__name__)

STOP_WITHIN_S = 7.0
"""systemd is promised an end within ten seconds; the rest is for the last commit."""
LAST_COMMIT_WITHIN_S = 2.0
LOOK_EVERY_S = 1.0


class Daemon:
    """`gateway run`: polls, keeps, closes, files, delivers, until told to stop."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._clock = SystemClock()
        self._notifier = Notifier()
        self._stopping = threading.Event()
        self._damaged = False

    def run(self) -> int:
        """Run until SIGTERM or SIGINT. Returns the exit code: 0 after a clean stop, 1 if systemd should start it again.

        Raises:
            GatewayError: it cannot start; nothing was started.
        """
        storage = self._configuration.storage.path
        _make_folder(self._configuration)
        with lock.hold(storage):
            database = open_database(storage / "gateway.db", alive=self._still_starting)
            started = self._clock.now()
            run = runs.begin(database, started.wall_ms, __version__)
            recorder, workers = self._build(database, run, started)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self._stopping.set())
            supervisor = self._supervisor = Supervisor(workers, self._clock, self._give_up)
            supervisor.start()
            _log.info("gateway started version=%s %s", __version__, _summary(self._configuration))
            self._notifier.ready(_summary(self._configuration))
            self._watch(supervisor)
            self._notifier.stopping()
            for name in supervisor.stop(STOP_WITHIN_S):
                _log.warning("worker did not stop in time worker=%s", name)
            return self._finish(database, recorder, run)

    def _finish(self, database: Database, recorder: Recorder, run: int) -> int:
        """The last commit, if the database can still take one: a worker that hangs may hold it for ever."""
        if self._damaged:
            return 1
        signal.signal(signal.SIGALRM, _too_late)
        signal.setitimer(signal.ITIMER_REAL, LAST_COMMIT_WITHIN_S)
        try:
            recorder.flush()
            runs.end(database, run, self._clock.now().wall_ms)
            database.close()
        except StoreError as error:
            _log.error("the last readings could not be kept error=%r", str(error))
            return 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        _log.info("gateway stopped")
        return 0

    def _still_starting(self) -> None:
        self._notifier.starting("the database is being checked, or brought to the newest schema")

    def _give_up(self) -> None:
        self._damaged = True
        self._stopping.set()

    def _watch(self, supervisor: Supervisor) -> None:
        """Feed systemd's watchdog, as long as no worker hangs: a hung worker is a restart, not a silence."""
        interval_s = min(LOOK_EVERY_S, (self._notifier.watchdog_s or LOOK_EVERY_S * 2) / 2)
        told: list[str] = []
        while not self._stopping.wait(interval_s):
            hung = supervisor.hung()
            if not hung:
                self._notifier.alive()
            elif hung != told:
                _log.critical("worker hangs, the watchdog is no longer fed worker=%s", ",".join(hung))
            told = hung

    def _build(self, database: Database, run: int, started: Instant) -> tuple[Recorder, list[Worker]]:
        configuration, started_ms = self._configuration, started.wall_ms
        slot_ms = milliseconds(configuration.reporting.slot)
        grace_ms = milliseconds(configuration.reporting.grace)
        readings, records = ReadingStore(database), RecordStore(database)
        files, outbox = FileStore(database), OutboxStore(database)
        board = Board(database)
        calibrations = CalibrationStore(database)
        recorder = Recorder(
            readings,
            {instrument.name: milliseconds(instrument.poll) for instrument in configuration.instruments},
            slot_ms,
            grace_ms,
            configuration.aggregations,
            calibrations,
        )
        commands = SamplerCommands()
        pollers = build_pollers(configuration, self._clock, recorder, board, commands)
        active = configuration.active_destinations
        intervals_ms = {milliseconds(destination.interval_length) for destination in active}
        rules = ClosingRules(
            slot_ms,
            grace_ms,
            configuration.reporting.min_coverage,
            tuple(sorted(interval for interval in intervals_ms if interval > slot_ms)),
        )
        derivations = DerivationStore(database)
        derivations.adopt(configuration.derivation, started_ms)
        retention = Retention(milliseconds(configuration.storage.readings), milliseconds(configuration.storage.records))
        samplers = _samplers(configuration, database, commands, self._clock)
        alarm = _alarm(configuration, samplers)
        clerk = Clerk(
            [
                ClockWatch(database, run, started),
                DiskSpaceWatch(configuration.storage.path),
                CalibrationWatch(calibrations, configuration.station.zone),
                recorder,
                Closer(
                    readings,
                    records,
                    rules,
                    _expectations(configuration),
                    started_ms,
                    pollers,
                    recorder.flush,
                    derivations,
                ),
                Filer(files, _renderings(configuration)),
                Planner(outbox, [_subscription(destination) for destination in active], self._wake_couriers),
                RecordWatch(records, EventStore(database), configuration.finding_rules, alarm),
                LongOutageWatch(
                    database,
                    EventStore(database),
                    configuration.station.code,
                    slot_ms,
                    [Awaiting(one.name, milliseconds(one.interval_length)) for one in active],
                ),
                Newcomers(records, files, outbox, _newcomers(configuration), self._wake_couriers),
                Expiry(readings, records, outbox, retention, Rounds(database)),
                *samplers,
                board,
            ]
        )
        pools = pools_of(active, self._clock)
        deliverers = [
            worker
            for destination in active
            for crossing in [self._crossing(destination, database)]
            for worker in self._deliverers(
                destination, crossing, pools[destination.name], outbox, files, board, database
            )
        ]
        return recorder, [*pollers, clerk, *deliverers]

    def _crossing(self, destination: Destination, database: Database) -> Crossing:
        rejected = rejected_ms(database, destination.name)
        changed = _changed_ms(self._configuration.file, destination)
        return Crossing(barred_until_s(rejected, changed, self._clock.now()))

    def _deliverers(
        self,
        destination: Destination,
        crossing: Crossing,
        pool: ConnectionPool[Any],
        outbox: OutboxStore,
        files: FileStore,
        board: Board,
        database: Database,
    ) -> Iterator[Worker]:
        """A courier for each lane, and the presence where the destination can show one."""
        watch = CertificateWatch(destination.name, board, self._clock)
        for lane in Lane:
            context = UplinkContext(
                self._configuration.station.code,
                lane.value,
                lane is Lane.BACKLOG,
                watch.seen_until,
                pool,
                profile_recorder(database, destination.name, self._clock) if lane is Lane.LIVE else None,
            )
            yield Courier(
                _route(self._configuration, destination),
                lane,
                open_uplink(destination, context),
                outbox,
                files,
                crossing,
                board,
                self._clock,
                random.random,
            )
            signal = open_online_signal(destination, context) if lane is Lane.LIVE else None
            if signal is not None:
                yield Presence(destination.name, signal, crossing, self._clock, random.random)

    def _wake_couriers(self) -> None:
        self._supervisor.wake()


def _too_late(*_: object) -> None:
    raise StoreError(f"the database was not free within {LAST_COMMIT_WITHIN_S:g} s")


def _make_folder(configuration: Configuration) -> None:
    folder = configuration.storage.path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "gateway.lock").touch()
    except OSError as error:
        advice = f"give the folder to the user that runs the gateway (chown gateway: {folder})"
        if error.errno in (errno.EEXIST, errno.ENOTDIR):
            advice = "a file stands where a folder should be: move it, or name another folder"
        if error.errno == errno.EROFS:
            # What the unit does not name is read-only to the service, however writable it looks from outside.
            advice = (
                "mount it for writing; under systemd write ReadWritePaths="
                f"{folder} below [Service] with: systemctl edit station-gateway"
            )
        raise GatewayError(f"storage.path {folder} cannot be written: {error.strerror}; {advice}") from error


def _summary(configuration: Configuration) -> str:
    parameters = sum(len(instrument.parameters) for instrument in configuration.instruments)
    return (
        f"station={configuration.station.code} links={len(configuration.links)}"
        f" instruments={len(configuration.instruments)} parameters={parameters}"
        f" destinations={len(configuration.active_destinations)}"
    )


def _expectations(configuration: Configuration) -> list[Expectation]:
    aggregations = configuration.aggregations
    return [
        Expectation(measured.measured, milliseconds(instrument.poll), aggregations.get(measured.measured))
        for instrument in configuration.instruments
        for measured in instrument.parameters
    ]


def _renderings(configuration: Configuration) -> list[Rendering]:
    """One for each form that a destination wants; without any destination, the regulation's file."""
    forms = dict.fromkeys(map(_form, configuration.active_destinations)) or {TT10: None}
    return [_rendering(configuration, form) for form in forms]


def _form(destination: Destination) -> Form:
    return Form(destination.form.value, destination.template or "", destination.renamed)


def _rendering(configuration: Configuration, form: Form) -> Rendering:
    station = configuration.station
    return Rendering(
        form.format,
        station.province,
        station.facility,
        station.code,
        station.timezone,
        configuration.reporting.missing_value.value,
        tuple((sent.line, sent.shown_decimals) for sent in configuration.sent),
        form.template,
        form.symbols,
    )


def _subscription(destination: Destination) -> Subscription:
    return Subscription(destination.name, milliseconds(destination.interval_length), _form(destination))


def _route(configuration: Configuration, destination: Destination) -> Route:
    return Route(
        destination.name,
        destination.folder,
        configuration.station.timezone,
        milliseconds(destination.interval_length),
        destination.backlog.rate,
    )


def _newcomers(configuration: Configuration) -> list[Newcomer]:
    """The destinations that are to have what lies before them, each from its day on."""
    return [
        Newcomer(
            destination.name,
            milliseconds(destination.interval_length),
            _rendering(configuration, _form(destination)),
            day_begins_ms(destination.since, configuration.station.zone),
        )
        for destination in configuration.active_destinations
        if destination.since is not None
    ]


def _changed_ms(configured_in: Path, destination: Destination) -> int:
    """When a person last touched what decides whether the destination lets us in."""
    secrets = [secret.file for secret in (destination.password, destination.key) if secret is not None]
    touched = [configured_in, destination.ca, *secrets]
    return max(file.stat().st_mtime_ns // 1_000_000 for file in touched if file is not None and file.exists())


def _samplers(
    configuration: Configuration, database: Database, commands: SamplerCommands, clock: Clock
) -> list[Sampler]:
    """The automatic sampler, if the station has one."""
    if configuration.sampler is None:
        return []
    return [Sampler(SampleStore(database), commands, milliseconds(configuration.sampler.min_interval), clock)]


def _alarm(configuration: Configuration, samplers: Sequence[Sampler]) -> Callable[[str], object] | None:
    """Who is to be told when a limit begins to be exceeded."""
    if configuration.sampler is None or "exceeded" not in configuration.sampler.on:
        return None
    return samplers[0].request_sample
