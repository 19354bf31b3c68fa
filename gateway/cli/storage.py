"""The station's databases, for commands that look into them or leave a request there for who works with them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.db import Database

LARGEST_NUMBER = (1 << 63) - 1
"""Of a row, as SQLite counts."""
_BETTER = Phrase("run this as root or as the gateway's user (runuser -u gateway -- gateway …)")


def open_storage(configuration: Configuration, *, to_change: bool = False) -> Database:
    """The database in `storage.path`, which the daemon has made.

    Raises:
        GatewayError: there is none yet, it is of another version's making, or not for this user.
    """
    from gateway.db import join_database, open_database

    file = configuration.storage.path / "gateway.db"
    never = Phrase("the gateway has never run here (gateway run)")
    if only_cameras_ran(configuration):
        never += Phrase("; of cameras gateway cameras list, gaps and continuity tell")
    with _told(file, never):
        _refuse_strangers(file, to_change)
        return join_database(file) if to_change else open_database(file, read_only=True)


def join_storage(storage: Path) -> Database:
    """The database in this folder, to leave a request there. Raises as `open_storage`."""
    from gateway.db import join_database

    file = storage / "gateway.db"
    with _told(file, Phrase("the gateway has never run here (gateway run)")):
        _refuse_strangers(file, to_change=True)
        return join_database(file)


def open_cameras_storage(configuration: Configuration, *, to_change: bool = False) -> Database:
    """The database of video beside it, which the cameras' recorder has made. Raises as `open_storage`."""
    from gateway.cameras.catalog.database import cameras_file, join_cameras_database, open_cameras_database

    storage = configuration.storage.path
    file = cameras_file(storage)
    with _told(file, Phrase("the cameras' recorder has never run here (gateway cameras run)")):
        _refuse_strangers(file, to_change)
        return join_cameras_database(storage) if to_change else open_cameras_database(storage, read_only=True)


def only_cameras_ran(configuration: Configuration) -> bool:
    """Whether there is the recorder's database and not the daemon's."""
    from gateway.cameras.catalog.database import cameras_file

    storage = configuration.storage.path
    try:
        return cameras_file(storage).exists() and not (storage / "gateway.db").exists()
    except OSError:  # whoever opens one of them says it
        return False


def may_have_run(configuration: Configuration) -> bool:
    """Whether the daemon's database is there, or nobody can tell: then whoever opens it says why."""
    try:
        return (configuration.storage.path / "gateway.db").exists()
    except OSError:
        return True


@contextmanager
def _told(file: Path, never: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise GatewayError(Phrase("{file} does not exist: {never}", file=file, never=never)) from None
    except PermissionError as error:
        raise GatewayError(
            Phrase("{file} cannot be read ({strerror}); {better}", file=file, strerror=error.strerror, better=_BETTER)
        ) from None
    except OSError as error:
        raise GatewayError(
            Phrase(
                "{file} cannot be read ({strerror}); check storage.path, and its disk",
                file=file,
                strerror=error.strerror,
            )
        ) from None


def _refuse_strangers(file: Path, to_change: bool) -> None:
    """Who may read the file and not write beside it (a member of the group) can look in; SQLite itself would speak of
    a database that is read-only, and leave it at that."""
    owner = file.stat().st_uid
    if os.statvfs(file).f_flag & os.ST_RDONLY and (to_change or not file.with_name(f"{file.name}-shm").exists()):
        raise GatewayError(
            Phrase(
                "{file} lies on a file system that is read-only: mount it for writing, and check its disk", file=file
            )
        )
    if to_change and os.geteuid() not in (0, owner) and not os.access(file.parent, os.W_OK, effective_ids=True):
        raise GatewayError(Phrase("{file} may be changed by its owner only; {better}", file=file, better=_BETTER))
