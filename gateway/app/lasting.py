"""What a run of the daemon has from its beginning to its end, whatever is configured meanwhile: the database and its
stores, what is thought of the clock, readings that wait to be kept, the board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.app import settings
from gateway.app.clock_wiring import trust_keeper
from gateway.audit.anchoring import AnchorKeeper
from gateway.audit.clock_watch import ClockWatch
from gateway.audit.standstills import StandstillWatch
from gateway.clock.store import ClockStore
from gateway.clock.trust_keeper import TrustKeeper
from gateway.config import Configuration
from gateway.core.interfaces import Clock, Instant
from gateway.core.rollback import Anchor
from gateway.db import Database
from gateway.db.anchor import AnchorFile
from gateway.db.board import Board
from gateway.db.commits import CommitWatch
from gateway.instruments.device_profiles import DeviceProfiles
from gateway.journal.key import JournalKey
from gateway.readings.calibrations import CalibrationStore
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.recorder import Recorder
from gateway.readings.stamping import Stamping
from gateway.readings.store import ReadingStore
from gateway.readings.unstamped import UnstampedStore

Wake = Callable[..., None]
"""Calls the workers whose name begins so, by default all, at once."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """`recorder`, `stamping`, `parameter_board`, `profiles`, `keeper`, `standing` and `clock_watch` are stages of
    whichever clerk there is."""

    database: Database
    clock: Clock
    wake: Wake
    run: int
    clock_store: ClockStore
    trust: TrustKeeper
    board: Board
    readings: ReadingStore
    calibrations: CalibrationStore
    recorder: Recorder
    stamping: Stamping
    parameter_board: ParameterBoard
    profiles: DeviceProfiles
    keeper: AnchorKeeper
    standing: StandstillWatch
    clock_watch: ClockWatch
    key: JournalKey | None


def build_lasting(
    configuration: Configuration,
    database: Database,
    clock: Clock,
    wake: Wake,
    run: int,
    started: Instant,
    boot: str,
    anchored: tuple[AnchorFile, Anchor],
    key: JournalKey | None,
) -> Lasting:
    """`configuration`: the one that this run begins with. `anchored`: the anchor, as it was written last."""
    clock_store = ClockStore(database)
    trust = trust_keeper(configuration, clock_store, boot, clock, wake)
    rules = settings.closing_rules(configuration)
    board = Board(database)
    database.commits = CommitWatch(clock.now, board.report)
    readings, calibrations = ReadingStore(database), CalibrationStore(database)
    unstamped = UnstampedStore(database, readings, trust.boot_id, rules.slot_ms)
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
    return Lasting(
        database,
        clock,
        wake,
        run,
        clock_store,
        trust,
        board,
        readings,
        calibrations,
        recorder,
        Stamping(unstamped, trust, settings.most_unstamped(configuration)),
        parameter_board,
        DeviceProfiles(database, clock),
        AnchorKeeper(database, *anchored, trust.is_trusted),
        StandstillWatch(database, run, trust),
        ClockWatch(database, run, started),
        key,
    )
