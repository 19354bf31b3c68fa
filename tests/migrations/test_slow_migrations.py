"""A change of the schema that takes its time: it says so, it can be killed anywhere, and it needs no more room than the
card has."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.db import migrations, open_database, verify
from gateway.db.connection import SCHEMA
from gateway.db.migrations import migrations_of, statements
from tests.support.small_disk import small_disk

FIRST = 6
"""The schema of the database that is brought to the newest."""
DELIVERIES = 2 * 30_000

FILL = """
INSERT INTO layout VALUES (1, '{"parameters": []}');
INSERT INTO rendering VALUES (1, '{}');
INSERT INTO destination VALUES (1, 'so-tnmt'), (2, 'bo-tnmt');
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 30000)
    INSERT INTO record (id, length_ms, end_ms, layout_id, closed_ms, packed, filed_ms)
    SELECT n, 300000, n * 300000, 1, n * 300000 + 2000, zeroblob(600), 1 FROM number;
INSERT INTO file SELECT id, id, 1, 'name-' || id, 100, x'00', 1, 1 FROM record;
INSERT INTO delivery (destination_id, file_id, end_ms, state, planned_ms, delivered_ms)
    SELECT destination.id, file.id, record.end_ms, 'delivered', 1, record.end_ms + 4000
    FROM destination, file JOIN record ON record.id = record_id;
"""

OPEN = """
import os, sys
from pathlib import Path
from gateway.db import open_database
open_database(Path(sys.argv[1]), alive=lambda: os.write(1, b"."))
os.write(1, b"!")
"""
"""Tells each sign of life on its standard output, and the end."""


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as an older gateway left it: not empty, so that the change takes its time."""
    file = tmp_path_factory.mktemp("years") / "gateway.db"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN")
    for step in migrations_of(SCHEMA)[:FIRST]:
        for statement in statements(step.sql):
            connection.execute(statement)
    for statement in statements(FILL):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {FIRST}")
    connection.execute("COMMIT")
    connection.close()
    return file


def copied(years: Path, folder: Path) -> Path:
    file = folder / years.name
    file.write_bytes(years.read_bytes())
    return file


def deliveries(file: Path) -> int:
    connection = sqlite3.connect(file)
    count: int = connection.execute("SELECT count(*) FROM delivery WHERE state = 'delivered'").fetchone()[0]
    connection.close()
    return count


def killed_after(file: Path, signs: int) -> bool:
    """Open it in a process of its own, and kill that with all that it started at this sign of life; `False`: it was
    through before."""
    opening = subprocess.Popen([sys.executable, "-c", OPEN, str(file)], stdout=subprocess.PIPE, start_new_session=True)
    assert opening.stdout is not None
    heard = opening.stdout.read(signs)
    os.killpg(opening.pid, signal.SIGKILL)
    opening.stdout.close()
    opening.wait()
    return heard == b"." * signs


def test_it_gives_signs_of_life_while_it_copies_and_while_it_changes(years: Path, tmp_path: Path) -> None:
    file = copied(years, tmp_path)
    is_changing: list[bool] = []
    open_database(file, alive=lambda: is_changing.append(bool(list(tmp_path.glob("*.before-*[0-9]"))))).close()
    assert is_changing.count(False) >= file.stat().st_size // (8 << 20)
    assert is_changing.count(True) >= 3
    assert is_changing == sorted(is_changing)  # the copy is complete before anything is changed


def test_killed_anywhere_it_goes_on_at_the_next_start(years: Path, tmp_path: Path) -> None:
    file = copied(years, tmp_path)
    signs = 0
    while killed_after(file, signs := signs + 3):
        assert deliveries(file) == DELIVERIES
        copies = [copy for copy in tmp_path.glob("*.before-*") if ".part" not in copy.name]
        assert [deliveries(copy) for copy in copies] == [DELIVERIES] * len(copies)
    assert signs > 6
    database = open_database(file)
    assert verify(database) == []
    database.close()
    assert deliveries(file) == DELIVERIES
    assert list(tmp_path.glob("*.part*")) == []


def test_a_killed_daemon_does_not_leave_a_child_that_goes_on(years: Path, tmp_path: Path) -> None:
    """Only the parent is killed, as when memory runs out: the database is free again, whatever step it had reached."""
    file = copied(years, tmp_path)
    opening = subprocess.Popen([sys.executable, "-c", OPEN, str(file)], stdout=subprocess.PIPE)
    assert opening.stdout is not None
    while not list(tmp_path.glob("*.before-*[0-9]")):
        assert opening.stdout.read(1) == b"."
    opening.kill()
    assert b"!" not in opening.stdout.read()  # which ends when the child has ended, too
    opening.wait()
    database = open_database(file)
    assert verify(database) == []
    database.close()


def test_two_copies_are_kept_and_no_torn_one(years: Path, tmp_path: Path) -> None:
    file = copied(years, tmp_path)
    for name in ("before-2", "before-4", "before-5", "before-6.part", "before-6.part-journal"):
        (tmp_path / f"gateway.db.{name}").write_bytes(b"old")
    open_database(file).close()
    assert {copy.name for copy in tmp_path.glob("*.before-*")} == {
        "gateway.db.before-5",
        f"gateway.db.before-{FIRST + 1}",
    }


def test_without_room_for_a_copy_the_schema_is_changed_without(
    years: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, migrations.__name__)
    with small_disk(tmp_path, years.stat().st_size * 7 // 4 // 1024) as disk:
        if not disk.is_real:
            pytest.skip("only root may mount a disk that is small")
        file = copied(years, disk.folder)
        database = open_database(file)
        assert verify(database) == []
        database.close()
        assert deliveries(file) == DELIVERIES
        assert list(tmp_path.glob("*.before-*")) == []
    (told,) = caplog.records
    assert "no room for a copy" in told.getMessage()


def test_a_database_under_suspicion_gives_signs_of_life_while_it_is_checked(years: Path, tmp_path: Path) -> None:
    file = copied(years, tmp_path)
    open_database(file).close()
    (tmp_path / "gateway.db.suspect").touch()
    heard: list[None] = []
    open_database(file, alive=lambda: heard.append(None)).close()
    assert heard
