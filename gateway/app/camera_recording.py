"""The cameras' recorder: its wiring, and nothing else. A process of its own beside the daemon, with a lock and a
database of its own; of the daemon it reads what is thought of the clock."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.app.camera_clock import FollowedTrust, trust_by_others
from gateway.app.video_room import readings_room, rules_of
from gateway.audit.certificates import invalid_now
from gateway.audit.occasions import StationOccasions
from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.catalog import VideoCatalog
from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.cameras.catalog.database_watch import CameraDatabaseWatch
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.not_running import NotRunning
from gateway.cameras.catalog.reconcile import VideoReconciliation
from gateway.cameras.catalog.recovery import recover_set_aside
from gateway.cameras.catalog.restamping import VideoRestamping
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.catalog.video_index import VideoIndex
from gateway.cameras.disk.disk_claim import DiskClaim
from gateway.cameras.disk.disk_unusable import DiskUnusable
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.cameras.feed.feed import Feed
from gateway.cameras.feed.feed_socket import feed_socket
from gateway.cameras.feed.views import ViewStore
from gateway.cameras.keeping.janitor import Janitor
from gateway.cameras.keeping.occasion_pins import OccasionPins
from gateway.cameras.keeping.pins import PinStore
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.cameras.packet import PacketListener
from gateway.cameras.pictures.unwatched_findings import UnwatchedFindings
from gateway.cameras.recording.log_report import note_log
from gateway.cameras.recording.recorder import CameraRecorder
from gateway.cameras.recording.segment_cutter import SegmentCutter
from gateway.cameras.recording.segment_sync import SegmentSync
from gateway.cameras.recording.state_report import StateReport
from gateway.cameras.stream.rtsp_source import RtspSource
from gateway.config import Configuration
from gateway.config.cameras import CamerasSettings, RelaySettings
from gateway.core.errors import StoreError, StoreFull
from gateway.core.interfaces import Worker
from gateway.db import Database
from gateway.db.before_opening import look_at_log
from gateway.runtime import lock
from gateway.runtime.clock import SystemClock
from gateway.runtime.process import Process
from gateway.runtime.storage_folder import make_storage_folder
from gateway.runtime.systemd import Notifier

if TYPE_CHECKING:
    from gateway.cameras.pictures.picture_watch import PictureWatch

_log = logging.getLogger(__name__)


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
        make_storage_folder(storage, "station-gateway-cameras")
        with lock.hold(storage, lock.CAMERAS_LOCK):
            log = look_at_log(cameras_file(storage))
            database = open_cameras_database(storage, alive=self._still_starting)
            trust = trust_by_others(self._configuration, self._clock)
            now = self._clock.now()
            trust.step(now)
            note_log(database, log, now.wall_ms)
            self._recover(database, now.wall_ms)
            sync = SegmentSync()
            index = VideoIndex(SegmentStore(database), GapStore(database), self._process.wake)
            workers = self._build(storage, database, trust, sync, index)

            def finish() -> None:
                now = self._clock.now()
                sync.step(now)
                index.step(now)
                database.close()

            return self._process.run(
                [trust, *workers, sync, index],
                summary=_summary(self._configuration, self._cameras),
                finish=finish,
                loss="the last notes on video could not be kept",
            )

    def _recover(self, database: Database, now_ms: int) -> None:
        """Where the database had to be made anew: what pins hold must not go before a person has looked after it."""
        try:
            found = recover_set_aside(database, now_ms)
        except (OSError, StoreError) as error:
            _log.error("what the old cameras' database holds cannot be taken over error=%r", str(error))
            return
        for file, recovered in found.items():
            _log.error(
                "the cameras' database was set aside, what is whole in it was taken over file=%s taken=%s lost=%s"
                " by_pages=%s",
                file,
                dict(recovered.taken),
                dict(recovered.lost),
                recovered.page_reading is not None,
            )

    def _still_starting(self) -> None:
        self._process.still_starting("the cameras' database is being checked, or brought to the newest schema")

    def _build(
        self, storage: Path, database: Database, trust: FollowedTrust, sync: SegmentSync, index: VideoIndex
    ) -> list[Worker]:
        """Everything that runs but for the three above. Whoever looks on (feed, pictures) is made before the recorders
        that call it."""
        stock, names = VideoStock(database), [camera.name for camera in self._cameras.list]
        disk = VideoDisk(
            self._cameras.storage.path,
            storage,
            VideoDiskStore(database),
            self._clock,
            stock.lies_in,
            readings_room=readings_room(self._configuration, self._cameras),
            claim=DiskClaim(),
        )
        self._know(disk)
        is_watched = any(camera.health.watch for camera in self._cameras.list)
        pictures = [self._pictures(database, disk, trust)] if is_watched else []
        feeds = [] if self._cameras.relay is None else [self._feed(self._cameras.relay, storage, database)]
        listeners: list[PacketListener] = [*pictures, *feeds]
        reconciliation = VideoReconciliation(database, disk.check)

        def make_whole() -> None:
            reconciliation.ring()
            self._process.wake(VideoCatalog.name)

        recorders = [
            CameraRecorder(
                RtspSource(camera, self._clock),
                SegmentCutter(camera.name, disk, sync, index, trust, make_whole),
                index,
                listeners,
                self._clock,
                lambda: self._process.wake(StateReport.name),
            )
            for camera in self._cameras.list
        ]
        states = StateReport(recorders, CameraStateStore(database), CameraEventStore(database), trust)
        keeping: list[Worker] = [
            Janitor(names, disk, database, rules_of(self._configuration, self._cameras), trust),
            OccasionPins(StationOccasions(storage / "gateway.db"), PinStore(database), stock),
        ]
        catalog: list[Worker] = [
            self._catalog(database, disk, trust, reconciliation),
            CameraDatabaseWatch(database),
            UnwatchedFindings(self._cameras.list, database),
        ]
        return [*recorders, states, *keeping, *catalog, *pictures, *feeds]

    def _pictures(self, database: Database, disk: VideoDisk, trust: FollowedTrust) -> PictureWatch:
        from gateway.cameras.pictures.picture_watch import PictureWatch  # with OpenCV and numpy: 29 MB

        return PictureWatch(self._cameras.list, database, disk, self._clock, trust)

    def _know(self, disk: VideoDisk) -> None:
        """Before the first stream is opened: a disk that is known already is asked without the database, and without a
        sync. A camera's thread would wait for both, and on a slow card the camera's frames are lost meanwhile."""
        self._process.still_starting("the video disk is looked at")
        try:
            disk.known_folder()
        except (DiskUnusable, StoreError) as error:  # each recorder asks again, and tells of it
            _log.debug("the video disk is not known yet error=%r", str(error))

    def _catalog(
        self, database: Database, disk: VideoDisk, trust: FollowedTrust, reconciliation: VideoReconciliation
    ) -> VideoCatalog:
        not_running, now = NotRunning(database), self._clock.now()
        if trust.is_trusted(now):
            not_running.note(now.wall_ms)
        return VideoCatalog(VideoRestamping(database, disk.check, trust, not_running, now), reconciliation)

    def _feed(self, relay: RelaySettings, storage: Path, database: Database) -> Feed:
        cameras = [camera.name for camera in self._cameras.list]
        views = ViewStore(database)
        try:
            views.lose_earlier()
        except StoreFull as error:
            _log.error("views of the last run cannot be said to be over error=%r", str(error))
        wrong = None if relay.certificate is None else invalid_now(relay.certificate, self._clock.now().wall_ms)
        if wrong is not None:
            _log.warning("the relay's certificate is not valid now file=%s error=%r", relay.certificate, wrong)
        return Feed(relay, cameras, views, feed_socket(relay.socket, storage))


def _summary(configuration: Configuration, cameras: CamerasSettings) -> str:
    """What runs, as `key=value …`: for the log, and for systemd."""
    relay = "none" if cameras.relay is None else str(cameras.relay.listen)
    return f"station={configuration.station.code} cameras={len(cameras.list)} relay={relay}"
