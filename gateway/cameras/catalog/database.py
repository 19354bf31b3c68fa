"""The recorder's database: beside the gateway's, with a schema and a writer of its own. The card's reserve is not for
it: on a full card video has to give way, and readings have not."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from gateway.db import Database, open_database
from gateway.db.connection import join_database

CAMERAS_SCHEMA = resources.files("gateway.db").joinpath("schema/cameras")


def cameras_file(storage: Path) -> Path:
    """Where it lies, below `storage.path`."""
    return storage / "cameras.db"


def open_cameras_database(
    storage: Path, *, read_only: bool = False, alive: Callable[[], object] = lambda: None
) -> Database:
    """As `gateway.db.open_database`, which raises what this raises."""
    return open_database(
        cameras_file(storage), schema=CAMERAS_SCHEMA, read_only=read_only, alive=alive, takes_reserve=False
    )


def join_cameras_database(storage: Path) -> Database:
    """The running recorder's database, to leave a request there. As `gateway.db.connection.join_database`."""
    return join_database(cameras_file(storage), schema=CAMERAS_SCHEMA, takes_reserve=False)
