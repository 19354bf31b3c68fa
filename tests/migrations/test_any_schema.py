"""A database of another kind than the gateway's own: the same numbered steps, out of a folder of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gateway.core.errors import SchemaTooNew, StoreError
from gateway.db import join_database, open_database
from gateway.db.migrations import migrations_of

FILMS = "CREATE TABLE film (name TEXT NOT NULL) STRICT; -- one; two\nINSERT INTO film VALUES ('first');"
SECONDS = "ALTER TABLE film ADD COLUMN seconds INTEGER;\nUPDATE film SET seconds = 300;"


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "0001_films.sql").write_text(FILMS, "utf-8")
    (folder / "README.md").write_text("no step", "utf-8")
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    storage = tmp_path / "storage"
    storage.mkdir()
    return storage / "films.db"


def tables(file: Path, schema: Path) -> set[str]:
    database = open_database(file, schema=schema, read_only=True)
    names = {name for (name,) in database.read("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    database.close()
    return {name for name in names if not name.startswith(("_", "sqlite_"))}


def test_it_is_made_of_its_own_steps_and_of_no_others(file: Path, schema: Path) -> None:
    open_database(file, schema=schema).close()
    assert tables(file, schema) == {"film"}


def test_the_next_step_finds_what_there_is_and_leaves_a_copy_of_it(file: Path, schema: Path) -> None:
    open_database(file, schema=schema).close()
    (schema / "0002_seconds.sql").write_text(SECONDS, "utf-8")
    database = open_database(file, schema=schema)
    assert database.read("SELECT * FROM film") == [("first", 300)]
    assert database.read("PRAGMA user_version") == [(2,)]
    database.close()
    assert [one.name for one in file.parent.glob("*.before-*")] == ["films.db.before-2"]


def test_readers_and_guests_want_it_as_it_is_in_the_folder(file: Path, schema: Path) -> None:
    open_database(file, schema=schema).close()
    guest = join_database(file, schema=schema)
    assert guest.read("SELECT * FROM film") == [("first",)]
    guest.close()
    (schema / "0002_seconds.sql").write_text(SECONDS, "utf-8")
    with pytest.raises(StoreError, match="was made by an older gateway"):
        join_database(file, schema=schema)
    with pytest.raises(StoreError, match="was made by an older gateway"):
        open_database(file, schema=schema, read_only=True)


def test_readers_are_told_of_one_that_is_only_being_made(file: Path, schema: Path) -> None:
    """`gateway status` in the moment of a first start: nobody has to start what is starting."""
    file.parent.mkdir(exist_ok=True)
    sqlite3.connect(file).close()
    file.touch()
    with pytest.raises(StoreError, match="is being made, or was never finished: ask again"):
        open_database(file, schema=schema, read_only=True)


def test_one_with_more_steps_than_the_folder_is_refused(file: Path, schema: Path) -> None:
    later = schema / "0002_seconds.sql"
    later.write_text(SECONDS, "utf-8")
    open_database(file, schema=schema).close()
    later.unlink()
    with pytest.raises(SchemaTooNew, match="has schema 2, this gateway knows 1"):
        open_database(file, schema=schema)


def test_a_gap_in_the_numbers_is_a_mistake_of_ours(schema: Path) -> None:
    (schema / "0003_seconds.sql").write_text(SECONDS, "utf-8")
    with pytest.raises(AssertionError, match="not numbered 1, 2, 3"):
        migrations_of(schema)
