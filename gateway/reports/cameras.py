"""What the recorder's database tells of cameras: how it stands with each, what there is of it, what is missing, why.

Read-only, and whether or not the recorder runs. A database that is not there, is of another version's making or cannot
be read is said to be so, and nothing else is made of it.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.cameras.catalog.known_cameras import known_cameras
from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.video import CameraEvent
from gateway.db import Database
from gateway.reports.camera_report import CameraReport, camera_report, unknown_camera
from gateway.runtime import lock


@dataclass(frozen=True, slots=True)
class CamerasReport:
    """All of them, those of the configuration first. `unknown`: why nothing is known, in words for a person."""

    at_ms: int
    is_running: bool
    cameras: tuple[CameraReport, ...]
    findings: tuple[CameraEvent, ...] = ()
    """What lasts and is of no camera in particular: the disk, the room on it."""
    unknown: str | None = None


def read_cameras(configuration: Configuration, now: Instant) -> CamerasReport | None:
    """As the database has them; `None`: none is configured, and none was ever recorded here."""
    is_running = lock.is_held(configuration.storage.path, lock.CAMERAS_LOCK)
    try:
        with closing(open_cameras_database(configuration.storage.path, read_only=True)) as database:
            return _report(configuration, database, now.wall_ms, is_running=is_running)
    except FileNotFoundError:
        if configuration.cameras is None:
            return None
        unknown: str = Phrase("the recorder has never run here (systemctl enable --now station-gateway-cameras)")
    except OSError as error:
        unknown = Phrase(
            "{path} cannot be read ({strerror})", path=cameras_file(configuration.storage.path), strerror=error.strerror
        )
    except GatewayError as error:
        unknown = str(error)
    names = [camera.name for camera in configuration.cameras.list] if configuration.cameras else []
    return CamerasReport(now.wall_ms, is_running, tuple(unknown_camera(name) for name in names), (), unknown)


def camera_events(configuration: Configuration, from_ms: int, until_ms: int) -> list[CameraEvent]:
    """Those that touch the time, oldest first; none where no recorder ever ran.

    Raises:
        GatewayError: the database cannot be read.
    """
    try:
        with closing(open_cameras_database(configuration.storage.path, read_only=True)) as database:
            return CameraEventStore(database).between(from_ms, until_ms)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise GatewayError(
            Phrase(
                "{path} cannot be read ({strerror})",
                path=cameras_file(configuration.storage.path),
                strerror=error.strerror,
            )
        ) from None


def _report(configuration: Configuration, database: Database, now_ms: int, *, is_running: bool) -> CamerasReport:
    states = {one.name: one for one in CameraStateStore(database).all()}
    lasting = CameraEventStore(database).lasting()
    configured = [camera.name for camera in configuration.cameras.list] if configuration.cameras else []
    names = dict.fromkeys((*configured, *known_cameras(database)))
    found = []
    for name in names:
        findings = tuple(one for one in lasting if one.camera == name)
        one = camera_report(configuration, database, name, states.get(name), findings, now_ms, is_running=is_running)
        if name in configured or one.oldest_ms is not None:
            found.append(replace(one, is_configured=name in configured))
    of_all = tuple(one for one in lasting if one.camera not in names)
    return CamerasReport(now_ms, is_running, tuple(found), of_all)
