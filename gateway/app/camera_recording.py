"""The cameras' recorder: its wiring, and nothing else. A process of its own beside the daemon, with a lock and a
database of its own; of the daemon it reads what is thought of the clock."""

from __future__ import annotations

from pathlib import Path

from gateway.cameras.database import open_cameras_database
from gateway.config import Configuration
from gateway.config.cameras import CamerasSettings
from gateway.core.interfaces import Worker
from gateway.db import Database
from gateway.runtime import lock
from gateway.runtime.clock import SystemClock
from gateway.runtime.process import Process
from gateway.runtime.storage_folder import make_storage_folder
from gateway.runtime.systemd import Notifier


class CameraRecording:
    """`gateway cameras run`: records, keeps, looks at pictures, feeds the relay, until told to stop."""

    def __init__(self, configuration: Configuration, cameras: CamerasSettings) -> None:
        self._configuration = configuration
        self._cameras = cameras
        self._clock = SystemClock()
        self._process = Process("recorder of cameras", self._clock, Notifier())

    def run(self) -> int:
        """Run until SIGTERM or SIGINT. Returns the exit code: 0 after a clean stop, 1 if systemd should start it again.

        Raises:
            GatewayError: it cannot start; nothing was started.
        """
        storage = self._configuration.storage.path
        make_storage_folder(storage)
        with lock.hold(storage, lock.CAMERAS_LOCK):
            database = open_cameras_database(storage, alive=self._still_starting)
            workers = self._build(storage, database)
            return self._process.run(
                workers,
                summary=_summary(self._configuration, self._cameras),
                finish=database.close,
                loss="the last notes on video could not be kept",
            )

    def _still_starting(self) -> None:
        self._process.still_starting("the cameras' database is being checked, or brought to the newest schema")

    def _build(self, storage: Path, database: Database) -> list[Worker]:
        """Everything that runs. Whoever looks on (feed, pictures) is made before the recorders that call it."""
        recorders: list[Worker] = []
        keeping: list[Worker] = []
        looking_on: list[Worker] = []
        return [*recorders, *keeping, *looking_on]


def _summary(configuration: Configuration, cameras: CamerasSettings) -> str:
    """What runs, as `key=value …`: for the log, and for systemd."""
    relay = "none" if cameras.relay is None else str(cameras.relay.listen)
    return f"station={configuration.station.code} cameras={len(cameras.list)} relay={relay}"
