"""The daemon: a start in order, its workers, an end in order. What the workers are made of stands beside it."""

from __future__ import annotations

from gateway import __version__
from gateway.app import settings
from gateway.app.alert_wiring import alert_workers
from gateway.app.in_force import tell_what_is_in_force
from gateway.app.lasting import build_lasting
from gateway.app.reload_worker import ReloadWorker
from gateway.app.station_workers import StationWorkers
from gateway.app.taken_files import keep_taken, tell_copies
from gateway.audit import runs
from gateway.audit.rollback import account_for_rollback
from gateway.audit.taking_over import take_over
from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.db import open_database
from gateway.db.anchor import AnchorFile
from gateway.db.before_opening import look_at_log
from gateway.journal.key_in_force import open_key
from gateway.runtime import lock
from gateway.runtime.clock import SystemClock, boot_id
from gateway.runtime.load_apart import LoadApart
from gateway.runtime.process import Process
from gateway.runtime.storage_folder import make_storage_folder
from gateway.runtime.systemd import Notifier


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
        configuration = self._configuration
        storage = configuration.storage.path
        make_storage_folder(storage)
        with lock.hold(storage):
            log = look_at_log(storage / "gateway.db")
            database = open_database(storage / "gateway.db", alive=self._still_starting)
            anchor_file = AnchorFile(storage)
            started, boot = self._clock.now(), boot_id()
            anchor = account_for_rollback(database, anchor_file, log, started.wall_ms)
            key = open_key(database, storage, started.wall_ms)
            take_over(database, started.wall_ms, self._still_starting)
            tellers = alert_workers(configuration, database, self._clock)
            run = runs.begin(database, started.wall_ms, __version__, boot)
            tell_what_is_in_force(database, configuration, started.wall_ms)
            keep_taken(configuration)
            try:
                anchored = (anchor_file, anchor)
                lasting = build_lasting(
                    configuration, database, self._clock, self._process.wake, run, started, boot, anchored, key
                )
                tell_copies(configuration, lasting.board, started.wall_ms)
                station = StationWorkers(lasting, tellers)
                workers = station.begin(configuration, started)
            except GatewayError as error:
                runs.end(database, run, self._clock.now().wall_ms, Phrase("it could not start: {error}", error=error))
                raise

            apart = LoadApart()

            def finish() -> None:
                lasting.recorder.finish()
                runs.end(database, run, self._clock.now().wall_ms, self._process.why_it_ends)
                lasting.keeper.finish(self._clock.now())
                database.close()

            return self._process.run(
                [*workers, ReloadWorker(configuration, lasting, station, self._process, apart, apart.give_up)],
                summary=settings.summary(configuration),
                finish=finish,
                loss="the last readings could not be kept",
                on_standstill=lasting.standing.stood_still,
            )

    @property
    def starts_again(self) -> bool:
        """Whether, after `run`, this very process is to begin anew, with the file as it is then."""
        return self._process.starts_again

    def _still_starting(self) -> None:
        self._process.still_starting("the database is being checked, or brought to the newest schema")
