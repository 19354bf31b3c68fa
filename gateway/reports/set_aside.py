"""What a person has to know of until it is closed, as `status` tells it: of both databases."""

from __future__ import annotations

from contextlib import closing

from gateway.cameras.catalog.database import open_cameras_database
from gateway.core.errors import GatewayError
from gateway.db import Database
from gateway.db.open_matters import CAMERAS_PREFIX, OpenMatter, open_matters


def all_matters(database: Database, now_ms: int) -> tuple[OpenMatter, ...]:
    """Those of the gateway's database and, if there is one that can be read, of the cameras' beside it."""
    try:
        cameras = open_cameras_database(database.file.parent, read_only=True)
    except (OSError, GatewayError):  # who reports on cameras says so
        return open_matters(database, now_ms)
    with closing(cameras):
        return (*open_matters(database, now_ms), *open_matters(cameras, now_ms, CAMERAS_PREFIX))
