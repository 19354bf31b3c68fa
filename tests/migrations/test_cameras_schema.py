"""The recorder's database: made by its own steps, each row with a checksum, a newer one refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.catalog.database import CAMERAS_SCHEMA, cameras_file, join_cameras_database, open_cameras_database
from gateway.core.errors import SchemaTooNew, StoreError
from gateway.db.migrations import migrations_of

NEWEST = migrations_of(CAMERAS_SCHEMA)[-1].version


def set_version(storage: Path, version: int) -> None:
    with closing(sqlite3.connect(cameras_file(storage))) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_steps_are_numbered_without_a_gap() -> None:
    assert [step.version for step in migrations_of(CAMERAS_SCHEMA)] == list(range(1, NEWEST + 1))


def test_every_table_has_checksums_and_knows_its_columns(tmp_path: Path) -> None:
    with closing(open_cameras_database(tmp_path)) as database:
        rows = database.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*sqlite_*'")
        assert sorted(database.damage.tables) == sorted(name for (name,) in rows)


def test_a_newer_one_is_not_touched(tmp_path: Path) -> None:
    open_cameras_database(tmp_path).close()
    set_version(tmp_path, NEWEST + 1)
    before = cameras_file(tmp_path).read_bytes()
    with pytest.raises(SchemaTooNew, match=r"cameras.db has schema"):
        open_cameras_database(tmp_path)
    with pytest.raises(SchemaTooNew):
        open_cameras_database(tmp_path, read_only=True)
    with pytest.raises(SchemaTooNew):
        join_cameras_database(tmp_path)
    assert cameras_file(tmp_path).read_bytes() == before


def test_an_older_one_is_for_the_recorder_to_bring_further(tmp_path: Path) -> None:
    open_cameras_database(tmp_path).close()
    set_version(tmp_path, NEWEST - 1)
    with pytest.raises(StoreError, match="is being made"):
        open_cameras_database(tmp_path, read_only=True)


def test_without_one_nobody_but_the_recorder_makes_it(tmp_path: Path) -> None:
    for look in (join_cameras_database, lambda storage: open_cameras_database(storage, read_only=True)):
        with pytest.raises(FileNotFoundError):
            look(tmp_path)
    assert list(tmp_path.iterdir()) == []
