"""The station's database, for commands that look into it or leave a request there for the daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.db import Database


def open_storage(configuration: Configuration, *, to_change: bool = False) -> Database:
    """The database in `storage.path`, which the daemon has made.

    Raises:
        GatewayError: there is none yet, or it is of another version's making.
    """
    from gateway.db import join_database, open_database

    file = configuration.storage.path / "gateway.db"
    try:
        return join_database(file) if to_change else open_database(file, read_only=True)
    except FileNotFoundError:
        raise GatewayError(f"{file} does not exist: the gateway has never run here (gateway run)") from None
