"""The station's databases for whoever makes a page: opened read-only, each time anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.cameras.catalog.database import open_cameras_database
from gateway.core.errors import StoreError
from gateway.db import Database, open_database


class Databases:
    def __init__(self, storage: Path) -> None:
        self._storage = storage

    @contextmanager
    def gateway(self) -> Iterator[Database]:
        database = open_database(self._storage / "gateway.db", read_only=True)
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def cameras(self) -> Iterator[Database]:
        database = open_cameras_database(self._storage, read_only=True)
        try:
            yield database
        finally:
            database.close()

    def version(self) -> object:
        try:
            with self.gateway() as database:
                return database.read("SELECT max(id) FROM reading_block")[0][0]
        except (StoreError, OSError):
            return None
