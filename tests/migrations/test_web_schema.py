"""The page's database: made by its own steps, each row with a checksum."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.core.errors import SchemaTooNew, StoreError
from gateway.db.migrations import migrations_of
from gateway.runtime.lock import WEB_LOCK, hold
from gateway.web.accounts.database import WEB_SCHEMA, open_beside_the_page, open_web_database, web_file

NEWEST = migrations_of(WEB_SCHEMA)[-1].version


def set_version(storage: Path, version: int) -> None:
    with closing(sqlite3.connect(web_file(storage))) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_steps_are_numbered_without_a_gap() -> None:
    assert [step.version for step in migrations_of(WEB_SCHEMA)] == list(range(1, NEWEST + 1))


def test_every_table_has_checksums_and_knows_its_columns(tmp_path: Path) -> None:
    with closing(open_web_database(tmp_path)) as database:
        rows = database.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*sqlite_*'")
        assert sorted(database.damage.tables) == sorted(name for (name,) in rows)


def test_a_newer_one_is_not_touched(tmp_path: Path) -> None:
    open_web_database(tmp_path).close()
    set_version(tmp_path, NEWEST + 1)
    before = web_file(tmp_path).read_bytes()
    for opened in (open_web_database, open_beside_the_page):
        with pytest.raises(SchemaTooNew, match=r"web.db has schema"):
            opened(tmp_path)
    assert web_file(tmp_path).read_bytes() == before


def test_beside_a_page_that_runs_nothing_is_made_or_brought_further(tmp_path: Path) -> None:
    with closing(hold(tmp_path, WEB_LOCK)):
        with pytest.raises(FileNotFoundError):
            open_beside_the_page(tmp_path)
        open_web_database(tmp_path).close()
        open_beside_the_page(tmp_path).close()
        set_version(tmp_path, NEWEST - 1)
        with pytest.raises(StoreError, match="is being made"):
            open_beside_the_page(tmp_path)


def test_a_damaged_account_lets_nobody_in_and_a_damaged_session_is_none(tmp_path: Path) -> None:
    from gateway.core.role import Role
    from gateway.web.accounts.sessions import Sessions
    from gateway.web.accounts.store import AccountStore

    with closing(open_web_database(tmp_path)) as database:
        store, sessions = AccountStore(database), Sessions(database)
        store.add("lan", Role.VIEWER, "kept", 1000)
        store.add("mai", Role.VIEWER, "kept", 1000)
        lan = store.find("lan")
        assert lan is not None
        with database.write() as connection:
            tokens = [sessions.begin(connection, lan.id, "-", 1000) for _ in range(2)]
    with closing(sqlite3.connect(web_file(tmp_path))) as raw:
        raw.execute("UPDATE account SET password = 'anothers', role = 'operator' WHERE name = 'mai'")
        raw.execute("UPDATE session SET began_ms = 999999, seen_ms = 888888 WHERE rowid = 1")
        raw.commit()
    with closing(open_web_database(tmp_path)) as database:
        assert AccountStore(database).find("mai") is None
        assert [Sessions(database).find(token, 1001) is not None for token in tokens].count(True) == 1
        AccountStore(database).remove("mai")
        AccountStore(database).add("mai", Role.VIEWER, "kept", 1000)
        assert AccountStore(database).find("mai") is not None
