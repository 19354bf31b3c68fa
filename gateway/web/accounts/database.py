"""The page's own database, in the folder that is its alone: with a schema of its own. The card's reserve is not for it:
on a full card people log in later, and readings are kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing, suppress
from importlib import resources
from pathlib import Path

from gateway.db import Database, open_database
from gateway.db.connection import join_database
from gateway.runtime.lock import WEB_LOCK, StorageLocked, hold

WEB_SCHEMA = resources.files("gateway.db").joinpath("schema/web")


def web_file(storage: Path) -> Path:
    """Where it lies, below `web.storage`."""
    return storage / "web.db"


def open_web_database(storage: Path, *, alive: Callable[[], object] = lambda: None) -> Database:
    """For the page's process, which holds `WEB_LOCK` of the folder. As `gateway.db.open_database`, which raises what
    this raises. Made, it is its owner's alone: the group, which reads requests beside it, has no use for passwords'
    hashes."""
    file = web_file(storage)
    with suppress(OSError):  # there already; or whoever opens it says why not
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    return open_database(file, schema=WEB_SCHEMA, alive=alive, takes_reserve=False)


def open_beside_the_page(storage: Path) -> Database:
    """For a command: beside the page's process, or, where none runs, as that one would.

    Raises:
        FileNotFoundError, SchemaTooNew, StoreError, GatewayError: as `join_database` and `open_database`.
    """
    try:
        lock = hold(storage, WEB_LOCK)
    except StorageLocked:
        return join_database(web_file(storage), schema=WEB_SCHEMA, takes_reserve=False)
    with closing(lock):
        return open_web_database(storage)
