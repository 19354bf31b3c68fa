"""From every schema there ever was to the newest, and back to what it was if a step fails."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gateway.core.errors import SchemaTooNew, StoreError
from gateway.db import open_database, verify
from gateway.db.connection import SCHEMA
from gateway.db.migrations import migrations_of, statements

STEPS = migrations_of(SCHEMA)
NEWEST = STEPS[-1].version

Schema = set[tuple[str, str, str]]


def schema(file: Path) -> Schema:
    """Everything in the schema, whatever its layout as text."""
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_schema").fetchall()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return {(kind, name, " ".join(sql.split())) for kind, name, sql in rows} | {("version", str(version), "")}


def database_of_version(file: Path, version: int) -> None:
    """A database as the gateway of that time left it, with a row that must survive."""
    connection = sqlite3.connect(file, isolation_level=None)
    for step in STEPS[:version]:
        for statement in statements(step.sql):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {step.version}")
    connection.execute("INSERT INTO destination (name) VALUES ('so-tnmt')")
    connection.close()


def schema_with(folder: Path, sql: str) -> Path:
    """The schema folder of the next version of the gateway, which has this step more."""
    grown = folder / "schema"
    grown.mkdir()
    for step in STEPS:
        (grown / f"{step.name}.sql").write_text(step.sql, "utf-8")
    (grown / f"{NEWEST + 1:04}_next.sql").write_text(sql, "utf-8")
    return grown


@pytest.fixture
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schema_with(tmp_path_factory.mktemp("grown"), "ALTER TABLE destination ADD COLUMN note TEXT;")


def destinations(file: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(file) as connection:
        cursor = connection.execute("SELECT * FROM destination")
        kept = [number for number, column in enumerate(cursor.description) if column[0] != "checksum"]
        rows = [tuple(row[number] for number in kept) for row in cursor]
    connection.close()
    return rows


def test_steps_are_numbered_without_a_gap() -> None:
    assert [step.version for step in STEPS] == list(range(1, NEWEST + 1))


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
def test_every_older_version_becomes_what_a_fresh_one_is(tmp_path: Path, version: int) -> None:
    old, fresh = tmp_path / "old.db", tmp_path / "fresh.db"
    database_of_version(old, version)
    before = schema(old)
    migrated = open_database(old)
    assert verify(migrated) == []
    migrated.close()
    open_database(fresh).close()
    ours = {entry for entry in schema(fresh) if "_sqlite_migrations" not in entry[1]}
    assert {entry for entry in schema(old) if "_sqlite_migrations" not in entry[1]} == ours
    assert [row[1] for row in destinations(old)] == ["so-tnmt"]
    copies = {copy.name: schema(copy) for copy in tmp_path.glob("old.db.before-*")}
    assert copies == ({f"old.db.before-{version + 1}": before} if version < NEWEST else {})


def test_the_next_version_will_find_its_way(tmp_path: Path, grown: Path) -> None:
    """As long as there is one version, this walks the path that later ones will take."""
    old = tmp_path / "gateway.db"
    database_of_version(old, NEWEST)
    before = schema(old)
    open_database(old, schema=grown).close()
    assert destinations(old) == [(1, "so-tnmt", None)]
    copy = tmp_path / f"gateway.db.before-{NEWEST + 1}"
    assert schema(copy) == before
    assert destinations(copy) == [(1, "so-tnmt")]
    open_database(old, schema=grown).close()  # nothing is left to be done


def test_an_up_to_date_database_is_not_written_to(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    open_database(file).close()
    before = file.read_bytes()
    open_database(file).close()
    assert file.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["gateway.db"]


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE destination ADD COLUMN note TEXT; INSERT INTO nowhere VALUES (1);",
        "DELETE FROM destination; CREATE TABLE destination (x);",
    ],
)
def test_a_step_that_fails_half_way_leaves_the_old_schema(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, sql: str
) -> None:
    file = tmp_path / "gateway.db"
    open_database(file).close()
    database = open_database(file)
    with database.write() as connection:
        connection.execute("INSERT INTO destination (name) VALUES ('so-tnmt')")
    database.close()
    before = schema(file)
    broken = schema_with(tmp_path_factory.mktemp("broken"), sql)
    with pytest.raises(StoreError):
        open_database(file, schema=broken)
    assert schema(file) == before
    assert destinations(file) == [(1, "so-tnmt")]
    open_database(file).close()  # the older gateway works on as before


def test_a_step_may_rebuild_a_table_that_others_refer_to(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite's own recipe for changing a table: with foreign keys enforced, dropping the old one would fail."""
    file = tmp_path / "gateway.db"
    database = open_database(file)
    with database.write() as connection:
        connection.execute("INSERT INTO layout (definition) VALUES ('{}')")
        connection.execute(
            "INSERT INTO record (length_ms, end_ms, layout_id, closed_ms, packed) VALUES (300000, 300000, 1, 1, x'')"
        )
    database.close()
    rebuild = """
        CREATE TABLE layout_2 (id INTEGER PRIMARY KEY, definition TEXT NOT NULL UNIQUE, note TEXT) STRICT;
        INSERT INTO layout_2 SELECT id, definition, NULL FROM layout;
        DROP TABLE layout;
        ALTER TABLE layout_2 RENAME TO layout;
    """
    database = open_database(file, schema=schema_with(tmp_path_factory.mktemp("rebuilt"), rebuild))
    assert database.read("PRAGMA foreign_keys")[0][0] == 1
    assert database.read("PRAGMA foreign_key_check") == []
    database.close()


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path, grown: Path) -> None:
    file = tmp_path / "gateway.db"
    open_database(file, schema=grown).close()
    before = schema(file)
    with pytest.raises(SchemaTooNew, match=rf"has schema {NEWEST + 1}, this gateway knows {NEWEST}: install the newer"):
        open_database(file)
    assert schema(file) == before
    assert not list(tmp_path.glob("*.corrupt-*"))


def test_a_script_falls_into_statements_triggers_and_all() -> None:
    script = "CREATE TABLE a (x); -- one; two\nCREATE TRIGGER t BEFORE UPDATE ON a\nBEGIN SELECT 1; END;\n"
    assert [statement.split()[1] for statement in statements(script)] == ["TABLE", "TRIGGER"]
    with pytest.raises(AssertionError, match="unfinished"):
        statements("CREATE TABLE a (x")
